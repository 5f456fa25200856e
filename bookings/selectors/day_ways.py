"""The ways that the people of a day's list have between their visits, for those who see the list."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.db.models import Q
from psycopg.types.range import TimestamptzRange

from bookings.models import Allocation, Booking
from bookings.rules import states
from bookings.rules.travel import Taken
from bookings.selectors.travel import LONGEST_WAY, way_by
from common.spans import Span
from geo.enums import TravelMode
from geo.routing import Absent, Legs, trip
from geo.rules.positions import Position
from geo.selectors import position_of
from providers.enums import Place
from providers.models import Outlet, StaffAssignment, StaffMember

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class WayThere:
    """How a visit is reached from the one before it: `since` is when that one ends, with its buffer.

    `minutes` by `mode`; `left_min` is the time there is for it, and `is_short` whether that is too little. `staff` is
    whose way it is (primary key), and `until` when their time for the visit begins.
    """

    minutes: int
    mode: TravelMode
    since: datetime
    left_min: int
    staff: int
    until: datetime

    @property
    def is_short(self) -> bool:
        return self.left_min < self.minutes


def ways_there(outlet: Outlet, visits: Sequence[Booking]) -> dict[str, WayThere]:
    """How these visits of an outlet (with their items) are reached from what their person has before, by reference.

    A visit has none when its person has nothing before it that day, or comes from the same place; of several people
    who come to it that of who has least time. No query where
    nobody travels but one, else four at most; may ask a routing server.
    """
    ahead = [visit for visit in visits if visit.status in states.LIVE]
    staff = {person.pk for visit in ahead for item in visit.items.all() for person in item.people}
    if not staff or not _travel(outlet, staff):
        return {}
    span = Span(min(v.starts_at for v in ahead) - LONGEST_WAY, max(v.ends_at for v in ahead))
    modes = {
        person.pk: TravelMode(person.travel_mode or outlet.travel_mode)
        for person in StaffMember.objects.filter(pk__in=staff)
    }
    taken = _taken(staff, span)
    legs = Legs(Absent.ASK)
    legs.learn(
        trip(before.place, after.place, modes[pk])
        for pk, rows in taken.items()
        for (before, _), (after, _) in pairwise(rows)
        if before.place and after.place
    )
    refs = {visit.ref for visit in ahead}
    found: dict[str, WayThere] = {}
    for pk, rows in taken.items():
        way = way_by(modes[pk], legs, outlet.zone)
        for (before, _), (after, ref) in pairwise(rows):
            if ref not in refs or not (before.place and after.place):
                continue
            length = way(before.place, after.place, before.span.end)
            if length:
                left = (after.span.start - before.span.end) // MINUTE
                until = after.span.start
                one = WayThere(length // MINUTE, modes[pk], before.span.end, left, pk, until)
                found[ref] = min(found.get(ref, one), one, key=lambda each: each.left_min - each.minutes)
    return found


def _travel(outlet: Outlet, staff: set[int]) -> bool:
    """Whether any of these people may have been anywhere else."""
    if outlet.service_area is not None:
        return True
    return StaffAssignment.objects.filter(staff__in=staff).exclude(outlet=outlet).exists()


def _taken(staff: set[int], span: Span) -> dict[int, list[tuple[Taken, str]]]:
    """What each has in order of time, where it is known where, with the visit's reference ("" for a session)."""
    rows = (
        Allocation.objects.filter(
            Q(item__isnull=False) | Q(session__isnull=False),
            live=True,
            staff__in=staff,
            period__overlap=TimestamptzRange(*span),
        )
        .select_related("item__booking__outlet", "session__outlet")
        .order_by("period", "pk")
    )
    found: dict[int, list[tuple[Taken, str]]] = defaultdict(list)
    for row in rows:
        assert row.staff_id is not None
        period = Span(row.period.lower, row.period.upper)
        found[row.staff_id].append((Taken(period, _place(row)), row.item.booking.ref if row.item else ""))
    return {pk: [each for each in taken if each[0].place] for pk, taken in found.items()}


def _place(row: Allocation) -> Position | None:
    if row.session:
        return position_of(row.session.outlet.point)
    assert row.item is not None
    booking = row.item.booking
    if booking.place == Place.CUSTOMER:
        return position_of(booking.address_point) if booking.address_point else None
    return position_of(booking.outlet.point)
