"""A slot list that is told again is what would be worked out: whatever changed, whoever changed it, whenever."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from itertools import count
from time import sleep

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from psycopg.types.range import TimestamptzRange

from bookings.enums import AllocationKind
from bookings.errors import NotOffered
from bookings.models import Allocation, Booking, SlotChange
from bookings.selectors import open_time_rows, slots
from bookings.selectors.slots import ItemRequest, OutletSlots, slots_for
from bookings.services import expiry, keeping
from common import clock
from common.errors import NotFound
from providers.models import (
    Closure,
    HoursOverride,
    HoursRule,
    Offering,
    Outlet,
    Resource,
    Service,
    Skill,
    StaffAssignment,
    StaffMember,
    TimeOff,
)
from tests import factories as make
from tests.bookings.conftest import Shop

pytestmark = pytest.mark.django_db(transaction=True)

# Of these only what becomes of holds by itself matters, and that is told by the clock.
NOT_WATCHED = {"bookings_bookingitem", "bookings_slotchange"}


class Asked:
    """A day's list of one service, as many ask for it."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.start = make.tomorrow_at(0, outlet=shop.outlet)

        self.never = count(1)

    def told(self, second: int = 0) -> OutletSlots:
        """From so many seconds before the day on: the list is the same, and asked for by itself."""
        return slots_for(
            outlet=self.shop.outlet.public_id,
            items=[ItemRequest(self.shop.service.public_id)],
            start=self.start - timedelta(seconds=second),
            end=self.start + timedelta(days=1),
        )

    def worked_out(self) -> OutletSlots:
        """The same, as nobody asked before."""
        return self.told(next(self.never))


@pytest.fixture
def asked(shop: Shop) -> Asked:
    return Asked(shop)


def test_it_is_told_again_by_one_statement(asked: Asked) -> None:
    first = asked.told()
    with CaptureQueriesContext(connection) as queries:
        assert asked.told() is first
    assert len(queries) == 1
    assert first.slots == asked.worked_out().slots


def test_after_every_change_it_is_what_would_be_worked_out(asked: Asked) -> None:
    shop = asked.shop
    outlet, service, person = shop.outlet, shop.service, shop.person
    day = asked.start.astimezone(outlet.zone).date()
    nine = make.tomorrow_at(9, outlet=outlet)
    other = make.make_staff(outlet, name="Other")
    bays = make.make_bays(outlet, make.make_service(outlet, staff=[other]), units=1)
    kind = bays[0].kind
    held = shop.hold(nine + timedelta(hours=4))
    steps: list[tuple[str, Callable[[], object]]] = [
        ("a hold", lambda: shop.hold(nine + timedelta(hours=2))),
        ("the end of a hold", lambda: run_out(held.booking)),
        ("a block", lambda: block(person, nine, nine + timedelta(minutes=45))),
        ("a block that is lifted", lambda: Allocation.objects.filter(kind=AllocationKind.BLOCK).delete()),
        ("the outlet", lambda: Outlet.objects.filter(pk=outlet.pk).update(slot_step_min=30)),
        ("a service", lambda: Service.objects.filter(pk=service.pk).update(duration_min=50)),
        ("hours", lambda: HoursRule.objects.filter(outlet=outlet).update(closes=time(15))),
        ("a date", lambda: special(outlet, day)),
        ("a date as ever", lambda: HoursOverride.objects.all().delete()),
        ("a closure", lambda: close(outlet, nine)),
        ("no closure", lambda: Closure.objects.all().delete()),
        ("time off", lambda: TimeOff.objects.create(staff=person, period=hour(nine))),
        ("a skill", lambda: Skill.objects.create(staff=other, service=service)),
        (
            "a skill held back",
            lambda: Skill.objects.filter(staff=other, service=service).update(held_back=True),
        ),
        ("a need", lambda: (unit_block(bays[0], nine), service.needs.create(kind=kind, quantity=2))),
        ("a lower need", lambda: service.needs.update(quantity=1)),
        ("a bay that is taken longer", lambda: unit_block(bays[0], nine + timedelta(hours=1))),
        ("no bay", lambda: Resource.objects.filter(pk=bays[0].pk).update(archived_at=clock.now())),
        ("no need", lambda: service.needs.all().delete()),
        ("who works there", lambda: StaffAssignment.objects.filter(staff=person).delete()),
        ("and works there again", lambda: StaffAssignment.objects.create(staff=person, outlet=outlet)),
        (
            "a person who leaves",
            lambda: StaffMember.objects.filter(pk=person.pk).update(archived_at=clock.now()),
        ),
    ]
    before = asked.told()
    for what, change in steps:
        change()
        found = asked.told()
        assert found.slots == asked.worked_out().slots, what
        assert found.slots != before.slots, what
        assert asked.told() is found, what
        before = found


def test_what_is_no_longer_sold_is_not_told_again(asked: Asked) -> None:
    asked.told()
    Offering.objects.filter(service=asked.shop.service).update(is_live=False)
    with pytest.raises((NotFound, NotOffered)):
        asked.told()


def test_a_change_that_was_not_committed_yet_is_seen_once_it_is(asked: Asked) -> None:
    nine = make.tomorrow_at(9, outlet=asked.shop.outlet)
    before = asked.told()
    with another_that_blocks(asked.shop.person, nine):
        assert asked.told() is before
        # Also by who looks for the first time while it is under way.
        anew = asked.told(99)
        assert nine in starts(anew)
        assert asked.told(99) is anew
    assert nine not in starts(asked.told())
    assert nine not in starts(asked.told(99))


def test_what_only_this_transaction_sees_is_told_to_nobody_else(asked: Asked) -> None:
    nine = make.tomorrow_at(9, outlet=asked.shop.outlet)
    before = asked.told()
    with transaction.atomic():
        block(asked.shop.person, nine, nine + timedelta(hours=1))
        assert nine not in starts(asked.told())
        transaction.set_rollback(True)
    assert asked.told() is before


def test_each_hold_that_ends_by_the_clock_alone_ends_the_list(asked: Asked) -> None:
    first, second = (asked.shop.hold(make.tomorrow_at(hour, outlet=asked.shop.outlet)) for hour in (9, 14))
    soon, later = (clock.now() + timedelta(milliseconds=ms) for ms in (400, 800))
    Booking.objects.filter(pk=first.booking.pk).update(hold_expires_at=soon)
    Booking.objects.filter(pk=second.booking.pk).update(hold_expires_at=later)
    counts = [len(asked.told().slots)]
    for end in (soon, later):
        while clock.now() <= end:
            sleep(0.05)
        counts.append(len(asked.told().slots))
    assert counts[0] < counts[1] < counts[2]


def test_a_start_that_can_no_longer_be_chosen_ends_the_list(asked: Asked) -> None:
    first = asked.told().slots[0].start
    with clock.at(first):
        assert asked.told().slots[0].start == first  # exactly at the notice is allowed
    with clock.at(first + timedelta(seconds=1)):
        assert asked.told().slots[0].start > first


def test_everything_that_lists_are_made_of_is_watched() -> None:
    read = " ".join([slots.SOLD, open_time_rows.RULES, open_time_rows.BUSY])
    tables = set(re.findall(r"\b(?:providers|bookings)_[a-z]+\b", read)) - NOT_WATCHED
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'slots_change'")
        watched = {row[0] for row in cursor.fetchall()}
    assert len(tables) > 10
    assert tables <= watched


def test_changes_are_forgotten_after_the_lists_that_missed_them(asked: Asked) -> None:
    block(asked.shop.person, asked.start, asked.start + timedelta(hours=1))
    assert keeping.forget_changes() == 0
    with clock.at(clock.now() + timedelta(hours=3)):
        assert keeping.forget_changes() > 0
    assert not SlotChange.objects.exists()


def block(person: StaffMember, start: datetime, end: datetime) -> Allocation:
    return Allocation.objects.create(
        kind=AllocationKind.BLOCK, staff=person, period=TimestamptzRange(start, end)
    )


def unit_block(unit: Resource, start: datetime) -> Allocation:
    return Allocation.objects.create(kind=AllocationKind.BLOCK, resource=unit, period=hour(start))


def hour(start: datetime) -> TimestamptzRange:
    return TimestamptzRange(start, start + timedelta(hours=1))


def close(outlet: Outlet, start: datetime) -> Closure:
    return Closure.objects.create(outlet=outlet, period=hour(start))


def special(outlet: Outlet, day: date) -> HoursOverride:
    return HoursOverride.objects.create(outlet=outlet, date=day, opens=time(10), closes=time(13))


def run_out(booking: Booking) -> None:
    Booking.objects.filter(pk=booking.pk).update(hold_expires_at=clock.now() - timedelta(seconds=1))
    expiry.expire_holds()


def starts(found: OutletSlots) -> list[datetime]:
    return [slot.start for slot in found.slots]


@contextmanager
def another_that_blocks(person: StaffMember, start: datetime) -> Iterator[None]:
    """Within the block somebody has taken the hour and not committed; at its end they have."""
    taken, go_on = threading.Event(), threading.Event()

    def run() -> None:
        try:
            with transaction.atomic():
                block(person, start, start + timedelta(hours=1))
                taken.set()
                go_on.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        assert taken.wait(10)
        yield
    finally:
        go_on.set()
        thread.join()
