"""The same visit at another time: what of it can still be booked, and when."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bookings.errors import AddressOutsideArea, NotOffered, OptionUnknown, StaffNotAble
from bookings.models import Booking
from bookings.selectors.open_time import OpenSlot
from bookings.selectors.slots import ItemRequest, slots_for
from common import clock
from common.errors import NotFound
from geo.rules.positions import Position
from providers.models import ServiceOption

# As far ahead as one look goes.
LONGEST = timedelta(days=61)
OF_A_DAY = 3


@dataclass(frozen=True, slots=True)
class Again:
    """What a booking (with its items) would be once more: `items` as they are asked for, by the same people if
    `same_people`, and where a home visit goes (WGS 84)."""

    booking: Booking
    items: tuple[ItemRequest, ...]
    same_people: bool
    where: Position | None

    def with_anyone(self) -> "Again":
        """The same by anybody who is able."""
        return replace(self, items=tuple(replace(item, staff=None) for item in self.items), same_people=False)


def once_more(booking: Booking) -> Again | None:
    """What the booking would be once more: its services, for as many guests, with the options that are still sold, by
    whoever did it. None for seats in a group, which are chosen by date. One query."""
    rows = list(booking.items.all())
    if any(row.session_id or row.seats > 1 for row in rows):
        return None
    chosen = {line["option"] for row in rows for line in row.lines if line["option"]}
    sold = set(
        ServiceOption.objects.filter(public_id__in=chosen, archived_at__isnull=True).values_list(
            "public_id", flat=True
        )
        if chosen
        else ()
    )
    items = tuple(
        ItemRequest(
            row.service.public_id,
            options=tuple(line["option"] for line in row.lines if line["option"] in sold),
            staff=row.staff.public_id,
            guest=row.guest,
        )
        for row in sorted(rows, key=lambda row: (row.guest, row.position))
    )
    point = booking.address_point
    return Again(booking, items, True, Position(point.y, point.x) if point else None)


def free_again(again: Again, *, limit: int, near: datetime | None = None) -> tuple[Again, Sequence[OpenSlot]]:
    """The next free times of it (the nearest to `near`, an aware instant, in order of time), at most `limit`, and by
    whom: by anybody when the same people have no time or do it no more. None are free when it is sold no more."""
    for wanted in (again, again.with_anyone()) if again.same_people else (again,):
        try:
            found = _slots(wanted)
        except (NotFound, NotOffered, AddressOutsideArea):
            return again, ()
        except (StaffNotAble, OptionUnknown):
            continue
        if near is None:
            found = _spread(found, again.booking)
        else:
            nearest = sorted(found, key=lambda slot: abs(slot.start - near))[:limit]
            found = sorted(nearest, key=lambda slot: slot.start)
        if found:
            return wanted, found[:limit]
    return again.with_anyone(), ()


def _spread(found: Sequence[OpenSlot], booking: Booking) -> list[OpenSlot]:
    """A few of each local day, so that more than one day is offered."""
    seen: Counter[date] = Counter()
    kept = []
    for slot in found:
        day = slot.start.astimezone(booking.outlet.zone).date()
        seen[day] += 1
        if seen[day] <= OF_A_DAY:
            kept.append(slot)
    return kept


def _slots(again: Again) -> Sequence[OpenSlot]:
    # All who look within the hour ask for the same list.
    start = clock.now().replace(minute=0, second=0, microsecond=0)
    return slots_for(
        outlet=again.booking.outlet.public_id,
        items=again.items,
        start=start,
        end=start + LONGEST,
        where=again.where,
    ).slots
