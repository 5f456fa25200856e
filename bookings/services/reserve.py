"""Taking time from people and units: the one way into the allocation table.

Locks, in this order everywhere (docs/locking.md): the booking, stale holds in the way, staff in pk order, units
in pk order. Under them the engine looks again and the rows are written; the exclusion constraints stand behind.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, OperationalError, transaction
from django.utils.translation import gettext as _
from psycopg.errors import DeadlockDetected
from psycopg.types.range import TimestamptzRange

from bookings.enums import AllocationKind
from bookings.errors import NotOffered, SlotNotOffered, SlotTaken, StaffNotAble
from bookings.models import Allocation, Booking, BookingItem, ItemHelper
from bookings.rules.several import Layout, Placed, taken_of_people, taken_of_units
from bookings.selectors import visit_time
from bookings.selectors.busy_calendars import taken_elsewhere
from bookings.selectors.open_time import unit_pks
from bookings.selectors.plans import Plan, items_of, plan_of
from bookings.services import core, expiry, seats
from common import clock
from common.names import joined
from common.spans import Span
from geo.routing import Absent
from providers.models import Resource, StaffMember
from providers.rules.phases import as_json

# Staff enter a walk-in a little after it began; what was agreed before may have begun, too.
MAY_START_AGO = timedelta(hours=1)
# No booking window is longer (a year and a day), and arithmetic near the end of time would fail.
FURTHEST = timedelta(days=367)


@dataclass(frozen=True, slots=True)
class Taken:
    """Who and what was found free, under their locks; `allocate` writes it.

    `people` and `units` are the periods taken of each, buffers included.
    """

    layout: Layout
    people: Mapping[int, Sequence[Span]]
    units: Mapping[int, Sequence[Span]]

    @property
    def starts_at(self) -> datetime:
        return self.layout.start

    @property
    def ends_at(self) -> datetime:
        return self.layout.end

    @property
    def items(self) -> tuple[Placed, ...]:
        """Each service of the plan, in its order."""
        return self.layout.placed


def take(
    plan: Plan,
    *,
    start: datetime,
    staff_booking: bool,
    agreed: bool = False,
    absent: Absent = Absent.RAISE,
) -> Taken:
    """Lock who and what could do it, look again, and choose. In the caller's transaction; `allocate` follows.

    Customers get what the slot list offers; staff may take any minute that is not taken, outside hours too.
    A start that was `agreed` before needs hours only: its notice was given. Raises SlotNotOffered, SlotTaken, and
    LegsMissing for ways that a routing server is to be asked for first (`absent`): common.again runs it anew.
    """
    _refuse_impossible(start, may_have_begun=staff_booking or agreed)
    units = sorted({pk for item in plan.items for pk in unit_pks(item.offering)})
    expire_in_the_way(plan.period(start), plan.staff_pks, units)
    lock_rows(plan.staff_pks, units)
    return _choose(plan, start, staff_booking=staff_booking, agreed=agreed, absent=absent)


@contextmanager
def offering_alternatives(
    plan: Plan, start: datetime, *, besides_booking: int | None = None
) -> Iterator[None]:
    """Around a transaction: a SlotTaken that leaves it carries the three nearest starts that are free.

    `besides_booking` (primary key) is the one that is to be moved: its own time is not in its way.
    """
    try:
        yield
    except SlotTaken as error:
        found = visit_time.alternatives(plan.ask(), start=start, besides_booking=besides_booking)
        raise SlotTaken(
            error.detail,
            alternatives=[
                {"start": clock.rfc3339(layout.start), "end": clock.rfc3339(layout.end)} for layout in found
            ],
        ) from None


def lock_rows(staff_pks: Iterable[int], unit_pks: Iterable[int]) -> None:
    """Lock people and then units, each in pk order, until the transaction ends."""
    for model, pks in ((StaffMember, staff_pks), (Resource, unit_pks)):
        rows = model._default_manager.filter(pk__in=list(pks)).order_by("pk")
        list(rows.select_for_update(no_key=True).values_list("pk", flat=True))


def allocate(items: Sequence[BookingItem], taken: Taken) -> None:
    """Write who helps with the items and what they take, in the order of the plan. Raises SlotTaken when the database
    refuses an overlap.

    What a person or a unit does for several services in a row is one period: it belongs to the first of them.
    """
    ItemHelper.objects.bulk_create(
        [
            ItemHelper(item=item, staff_id=pk)
            for item, put in zip(items, taken.items, strict=True)
            for pk in put.team[1:]
        ]
    )
    rows = []
    for pk, spans in taken.people.items():
        theirs = [at for at, put in enumerate(taken.items) if pk in put.team]
        rows += [_row(items[_first(taken, theirs, span)], span, staff_id=pk) for span in spans]
    for pk, spans in taken.units.items():
        theirs = [at for at, put in enumerate(taken.items) if pk in put.units]
        rows += [_row(items[_first(taken, theirs, span)], span, resource_id=pk) for span in spans]
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


def take_again(
    booking: Booking,
    *,
    start: datetime,
    staff: str | None,
    staff_booking: bool,
    instead_of: str | None = None,
) -> None:
    """Move the locked booking to `start`: its own time is given back first, in the same transaction.

    All of it with `staff` (public id), or what `instead_of` was to do; else each service with the same people, else, if
    the customer had not chosen them, anyone able. Raises SlotTaken, SlotNotOffered, StaffNotAble, NotOffered; the
    caller's transaction rolls back.
    """
    items = items_of(booking)
    plan = plan_of(booking, staff=staff, instead_of=instead_of)
    # Whom a member puts on it, the customer has not asked for.
    chosen = [
        staff is not None and not staff_booking and (instead_of is None or item.staff.public_id == instead_of)
        for item in items
    ]
    core.free(booking)
    _put(booking, items, take(plan, start=start, staff_booking=staff_booking))
    for item, was_chosen in zip(items, chosen, strict=True):
        item.staff_was_chosen |= was_chosen
        item.save(update_fields=["staff", "staff_was_chosen", "starts_at", "ends_at"])
    booking.save(update_fields=["starts_at", "ends_at"])


def take_longer(
    booking: Booking, durations: Mapping[int, int], *, staff_booking: bool = False
) -> list[BookingItem]:
    """Let items of the locked booking last other minutes (`durations`, by primary key), from the same start.

    Answers the items as they are now. Raises SlotTaken, StaffNotAble, NotOffered.
    """
    items = items_of(booking)
    plan = plan_of(booking, staff=None, durations=durations)
    core.free(booking)
    try:
        taken = take(plan, start=booking.starts_at, staff_booking=staff_booking, agreed=True)
    except SlotNotOffered as error:
        raise SlotTaken from error
    _put(booking, items, taken)
    for item, planned in zip(items, plan.items, strict=True):
        item.duration_min = planned.duration_min
        item.phases = as_json(planned.phases, planned.duration_min)
        item.save(update_fields=["staff", "starts_at", "ends_at", "duration_min", "phases"])
    return items


def take_back(booking: Booking) -> None:
    """Take the time of an expired booking again, as it was. Raises SlotTaken when it is gone or past, or when
    nobody there would do it any more. Ways that nobody asked for yet are estimated: a payment waits for no server."""
    if booking.starts_at <= clock.now():
        raise SlotTaken
    items = items_of(booking)
    if items[0].session_id:
        seats.take_again(booking)
        return
    try:
        plan = plan_of(booking, staff=None)
        if not all(item.offering.is_live for item in plan.items):
            raise SlotTaken
        taken = take(plan, start=booking.starts_at, staff_booking=False, agreed=True, absent=Absent.ESTIMATE)
    except (SlotNotOffered, NotOffered, StaffNotAble) as error:
        raise SlotTaken from error
    _put(booking, items, taken)
    for item in items:
        item.save(update_fields=["staff", "starts_at", "ends_at"])


def check_free(
    booking: Booking,
    *,
    start: datetime,
    staff_booking: bool,
    staff: str | None = None,
    instead_of: str | None = None,
) -> Taken:
    """What `take_again` would take now. Nothing is locked; outside a transaction. Raises as that does."""
    _refuse_impossible(start, may_have_begun=staff_booking)
    plan = plan_of(booking, staff=staff, instead_of=instead_of)
    return _choose(plan, start, staff_booking=staff_booking, besides_booking=booking.pk, absent=Absent.ASK)


def check_length(booking: Booking, durations: Mapping[int, int]) -> Taken:
    """What `take_longer` would take for a member now. Nothing is locked. Raises SlotTaken, StaffNotAble, NotOffered."""
    plan = plan_of(booking, staff=None, durations=durations)
    return _choose(
        plan,
        booking.starts_at,
        staff_booking=True,
        agreed=True,
        besides_booking=booking.pk,
        absent=Absent.ESTIMATE,
    )


def _choose(
    plan: Plan,
    start: datetime,
    *,
    staff_booking: bool,
    agreed: bool = False,
    besides_booking: int | None = None,
    absent: Absent,
) -> Taken:
    """Who and what is free for the plan at `start`. Raises SlotNotOffered, SlotTaken, NotOffered."""
    if staff_booking:
        absent = Absent.ESTIMATE  # ways keep no member from booking
    found = visit_time.at_start(plan.ask(), start, besides_booking=besides_booking, absent=absent)
    if found is None:
        raise NotOffered
    layout = found.fits(start, by_staff=staff_booking, agreed=agreed)
    if layout is None:
        if staff_booking and len(plan.staff_pks) == 1:
            raise SlotTaken(
                taken_outside(plan.staff_pks, plan.period(start), besides_booking=besides_booking)
            )
        # Free was never on offer, or someone else has it: customers are told which.
        raise SlotTaken if staff_booking or agreed or found.is_offered(start) else SlotNotOffered
    visits = [time.visit for time in found.times]
    return Taken(layout, taken_of_people(visits, layout), taken_of_units(visits, layout))


def taken_outside(
    staff_pks: Collection[int], period: Span, *, besides_booking: int | None = None
) -> str | None:
    """In words for members: who of these people has something in a calendar of another program in `period`, when
    nothing that is booked takes them then; None when it is a booking that does."""
    outside = taken_elsewhere(staff_pks, period)
    booked = Allocation.objects.filter(
        live=True, staff__in=staff_pks, period__overlap=TimestamptzRange(period.start, period.end)
    )
    if besides_booking is not None:
        booked = booked.exclude(item__booking=besides_booking)
    if not outside or booked.exists():
        return None
    people = StaffMember.objects.filter(pk__in=outside).order_by("name")
    return _(
        "%(name)s has something in another calendar then. Choose another time, or take it out of there first."
    ) % {"name": joined(people.values_list("name", flat=True))}


def _put(booking: Booking, items: Sequence[BookingItem], taken: Taken) -> None:
    ItemHelper.objects.filter(item__in=items).delete()
    for item, put in zip(items, taken.items, strict=True):
        item.staff_id = put.staff
        item.starts_at, item.ends_at = put.start, put.end
    booking.starts_at, booking.ends_at = taken.layout.start, taken.layout.end
    allocate(items, taken)


def _first(taken: Taken, theirs: Iterable[int], span: Span) -> int:
    """The first of these services (by place) that lies in a period, or touches it with a buffer."""
    within = [
        (taken.items[at].start, at)
        for at in theirs
        if taken.items[at].start <= span.end and span.start <= taken.items[at].end
    ]
    return min(within)[1]


def _row(item: BookingItem, span: Span, **whose: int) -> Allocation:
    period = TimestamptzRange(span.start, span.end)
    return Allocation(kind=AllocationKind.ITEM, item=item, period=period, **whose)


def _refuse_impossible(start: datetime, *, may_have_begun: bool) -> None:
    earliest = clock.now() - (MAY_START_AGO if may_have_begun else timedelta(0))
    if not earliest <= start < clock.now() + FURTHEST or start.second or start.microsecond:
        raise SlotNotOffered


def expire_in_the_way(period: Span, staff_pks: Iterable[int], unit_pks: Iterable[int]) -> None:
    """End the stale holds of these people and units within `period`, before they are locked."""
    taking = Allocation.objects.filter(live=True, period__overlap=TimestamptzRange(period.start, period.end))
    taking = taking.filter(staff__in=list(staff_pks)) | taking.filter(resource__in=list(unit_pks))
    expiry.expire_holds(among=Booking.objects.filter(pk__in=taking.values("item__booking")))
