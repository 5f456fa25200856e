"""Sixty-four clients over two hundred slots, booking, moving and cancelling at once: nothing overlaps, and whoever is
refused is told why. With the guards off the same rush overlaps, so the check can fail.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import override_settings

from accounts.principals import ANONYMOUS, Principal
from bookings.errors import MoveRefused, PolicyChanged, SlotNotOffered, SlotTaken
from bookings.models import Allocation, Booking
from bookings.selectors.access import booking_for
from bookings.selectors.slots import ItemRequest
from bookings.services import changes, holds, paying, reserve
from providers.models import Outlet, Service
from tests import factories as make
from tests.proof import aftermath
from tests.proof.conftest import FULL
from tests.races.test_hold_race import constraint_definitions

pytestmark = [pytest.mark.proof, pytest.mark.django_db(transaction=True)]

CLIENTS = 64 if FULL else 8
SECONDS = 60.0 if FULL else 4.0
# Two hundred slots; small, so few that clients meet all the same.
PEOPLE = 5 if FULL else 2
STARTS = 40 if FULL else 8
# A named refusal; anything else that reaches a client is a fault.
REFUSED = (SlotTaken, SlotNotOffered, MoveRefused, PolicyChanged)


class Rush:
    """Clients who want the same few hours of one salon: a cut, or a cut and a colour."""

    def __init__(self) -> None:
        self.outlet: Outlet = make.make_outlet(open_always=True)
        people = [make.make_staff(self.outlet) for _ in range(PEOPLE)]
        phases = [
            {"kind": "active", "minutes": 15},
            {"kind": "processing", "minutes": 15},
            {"kind": "active", "minutes": 15},
        ]
        self.cut: Service = make.make_service(self.outlet, staff=people, duration_min=15)
        self.colour: Service = make.make_service(self.outlet, staff=people, duration_min=45, phases=phases)
        make.make_bays(self.outlet, self.colour, units=PEOPLE)
        self.starts = [make.tomorrow_at(8 + n // 4, n % 4 * 15, outlet=self.outlet) for n in range(STARTS)]
        self.owner = Principal(user=make.make_member(self.outlet.provider))
        self.counts: Counter[str] = Counter()
        self.faults: list[BaseException] = []

    def run(self, seconds: float, clients: int) -> None:
        until = time.monotonic() + seconds
        threads = [threading.Thread(target=self._live, args=(n, until)) for n in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _live(self, seed: int, until: float) -> None:
        choice = random.Random(seed)
        try:
            while time.monotonic() < until:
                self._visit(choice)
        except BaseException as fault:  # what reaches a client and is no named refusal
            self.faults.append(fault)
        finally:
            connection.close()

    def _visit(self, choice: random.Random) -> None:
        items = [ItemRequest(self.cut.public_id)]
        if choice.random() < 0.4:
            items.append(ItemRequest(self.colour.public_id))
        try:
            held = holds.hold(
                principal=ANONYMOUS,
                outlet=self.outlet.public_id,
                items=items,
                start=choice.choice(self.starts),
                contact=holds.Contact("Helmi", f"{choice.getrandbits(60)}@example.com"),
            )
        except REFUSED as refusal:
            self.counts[refusal.code] += 1
            return
        self.counts["held"] += 1
        access = booking_for(held.opened_by(ANONYMOUS), held.booking.ref)
        if choice.random() < 0.6:
            paying.pay(access=access, method="counter", return_url="")
            self._change(held.booking.ref, choice)
        self._give_up(held.booking.ref, choice)

    def _change(self, ref: str, choice: random.Random) -> None:
        access = booking_for(self.owner, ref)
        try:
            version = changes.preview(access=access, action="reschedule").version
            changes.reschedule(access=access, start=choice.choice(self.starts), staff=None, version=version)
            self.counts["moved"] += 1
        except REFUSED as refusal:
            self.counts[f"move {refusal.code}"] += 1

    def _give_up(self, ref: str, choice: random.Random) -> None:
        if choice.random() < 0.15:
            return
        access = booking_for(self.owner, ref)
        version = changes.preview(access=access, action="cancel").version
        changes.cancel(access=access, version=version)
        self.counts["cancelled"] += 1


@pytest.fixture(autouse=True)
def anybody_may_hold() -> Iterator[None]:
    with override_settings(HOLDS_PER_ADDRESS=0):
        yield


def test_a_rush_overlaps_nowhere_and_nobody_sees_a_fault() -> None:
    rush = Rush()

    rush.run(SECONDS, CLIENTS)

    assert rush.faults == []
    assert aftermath.overlaps() == []
    assert aftermath.time_kept_for_nobody() == []
    assert aftermath.gaps() == []
    assert rush.counts["held"] > CLIENTS
    assert rush.counts["moved"] > 0
    assert rush.counts["slot_taken"] > 0
    assert Booking.objects.count() == rush.counts["held"]
    print(dict(rush.counts))


def test_with_the_guards_off_the_same_rush_overlaps(monkeypatch: pytest.MonkeyPatch) -> None:
    definitions = constraint_definitions()
    with connection.cursor() as cursor:
        for name in definitions:
            cursor.execute(f"ALTER TABLE bookings_allocation DROP CONSTRAINT {name}")
    chosen = reserve._choose

    def choose_slowly(*args: object, **kwargs: object) -> object:
        found = chosen(*args, **kwargs)  # type: ignore[arg-type]
        time.sleep(0.05)  # others look before it writes
        return found

    monkeypatch.setattr(reserve, "lock_rows", lambda *_: None)
    monkeypatch.setattr(reserve, "_choose", choose_slowly)
    try:
        for _ in range(15):
            # In a salon of its own each time: one that is full has nothing left to take twice.
            Rush().run(2.0, CLIENTS)
            if aftermath.overlaps():
                break
        assert aftermath.overlaps() != []
    finally:
        Allocation.objects.all().delete()
        with connection.cursor() as cursor:
            for name, definition in definitions.items():
                cursor.execute(f"ALTER TABLE bookings_allocation ADD CONSTRAINT {name} {definition}")
