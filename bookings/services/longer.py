"""A visit that is to last longer than agreed: what is added to it takes time of the calendar, if there is any."""

from datetime import datetime

from psycopg.types.range import TimestamptzRange

from bookings.enums import AllocationKind
from bookings.errors import NoTimeForIt, SlotTaken
from bookings.models import Allocation, Booking, BookingItem
from bookings.selectors.longer import MINUTE, More, free_after, is_last, more_of, soonest_for
from bookings.services import core, reserve
from common import clock
from providers.rules.phases import ACTIVE, Phase, as_json, read


def check(booking: Booking, item: BookingItem, minutes: int) -> None:
    """Would `minutes` more of the item fit after it now? Nothing is locked or taken.

    Raises NoTimeForIt with how many minutes are free then, and the soonest time on that day at which they all are.
    """
    _require(booking, item, _wanted(booking, item, minutes))


def extend(booking: Booking, item: BookingItem, minutes: int, *, actor: str) -> None:
    """Let the item of the locked booking last `minutes` longer, and take that time of the same people and units.

    In the caller's transaction, before anything of its money is locked (docs/locking.md). Hours and ways keep no member
    from it, as with a visit that they book. Raises NoTimeForIt.
    """
    more = _wanted(booking, item, minutes)
    reserve.expire_in_the_way(more.period, list(more.people), list(more.units))
    reserve.lock_rows(more.people, more.units)
    _require(booking, item, more)
    rows = [_row(item, span.start, span.end, staff_id=pk) for pk, span in more.people.items()]
    rows += [_row(item, span.start, span.end, resource_id=pk) for pk, span in more.units.items()]
    try:
        reserve.write(rows)
    except SlotTaken as error:
        # Such as a time that somebody put over another's with permission, which no look-up counts as free.
        raise NoTimeForIt(free_min=0, soonest=None) from error
    before = booking.ends_at
    item.phases = as_json(_with(read(item.phases), item.duration_min, minutes), item.duration_min + minutes)
    item.duration_min += minutes
    item.ends_at += minutes * MINUTE
    item.save(update_fields=["phases", "duration_min", "ends_at"])
    core.change(
        booking,
        event="booking.lengthened",
        actor=actor,
        fields={"ends_at": max(before, item.ends_at)},
        minutes=minutes,
        previous={"ends_at": clock.rfc3339(before)},
    )


def _wanted(booking: Booking, item: BookingItem, minutes: int) -> More:
    if not is_last(booking, item):
        raise NoTimeForIt(free_min=0, soonest=None)
    return more_of(booking, item, minutes)


def _require(booking: Booking, item: BookingItem, more: More) -> None:
    free = free_after(more)
    if free < more.minutes:
        soonest = soonest_for(booking, more)
        raise NoTimeForIt(free_min=free, soonest=clock.rfc3339(soonest) if soonest else None)


def _with(phases: tuple[Phase, ...], duration_min: int, minutes: int) -> tuple[Phase, ...]:
    """The phases with work of so many minutes at their end."""
    phases = phases or (Phase(ACTIVE, duration_min),)
    last = phases[-1]
    if last.kind == ACTIVE:
        return (*phases[:-1], Phase(ACTIVE, last.minutes + minutes))
    return (*phases, Phase(ACTIVE, minutes))


def _row(item: BookingItem, start: datetime, end: datetime, **whose: int) -> Allocation:
    return Allocation(kind=AllocationKind.ITEM, item=item, period=TimestamptzRange(start, end), **whose)
