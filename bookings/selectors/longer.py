"""Time after a visit: what its people and units would have to give for some minutes more, and whether they have it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from bookings.models import Allocation, Booking, BookingItem
from bookings.selectors.open_time_rows import load_busy
from bookings.selectors.working import WorkingHours
from common.spans import Span, intersect, merge, subtract

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class More:
    """What `minutes` more of an item take, after its buffers, by primary key: of each person, and of each unit."""

    people: Mapping[int, Span]
    units: Mapping[int, Span]
    minutes: int

    @property
    def period(self) -> Span:
        """Where all of it lies."""
        spans = [*self.people.values(), *self.units.values()]
        return Span(min(span.start for span in spans), max(span.end for span in spans))


def is_last(booking: Booking, item: BookingItem) -> bool:
    """Whether nothing else of the visit follows for the same guest, or by the same people: only then can it last
    longer."""
    people = {person.pk for person in item.people}
    return not any(
        other.ends_at > item.ends_at
        and (other.guest == item.guest or people & {person.pk for person in other.people})
        for other in booking.items.all()
    )


def more_of(booking: Booking, item: BookingItem, minutes: int) -> More:
    """What the item (of no group session) would take besides, from its end on. One query.

    What somebody has anyway until later, such as a buffer, is followed by it; who is done sooner (while a colour takes)
    is taken again.
    """
    people: dict[int, datetime] = {}
    units: dict[int, datetime] = {}
    rows = Allocation.objects.filter(item__booking=booking, live=True)
    for staff, unit, guest, period in rows.values_list("staff_id", "resource_id", "item__guest", "period"):
        until = period.upper.astimezone(UTC)
        if staff is not None:
            people[staff] = max(people.get(staff, until), until)
        elif guest == item.guest and until >= item.ends_at:
            # What a unit does for several services in a row is one period, of the first of them.
            units[unit] = max(units.get(unit, until), until)
    ends_at = item.ends_at.astimezone(UTC)
    return More(
        people={
            person.pk: _after(max(people.get(person.pk, ends_at), ends_at), minutes) for person in item.people
        },
        units={unit: _after(until, minutes) for unit, until in units.items()},
        minutes=minutes,
    )


def _after(until: datetime, minutes: int) -> Span:
    return Span(until, until + minutes * MINUTE)


def free_after(more: More) -> int:
    """How many of its minutes all of them have free, before somebody is taken again. One statement."""
    busy = load_busy(staff=list(more.people), units=list(more.units), window=more.period)
    free = more.minutes
    for wanted, taken in ((more.people, busy.staff), (more.units, busy.units)):
        for pk, span in wanted.items():
            for other in taken.get(pk, ()):
                if other.overlaps(span):
                    free = min(free, max(0, int((other.start - span.start) / MINUTE)))
    return free


def soonest_for(booking: Booking, more: More) -> datetime | None:
    """When all of them next have so much time on that day, within their hours; None if they have not. About six
    queries."""
    outlet = booking.outlet
    start = more.period.start
    local = start.astimezone(outlet.zone)
    end = datetime.combine(local.date() + timedelta(days=1), time(), tzinfo=outlet.zone)
    window = Span(start, end.astimezone(UTC))
    if window.start >= window.end:
        return None
    busy = load_busy(staff=list(more.people), units=list(more.units), window=window)
    hours = WorkingHours(outlet.provider_id, [outlet], window)
    free = [window]
    for pk in more.people:
        free = intersect(free, subtract(hours.of(outlet, pk), busy.staff.get(pk, ())))
    for pk in more.units:
        free = subtract(free, busy.units.get(pk, ()))
    length = max(span.end - span.start for span in [*more.people.values(), *more.units.values()])
    return next((span.start for span in merge(free) if span.end - span.start >= length), None)
