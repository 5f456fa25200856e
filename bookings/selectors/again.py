"""A visit once more: what somebody had that is still sold, what of it can still be booked, and when."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from accounts.principals import Principal
from bookings.errors import AddressOutsideArea, NotOffered, OptionUnknown, StaffNotAble
from bookings.models import Booking, BookingItem
from bookings.rules import states
from bookings.rules.availability import Slot as FreeSlot
from bookings.selectors.bookings import bookings_of, past
from bookings.selectors.open_time import Ask, OpenSlot, open_time
from bookings.selectors.slots import ItemRequest, slots_for
from common import clock
from common.errors import NotFound
from common.spans import Span
from geo.rules.positions import Position
from providers.enums import Place
from providers.models import Offering, ServiceOption, Skill

# As far ahead as one look goes.
LONGEST = timedelta(days=61)
OF_A_DAY = 3
# So many visits back it looks for different ones, and so far ahead for the next times of several.
LOOKED_AT = 12
AHEAD = timedelta(days=14)
# They took place.
WAS_THERE = (states.COMPLETED, states.CLOSED)


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


@dataclass(frozen=True, slots=True)
class Had:
    """A visit whose services are all still sold there; `ask` for its next times when it is of one service for one."""

    booking: Booking
    items: tuple[BookingItem, ...]
    offerings: tuple[Offering, ...]
    # The same person, while they still do it.
    staff_id: str
    ask: Ask | None

    @property
    def has_more(self) -> bool:
        """Whether it went to an address, had options, or was for another person or a vehicle."""
        booking = self.booking
        options = any(line["option"] for item in self.items for line in item.lines)
        at_home = self.offerings[0].place == Place.CUSTOMER
        return at_home or options or bool(booking.served_name or booking.vehicle_plate)


def had_lately(principal: Principal, *, limit: int) -> list[Had]:
    """The last visits of a caller (a user, or a guest by the bookings they carry), each kind once, the latest first, as
    far as the same is still sold; at most `limit`."""
    visits = past(bookings_of(principal), clock.now()).filter(status__in=WAS_THERE)
    return _still_sold(_different(visits), limit)


def next_times(had: Sequence[Had], *, limit: int) -> list[Sequence[FreeSlot]]:
    """The next free times of each (none where it has no `ask`), at most `limit` of each, all asked for at once."""
    now = clock.now()
    asks = [each.ask for each in had if each.ask]
    times = open_time(asks, window=Span(now, now + AHEAD), fair_share=False) if asks else {}
    return [times[each.ask.offering_pk].next_slots(limit) if each.ask else () for each in had]


def _different(visits: QuerySet[Booking]) -> list[Booking]:
    """The latest visit of each kind: of the same services at the same outlet."""
    kinds: dict[tuple[object, ...], Booking] = {}
    rows = visits.prefetch_related(None).prefetch_related("items__staff", "items__service")
    for booking in rows[:LOOKED_AT]:
        services = ((item.service_id, item.guest) for item in booking.items.all())
        kinds.setdefault((booking.outlet_id, *services), booking)
    return list(kinds.values())


def _still_sold(visits: list[Booking], limit: int) -> list[Had]:
    services = {item.service_id for booking in visits for item in booking.items.all()}
    outlets = {booking.outlet_id for booking in visits}
    if not visits:
        return []
    sold = {
        (each.outlet_id, each.service_id): each
        for each in Offering.objects.filter(
            is_live=True, outlet__in=outlets, service__in=services
        ).select_related("service")
    }
    able = set(
        Skill.objects.filter(
            service__in=services, held_back=False, staff__archived_at__isnull=True
        ).values_list("staff", "service")
    )
    found = []
    for booking in visits:
        items = tuple(booking.items.all())
        offerings = tuple(
            sold[key] for item in items if (key := (booking.outlet_id, item.service_id)) in sold
        )
        if not items or len(offerings) < len(items):
            continue
        item, offering = items[0], offerings[0]
        staff = item.staff if (item.staff_id, item.service_id) in able else None
        plain = len(items) == 1 and offering.service.capacity == 1
        ask = Ask(offering.pk, staff_pks=(staff.pk,) if staff else None) if plain else None
        found.append(Had(booking, items, offerings, staff.public_id if staff else "", ask))
    return found[:limit]
