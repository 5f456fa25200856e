"""Taking time from people and units: the one way into the allocation table.

Locks, in this order everywhere (docs/locking.md): the booking, stale holds in the way, staff in pk order, units
in pk order. Under them the engine looks again and the rows are written; the exclusion constraints stand behind.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import IntegrityError, OperationalError, transaction
from psycopg.errors import DeadlockDetected
from psycopg.types.range import TimestamptzRange

from bookings.enums import AllocationKind
from bookings.errors import NotOffered, SlotNotOffered, SlotTaken, StaffNotAble
from bookings.models import Allocation, Booking, BookingItem
from bookings.rules.availability import Visit
from bookings.selectors import open_time
from bookings.services import core, expiry
from common import clock
from common.spans import Span
from providers.models import Offering, Resource, StaffMember

# Staff enter a walk-in a little after it began; what was agreed before may have begun, too.
MAY_START_AGO = timedelta(hours=1)
# No booking window is longer (a year and a day), and arithmetic near the end of time would fail.
FURTHEST = timedelta(days=367)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be taken: an offering for `duration_min` minutes, by one of `staff_pks`, with its buffers."""

    offering: Offering
    duration_min: int
    buffer_before_min: int
    buffer_after_min: int
    staff_pks: tuple[int, ...]
    prefer_pk: int | None = None

    def ask(self) -> open_time.Ask:
        """The plan as the engine's selector reads it."""
        return open_time.Ask(
            self.offering.pk,
            self.duration_min,
            self.buffer_before_min,
            self.buffer_after_min,
            self.staff_pks,
        )

    def period(self, start: datetime) -> Span:
        """What it takes: the visit and its buffers."""
        return Visit(self.duration_min, self.buffer_before_min, self.buffer_after_min).taken(start)


@dataclass(frozen=True, slots=True)
class Taken:
    """Who and what was found free, under their locks; `allocate` writes it."""

    starts_at: datetime
    ends_at: datetime
    period: Span
    staff_pk: int
    resource_pks: tuple[int, ...]


def plan_for(offering: Offering, *, duration_min: int, staff: str | None) -> Plan:
    """The plan for an offering with `staff` (public id) or anyone able. Raises StaffNotAble."""
    able = StaffMember.objects.filter(
        skills__service=offering.service_id,
        skills__held_back=False,
        assignments__outlet=offering.outlet_id,
        archived_at__isnull=True,
    )
    if staff is not None:
        able = able.filter(public_id=staff)
    pks = tuple(able.order_by("pk").values_list("pk", flat=True).distinct())
    if not pks:
        raise StaffNotAble
    return Plan(
        offering=offering,
        duration_min=duration_min,
        buffer_before_min=offering.service.buffer_before_min,
        buffer_after_min=offering.service.buffer_after_min,
        staff_pks=pks,
    )


def take(plan: Plan, *, start: datetime, staff_booking: bool, agreed: bool = False) -> Taken:
    """Lock who and what could do it, look again, and choose. In the caller's transaction; `allocate` follows.

    Customers get what the slot list offers; staff may take any minute that is not taken, outside hours too.
    A start that was `agreed` before needs hours only: its notice was given. Raises SlotNotOffered, SlotTaken.
    """
    _refuse_impossible(start, may_have_begun=staff_booking or agreed)
    unit_pks = open_time.unit_pks(plan.offering)
    _expire_in_the_way(plan.period(start), plan.staff_pks, unit_pks)
    lock_rows(plan.staff_pks, unit_pks)
    return _choose(plan, start, staff_booking=staff_booking, agreed=agreed)


@contextmanager
def offering_alternatives(
    plan: Plan, start: datetime, *, besides_booking: int | None = None
) -> Iterator[None]:
    """Around a transaction: a SlotTaken that leaves it carries the three nearest starts that are free.

    `besides_booking` (primary key) is the one that is to be moved: its own time is not in its way.
    """
    try:
        yield
    except SlotTaken:
        found = open_time.alternatives(plan.ask(), start=start, besides_booking=besides_booking)
        raise SlotTaken(
            alternatives=[
                {"start": clock.rfc3339(slot.start), "end": clock.rfc3339(slot.end)} for slot in found
            ]
        ) from None


def lock_rows(staff_pks: Iterable[int], unit_pks: Iterable[int]) -> None:
    """Lock people and then units, each in pk order, until the transaction ends."""
    for model, pks in ((StaffMember, staff_pks), (Resource, unit_pks)):
        rows = model._default_manager.filter(pk__in=list(pks)).order_by("pk")
        list(rows.select_for_update(no_key=True).values_list("pk", flat=True))


def allocate(item: BookingItem, taken: Taken) -> None:
    """Write what the item takes. Raises SlotTaken when the database refuses an overlap."""
    period = TimestamptzRange(taken.period.start, taken.period.end)
    rows = [Allocation(kind=AllocationKind.ITEM, item=item, staff_id=taken.staff_pk, period=period)]
    rows += [
        Allocation(kind=AllocationKind.ITEM, item=item, resource_id=pk, period=period)
        for pk in taken.resource_pks
    ]
    write(rows)


def write(rows: list[Allocation]) -> None:
    """Write what somebody takes. Raises SlotTaken when the database refuses an overlap."""
    try:
        with transaction.atomic():
            Allocation.objects.bulk_create(rows)
    except IntegrityError as error:
        if "is_never_double_booked" in str(error):
            raise SlotTaken from error
        raise
    except OperationalError as error:
        if not isinstance(error.__cause__, DeadlockDetected):
            raise
        # It cannot happen in the order above; should it, somebody else is taking the same time.
        raise SlotTaken from error


def take_again(booking: Booking, *, start: datetime, staff: str | None, staff_booking: bool) -> None:
    """Move the locked booking's item to `start`: its own time is given back first, in the same transaction.

    With `staff` (public id), else the same person, else, if the customer had not chosen them, anyone able.
    Raises SlotTaken, SlotNotOffered, StaffNotAble, NotOffered; the caller's transaction rolls back.
    """
    item = booking.items.select_related("service").get()
    plan = plan_of(booking, item, staff=staff)
    core.free(booking)
    _put(booking, item, take(plan, start=start, staff_booking=staff_booking))
    if staff is not None:
        item.staff_was_chosen = True
    item.save(update_fields=["staff", "staff_was_chosen", "starts_at", "ends_at"])
    booking.save(update_fields=["starts_at", "ends_at"])


def take_longer(
    booking: Booking, item: BookingItem, *, duration_min: int, staff_booking: bool = False
) -> None:
    """Let the held `item` last `duration_min` minutes from the same start. Raises SlotTaken, StaffNotAble."""
    plan = replace(plan_of(booking, item, staff=None), duration_min=duration_min)
    core.free(booking)
    try:
        taken = take(plan, start=item.starts_at, staff_booking=staff_booking, agreed=True)
    except SlotNotOffered as error:
        raise SlotTaken from error
    _put(booking, item, taken)
    item.duration_min = duration_min
    item.phases = [{"kind": "active", "minutes": duration_min}]
    item.save(update_fields=["staff", "starts_at", "ends_at", "duration_min", "phases"])


def take_back(booking: Booking) -> None:
    """Take the time of an expired booking again, as it was. Raises SlotTaken when it is gone or past, or when
    nobody there would do it any more."""
    if booking.starts_at <= clock.now():
        raise SlotTaken
    item = booking.items.select_related("service").get()
    try:
        plan = plan_of(booking, item, staff=None)
        if not plan.offering.is_live:
            raise SlotTaken
        taken = take(plan, start=item.starts_at, staff_booking=False, agreed=True)
    except (SlotNotOffered, NotOffered, StaffNotAble) as error:
        raise SlotTaken from error
    _put(booking, item, taken)
    item.save(update_fields=["staff"])


def check_free(booking: Booking, *, start: datetime, staff_booking: bool) -> None:
    """Would `take_again` find `start` free now? Nothing is locked. Raises as that does."""
    item = booking.items.select_related("service").get()
    _refuse_impossible(start, may_have_begun=staff_booking)
    _choose(
        plan_of(booking, item, staff=None), start, staff_booking=staff_booking, besides_booking=booking.pk
    )


def plan_of(booking: Booking, item: BookingItem, *, staff: str | None) -> Plan:
    """The plan of an existing item, by its snapshot: the catalogue may say something else by now.

    Raises NotOffered when the outlet no longer does the service at all, StaffNotAble.
    """
    offering = (
        Offering.objects.select_related("outlet", "service")
        .filter(outlet_id=booking.outlet_id, service_id=item.service_id)
        .first()
    )
    if offering is None:
        raise NotOffered
    if staff is None and item.staff_was_chosen:
        staff = item.staff.public_id
    return replace(
        plan_for(offering, duration_min=item.duration_min, staff=staff),
        buffer_before_min=item.buffer_before_min,
        buffer_after_min=item.buffer_after_min,
        prefer_pk=item.staff_id,
    )


def _choose(
    plan: Plan,
    start: datetime,
    *,
    staff_booking: bool,
    agreed: bool = False,
    besides_booking: int | None = None,
) -> Taken:
    """Who and what is free for the plan at `start`. Raises SlotNotOffered, SlotTaken."""
    ask = plan.ask()
    found = open_time.open_time(
        [ask], window=Span(start, start + timedelta(minutes=1)), besides_booking=besides_booking
    )[ask.offering_pk]
    slot = found.fits(start, by_staff=staff_booking, agreed=agreed)
    if slot is None:
        # Free was never on offer, or someone else has it: customers are told which.
        raise SlotTaken if staff_booking or agreed or found.is_offered(start) else SlotNotOffered
    choice = found.choose(slot, prefer_pk=plan.prefer_pk)
    return Taken(slot.start, slot.end, choice.taken, choice.staff, choice.units)


def _put(booking: Booking, item: BookingItem, taken: Taken) -> None:
    item.staff_id = taken.staff_pk
    item.starts_at = booking.starts_at = taken.starts_at
    item.ends_at = booking.ends_at = taken.ends_at
    allocate(item, taken)


def _refuse_impossible(start: datetime, *, may_have_begun: bool) -> None:
    earliest = clock.now() - (MAY_START_AGO if may_have_begun else timedelta(0))
    if not earliest <= start < clock.now() + FURTHEST or start.second or start.microsecond:
        raise SlotNotOffered


def _expire_in_the_way(period: Span, staff_pks: Iterable[int], unit_pks: Iterable[int]) -> None:
    taking = Allocation.objects.filter(live=True, period__overlap=TimestamptzRange(period.start, period.end))
    taking = taking.filter(staff__in=list(staff_pks)) | taking.filter(resource__in=list(unit_pks))
    expiry.expire_holds(among=Booking.objects.filter(pk__in=taking.values("item__booking")))
