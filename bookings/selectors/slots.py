"""The starts that customers may choose at an outlet, for one service or for a visit of several."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bookings.errors import NotOffered, OptionUnknown, StaffNotAble
from bookings.rules.grid import DAY, day_of, midnight
from bookings.selectors.open_time import Ask, OpenSlot, OpenTime, checked_window, extra_minutes, open_time
from bookings.selectors.plans import ItemPlan, Plan, plan_for
from bookings.selectors.remembered import CHANGED, LOOK, Look, Memory
from bookings.selectors.sessions import SeatsLeft, bookable, is_group, seats_left
from bookings.selectors.visit_time import visit_time
from common import clock
from common.errors import NotFound
from common.prepared import prepared
from common.spans import Span
from geo.routing import Absent
from geo.rules.positions import Position
from providers.enums import Place
from providers.models import Offering

MOST_GUESTS = 8

# What an outlet sells. The list of one service needs no more of it: models would take longer than all else.
SOLD = """
SELECT {look}, s.public_id, f.id, s.id, f.place, s.capacity, s.duration_min, o.timezone, o.window_days
  FROM providers_outlet o
  JOIN providers_offering f ON f.outlet_id = o.id AND f.is_live
  JOIN providers_service s ON s.id = f.service_id
 CROSS JOIN {changed}
 WHERE o.public_id = %(outlet)s::text AND s.public_id = ANY(%(services)s::text[])
""".replace("{look}", LOOK).replace("{changed}", CHANGED)


@dataclass(frozen=True, slots=True)
class Sold:
    """One service of one outlet, as the catalogue has it."""

    offering_pk: int
    service_pk: int
    place: str
    capacity: int
    duration_min: int
    timezone: str
    window_days: int


@dataclass(frozen=True, slots=True)
class ItemRequest:
    """One service that is asked for: public ids; no staff means anyone able. `guest` counts from 1."""

    service: str
    options: Sequence[str] = ()
    staff: str | None = None
    guest: int = 1


@dataclass(frozen=True, slots=True)
class SeatSlot(OpenSlot):
    """A session (public id) with so many seats left; of a course the first, with the whole course's seats."""

    session: str
    seats_left: int
    course: str = ""
    dates: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class OutletSlots:
    """The slots at one outlet, and its IANA zone. Those of several services are `VisitSlot`s, of a group service
    `SeatSlot`s. It may be told to others, too: nobody changes it."""

    timezone: str
    slots: Sequence[OpenSlot]
    # False for a home visit to an address that is not known yet.
    travel_counted: bool = True
    # What bookings.slot_lists has written of it, with items and without.
    written: dict[bool, str] = field(default_factory=dict, compare=False, repr=False)


# Slots in all lists that a process remembers: some 50 MB as text when fifty people are free at each.
_memory: Memory[OutletSlots] = Memory(50_000, lambda found: 1 + len(found.slots))


def slots_for(
    *,
    outlet: str,
    items: Sequence[ItemRequest],
    start: datetime,
    end: datetime,
    any_order: bool = False,
    seats: int = 1,
    where: Position | None = None,
    besides_booking: int | None = None,
) -> OutletSlots:
    """What customers may choose at an outlet (public id), with starts in [start, end) (aware). At most 62 days.

    `besides_booking` (primary key) is the one that is to be moved: its own time is not in its way.
    `where` a home visit goes: then the ways there and on from there are counted. May ask a routing server.
    One service: each start with everybody who is free for it. Several: each start with the layout of least waiting.
    A group service: the sessions with at least `seats` left. Raises SpanTooLong, NotFound, NotOffered, StaffNotAble,
    OptionUnknown.
    """
    window = checked_window(start, end)
    plain = len(items) == 1 and seats == 1 and where is None and besides_booking is None
    asked = (outlet, _hashable(items[0]), window) if plain else None
    known = _memory.recall(asked) if asked else None
    sold, look = _sold(outlet, items, since=known.snapshot if known else None)
    if known and known.holds(look):
        return known.found
    window = _within_booking_window(window, sold[0].window_days)
    require_sold_so([each.capacity for each in sold], seats=seats)
    counted = sold[0].place != Place.CUSTOMER or where is not None
    if len(items) == 1 and sold[0].capacity == 1:
        time = _time_of_one(sold[0], items[0], window, where, besides_booking)
        found = OutletSlots(sold[0].timezone, _of_one(time, items[0]), counted)
        if asked and not time.counts_ways:
            _memory.remember(asked, found, look, until=_until(found, time))
        return found
    offerings = offerings_of(outlet, items)
    if is_group(offerings[0].service):
        listed = _of_group(offerings[0], items[0], window, seats)
    else:
        listed = _of_several(offerings, items, window, where, any_order, besides_booking)
    return OutletSlots(sold[0].timezone, listed, counted)


def _hashable(item: ItemRequest) -> ItemRequest:
    return replace(item, options=tuple(sorted(item.options)))


def _until(found: OutletSlots, time: OpenTime) -> datetime:
    """When the list becomes another by itself: its first start can no longer be chosen, or the booking window goes on
    with the outlet's day."""
    tomorrow = midnight(time.zone, day_of(time.zone, clock.now()) + DAY)
    notice = timedelta(minutes=time.outlet.notice_min)
    return min([tomorrow, *(slot.start - notice for slot in found.slots[:1])])


def _sold(outlet: str, items: Sequence[ItemRequest], *, since: str | None = None) -> tuple[list[Sold], Look]:
    """What is asked for at an outlet (public ids), in the order of `items`, and whether its slots changed `since` a
    snapshot. One statement.

    All at the outlet, or all at the customer's. Raises NotFound (no such outlet), NotOffered.
    """
    with prepared() as cursor:
        cursor.execute(
            SOLD, {"outlet": outlet, "services": [item.service for item in items], "snapshot": since}
        )
        rows = cursor.fetchall()
    found = {row[4]: Sold(*row[5:]) for row in rows}
    if any(item.service not in found for item in items):
        if Offering.objects.filter(outlet__public_id=outlet, is_live=True).exists():
            raise NotOffered
        raise NotFound
    asked = [found[item.service] for item in items]
    if len({each.place for each in asked}) > 1:
        raise NotOffered
    return asked, Look(*rows[0][:4])


def offerings_of(outlet: str, items: Sequence[ItemRequest], *, live_only: bool = True) -> list[Offering]:
    """What is asked for at an outlet (public ids), with outlet, provider and service, in the order of `items`.

    All at the outlet, or all at the customer's. Raises NotFound (no such outlet), NotOffered.
    """
    sold = Offering.objects.select_related("outlet__provider", "service").filter(outlet__public_id=outlet)
    if live_only:
        sold = sold.filter(is_live=True)
    found = {
        each.service.public_id: each
        for each in sold.filter(service__public_id__in=[i.service for i in items])
    }
    if any(item.service not in found for item in items):
        if sold.filter(is_live=True).exists():
            raise NotOffered
        raise NotFound
    if len({each.place for each in found.values()}) > 1:
        raise NotOffered
    return [found[item.service] for item in items]


def require_sold_so(capacities: Sequence[int], *, seats: int) -> None:
    """Several seats are of a group service (of a `capacity` above 1), which is booked by itself. Raises NotOffered."""
    groups = [capacity > 1 for capacity in capacities]
    if (any(groups) and len(groups) > 1) or (seats > 1 and not any(groups)):
        raise NotOffered


def _of_group(offering: Offering, item: ItemRequest, window: Span, seats: int) -> list[OpenSlot]:
    if extra_minutes(offering.service_id, item.options):
        raise OptionUnknown  # a session lasts as long as it does
    if item.staff is not None:
        plan_for(offering, duration_min=offering.service.duration_min, staff=item.staff)
    bounds = bookable(offering.outlet)
    within = Span(max(window.start, bounds.start), min(window.end, bounds.end))
    return [
        seat_slot(each)
        for each in seats_left([offering.pk], window=within, seats=seats)[offering.pk]
        if item.staff in (None, each.first.staff.public_id)
    ]


def seat_slot(left: SeatsLeft) -> SeatSlot:
    """A session with its seats left, as people see it."""
    course = left.first.course
    return SeatSlot(
        left.first.starts_at,
        left.first.ends_at,
        [left.first.staff.public_id],
        left.first.public_id,
        left.left,
        course.name if course else "",
        tuple(Span(each.starts_at, each.ends_at) for each in left.sessions) if course else (),
    )


def _plans(found: Sequence[Offering], items: Sequence[ItemRequest], where: Position | None) -> list[ItemPlan]:
    return [
        plan_for(
            offering,
            duration_min=offering.service.duration_min + extra_minutes(offering.service_id, item.options),
            staff=item.staff,
            guest=item.guest,
            where=where,
        )
        for offering, item in zip(found, items, strict=True)
    ]


def _time_of_one(
    sold: Sold, item: ItemRequest, window: Span, where: Position | None, besides: int | None
) -> OpenTime:
    duration_min = sold.duration_min + extra_minutes(sold.service_pk, item.options)
    ask = Ask(sold.offering_pk, duration_min=duration_min, where=where)
    found = open_time([ask], window=window, besides_booking=besides, fair_share=False, absent=Absent.ASK)
    return found[sold.offering_pk]


def _of_one(time: OpenTime, item: ItemRequest) -> list[OpenSlot]:
    listed = [time.public(slot) for slot in time.slots()]
    if item.staff is None:
        return listed
    if item.staff not in time.able:
        raise StaffNotAble
    return [
        replace(slot, staff=_with(item.staff, slot.staff, time.visit.team))
        for slot in listed
        if item.staff in slot.staff
    ]


def _with(staff: str, free: Sequence[str], team: int) -> list[str]:
    """Who is named for a slot, and of a team whoever is free to do it with them."""
    return [staff, *(each for each in free if each != staff)] if team > 1 else [staff]


def _of_several(
    offerings: Sequence[Offering],
    items: Sequence[ItemRequest],
    window: Span,
    where: Position | None,
    any_order: bool,
    besides: int | None,
) -> list[OpenSlot]:
    try:
        plan = Plan(tuple(_plans(offerings, items, where)), any_order)
    except StaffNotAble:
        if any(item.staff for item in items):
            raise
        return []  # nobody does one of them at the moment
    found = visit_time(plan.ask(), window=window, besides_booking=besides, absent=Absent.ASK)
    if found is None:
        raise NotOffered
    return [found.public(layout) for layout in found.layouts()]


def _within_booking_window(window: Span, window_days: int) -> Span:
    """Nothing that is past or beyond the booking window can be chosen: it need not be loaded."""
    now = clock.now()
    furthest = now + timedelta(days=window_days + 2)
    return Span(min(max(window.start, now), furthest), min(max(window.end, now), furthest))
