"""A day of a salon, lived in any order: book, pay, move, cancel, expire, change hours, block, sell seats.

After every step nothing overlaps, seats add up, live visits take what they said they would, the open time that is kept
for search is what a rebuild makes, and what is listed is exactly what can be booked.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule
from hypothesis.stateful import run_state_machine_as_test as run
from psycopg.types.range import TimestamptzRange

from accounts.principals import ANONYMOUS, Principal
from bookings.errors import MoveRefused, SlotNotOffered, SlotTaken
from bookings.models import Allocation, Booking, GroupSession
from bookings.rules import states
from bookings.selectors.access import Access, booking_for
from bookings.selectors.slots import ItemRequest, slots_for
from bookings.services import changes, expiry, holds, paying, sessions
from common import clock
from common.errors import DomainError
from providers.models import Closure, Outlet, TimeOff
from providers.services import hours
from providers.services.affected import guarded
from tests import factories as make
from tests.keeping import check_kept, keep
from tests.proof import aftermath
from tests.seating import assert_seats_add_up, sit

pytestmark = [pytest.mark.proof, pytest.mark.django_db]

FULL = os.environ.get("PROOF") == "full"
STEP = 15
OPENS, CLOSES = 9, 17
ACTOR = "user:owner"

COLOUR = [
    {"kind": "active", "minutes": 30},
    {"kind": "processing", "minutes": 30},
    {"kind": "active", "minutes": 15},
]
quarters = st.integers(0, (CLOSES - OPENS) * 4 - 1)
lengths = st.integers(1, 8)


class Salon(RuleBasedStateMachine):
    """Two people, one of whom colours, one chair that the colour needs, a treatment by both at once, a group, hours
    from 9 to 17."""

    visits: Bundle[str] = Bundle("visits")

    @initialize()
    def open(self) -> None:
        self.block = transaction.atomic()
        self.block.__enter__()
        self.outlet = make.make_outlet(slot_step_min=STEP)
        self.aino, self.juho = (make.make_staff(self.outlet, name=name) for name in ("Aino", "Juho"))
        self.cut = make.make_service(
            self.outlet, staff=[self.aino, self.juho], name="Cut", duration_min=45, buffer_after_min=10
        )
        self.colour = make.make_service(
            self.outlet, staff=[self.juho], name="Colour", duration_min=75, phases=COLOUR, buffer_before_min=5
        )
        [self.chair] = make.make_bays(self.outlet, self.colour)
        self.four_hands = make.make_service(
            self.outlet,
            staff=[self.aino, self.juho],
            name="Four hands",
            duration_min=60,
            buffer_after_min=5,
            team_size=2,
        )
        self.group = make.make_service(
            self.outlet, staff=[self.aino], name="Class", duration_min=60, capacity=3
        )
        self.owner = Principal(user=make.make_member(self.outlet.provider))

    def teardown(self) -> None:
        if hasattr(self, "block"):
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)

    # What customers do.

    @rule(
        target=visits,
        what=st.sampled_from(
            ["cut", "colour", "cut+colour", "two cuts", "cut for two", "four hands", "cut+four hands"]
        ),
        at=quarters,
        any_order=st.booleans(),
        confirm=st.booleans(),
    )
    def book(self, what: str, at: int, any_order: bool, confirm: bool) -> Any:
        """Exactly what is listed can be booked, at any quarter of the day."""
        items = self.items(what)
        start = self.instant(at)
        listed = {slot.start for slot in self.listed(items, any_order)}
        access = self.hold(items, start, any_order)
        assert (access is not None) == (start in listed), (what, start, sorted(listed))
        if access is None:
            return multiple()
        if confirm:
            paying.pay(access=access, method="counter", return_url="")
        return access.booking.ref

    @rule(
        target=visits,
        what=st.sampled_from(["cut", "colour", "cut+colour", "cut for two", "four hands"]),
        nth=st.integers(0, 40),
    )
    def book_one_that_is_listed(self, what: str, nth: int) -> Any:
        """Whatever is listed, it can be booked."""
        items = self.items(what)
        listed = self.listed(items, False)
        if not listed:
            return multiple()
        access = self.hold(items, listed[nth % len(listed)].start, False)
        assert access is not None
        return access.booking.ref

    @rule(ref=visits, at=quarters)
    def move(self, ref: str, at: int) -> None:
        """A refused move leaves the visit where it was."""
        access = self.access(ref)
        before = self.taken(access.booking)
        try:
            version = changes.preview(access=access, action="reschedule").version
            with transaction.atomic():
                changes.reschedule(access=access, start=self.instant(at), staff=None, version=version)
        except (SlotTaken, SlotNotOffered, MoveRefused):
            assert self.taken(access.booking) == before

    @rule(ref=visits)
    def cancel(self, ref: str) -> None:
        access = self.access(ref)
        with suppress(MoveRefused):
            changes.cancel(access=access, version=changes.preview(access=access, action="cancel").version)

    @rule(seats=st.integers(1, 3))
    def take_seats(self, seats: int) -> None:
        """As many as are left, and no more."""
        session = GroupSession.objects.filter(cancelled_at__isnull=True).order_by("starts_at").first()
        if session is None:
            return
        left = session.capacity - session.seats_taken
        try:
            with transaction.atomic():
                sit(self.outlet, self.group, session.starts_at, seats)
            assert seats <= left
        except SlotTaken:
            assert seats > left
        except SlotNotOffered:
            off = TimeOff.objects.filter(staff=session.staff, period__overlap=session_period(session))
            closed = Closure.objects.filter(period__overlap=session_period(session))
            outside = session.ends_at > self.instant((CLOSES - OPENS) * 4)
            assert off.exists() or closed.exists() or outside

    # What time and the shop do.

    @rule(ref=visits)
    def expire(self, ref: str) -> None:
        past = clock.now() - timedelta(minutes=1)
        Booking.objects.filter(ref=ref, status=states.HELD).update(hold_expires_at=past)
        expiry.expire_holds()

    @rule(ref=visits)
    def run_out(self, ref: str) -> None:
        """Its time is over, and no worker has been by: its time is free all the same."""
        past = clock.now() - timedelta(minutes=1)
        Booking.objects.filter(ref=ref, status=states.HELD).update(hold_expires_at=past)

    @rule(at=quarters, length=lengths, whose=st.sampled_from(["aino", "juho", "chair"]))
    def import_a_busy_time(self, at: int, length: int, whose: str) -> None:
        """A block over nothing else."""
        period = TimestamptzRange(self.instant(at), self.instant(at + length))
        row = {"aino": {"staff": self.aino}, "juho": {"staff": self.juho}, "chair": {"resource": self.chair}}[
            whose
        ]
        if not Allocation.objects.filter(**row, live=True, period__overlap=period).exists():
            Allocation.objects.create(kind="block", period=period, **row)

    @rule(at=quarters, length=lengths)
    def close_for_a_while(self, at: int, length: int) -> None:
        self.guarded(
            lambda: hours.add_closure(
                outlet=self.outlet, start=self.instant(at), end=self.instant(at + length), actor=ACTOR
            )
        )

    @rule(at=quarters, length=lengths, of_juho=st.booleans())
    def take_time_off(self, at: int, length: int, of_juho: bool) -> None:
        who = self.juho if of_juho else self.aino
        self.guarded(
            lambda: hours.add_time_off(
                staff=who, start=self.instant(at), end=self.instant(at + length), actor=ACTOR
            )
        )

    @rule()
    def open_again(self) -> None:
        for closure in Closure.objects.filter(outlet=self.outlet):
            hours.remove_closure(closure=closure, actor=ACTOR)
        for off in TimeOff.objects.filter(staff__in=[self.aino, self.juho]):
            hours.remove_time_off(time_off=off, actor=ACTOR)

    @rule(at=quarters)
    def put_a_class_on(self, at: int) -> None:
        with suppress(DomainError), transaction.atomic():
            sessions.add_sessions(
                outlet=self.outlet, service=self.group.public_id, start=self.instant(at), actor=ACTOR
            )

    @rule(align=st.sampled_from(["clock", "opening", "previous"]), wait=st.sampled_from([0, 15, 60]))
    def change_the_grid(self, align: str, wait: int) -> None:
        Outlet.objects.filter(pk=self.outlet.pk).update(grid_align=align, max_wait_min=wait)

    # What must always hold.

    @invariant()
    def nothing_overlaps(self) -> None:
        if hasattr(self, "outlet"):
            assert aftermath.overlaps() == []

    @invariant()
    def open_time_kept_for_search_is_what_it_should_be(self) -> None:
        if hasattr(self, "outlet"):
            keep()
            check_kept()

    @invariant()
    def seats_add_up(self) -> None:
        if hasattr(self, "outlet"):
            assert_seats_add_up()

    @invariant()
    def live_visits_take_their_time_and_others_none(self) -> None:
        if not hasattr(self, "outlet"):
            return
        for booking in Booking.objects.filter(items__session__isnull=True).distinct():
            rows = self.taken(booking)
            assert bool(rows) == (booking.status in states.LIVE)
            if rows:
                starts = [item.starts_at for item in booking.items.all()]
                assert booking.starts_at == min(starts)
                # Everybody who does a service is taken when it begins, and as many as it needs.
                for item in booking.items.all():
                    people = {person.pk for person in item.people}
                    assert len(people) == item.service.team_size
                    for who in people:
                        spans = [(s, e) for kind, pk, s, e in rows if kind == "staff" and pk == who]
                        assert any(s <= item.starts_at < e for s, e in spans)

    # In short.

    def items(self, what: str) -> list[ItemRequest]:
        cut, colour, four = self.cut.public_id, self.colour.public_id, self.four_hands.public_id
        return {
            "cut": [ItemRequest(cut)],
            "colour": [ItemRequest(colour)],
            "cut+colour": [ItemRequest(cut), ItemRequest(colour)],
            "two cuts": [ItemRequest(cut), ItemRequest(cut)],
            "cut for two": [ItemRequest(cut), ItemRequest(cut, guest=2)],
            "four hands": [ItemRequest(four)],
            "cut+four hands": [ItemRequest(cut), ItemRequest(four)],
        }[what]

    def instant(self, quarter: int) -> datetime:
        return make.tomorrow_at(OPENS, outlet=self.outlet) + timedelta(minutes=15 * quarter)

    def listed(self, items: Iterable[ItemRequest], any_order: bool) -> list[Any]:
        return slots_for(
            outlet=self.outlet.public_id,
            items=list(items),
            start=self.instant(0),
            end=self.instant((CLOSES - OPENS) * 4),
            any_order=any_order,
        ).slots

    def hold(self, items: list[ItemRequest], start: datetime, any_order: bool) -> Access | None:
        try:
            with transaction.atomic():
                return self.hold_raw(items, start, any_order)
        except (SlotTaken, SlotNotOffered):
            return None

    def hold_raw(self, items: list[ItemRequest], start: datetime, any_order: bool) -> Access:
        held = holds.hold(
            principal=ANONYMOUS,
            outlet=self.outlet.public_id,
            items=items,
            start=start,
            contact=holds.Contact("Helmi", f"h{Booking.objects.count()}@example.com"),
            any_order=any_order,
        )
        return booking_for(held.opened_by(ANONYMOUS), held.booking.ref)

    def access(self, ref: str) -> Access:
        return booking_for(self.owner, ref)

    def taken(self, booking: Booking) -> list[tuple[str, int, datetime, datetime]]:
        rows = Allocation.objects.filter(item__booking=booking, live=True)
        return sorted(
            (
                "staff" if row.staff_id else "unit",
                row.staff_id or row.resource_id or 0,
                row.period.lower,
                row.period.upper,
            )
            for row in rows
        )

    def guarded(self, change: Any) -> None:
        """Only when it hits nobody, as on the pages."""
        with suppress(DomainError), transaction.atomic(), guarded(self.outlet.provider_id):
            change()


def session_period(session: GroupSession) -> TimestamptzRange:
    return TimestamptzRange(session.starts_at, session.ends_at)


def test_whatever_is_done_in_whatever_order() -> None:
    run(
        Salon,
        settings=settings(
            max_examples=400 if FULL else 12,
            stateful_step_count=40 if FULL else 15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
