"""Open time kept for search: what it is made of, and whether what is kept is what it should be."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from bookings.models import Allocation, BusyTime, OpenKept, OutletDay, StaffDay
from bookings.rules import quarters, states
from bookings.selectors.open_time_rows import OfferingRows, load_rules
from common.spans import Span
from providers.models import Offering, Skill
from providers.rules.phases import ACTIVE, read

DAY = timedelta(days=1)
# Marked by the triggers: nothing is kept of the outlet until it has been made anew.
DUE = date.min
# Two of its days lie at the far end of what is kept, while the worker rolls it forward.
KEPT_DAYS = 64

Place = tuple[int, int]  # outlet and person, primary keys


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that is not as it should be: None where there should be none, or is none."""

    table: str
    of: tuple[object, ...]
    kept: str | None
    rebuilt: str | None

    def __str__(self) -> str:
        return f"{self.table} {self.of}: kept {self.kept}, should be {self.rebuilt}"


def covers(window: Span, *, today: date) -> bool:
    """Whether open time is kept for all starts in `window`; `today` is the day of UTC."""
    return window.end <= quarters.span_of(today + (KEPT_DAYS - 2) * DAY).start


def working(outlets: Collection[int], first: date, last: date) -> dict[Place, list[Span]]:
    """When everybody who is able to do something that is sold there works at these outlets, from the first to the
    last day of UTC (both included). Two queries."""
    window = Span(quarters.span_of(first).start, quarters.span_of(last).end)
    sold = dict(Offering.objects.filter(outlet__in=outlets, is_live=True).values_list("pk", "outlet_id"))
    found: dict[Place, list[Span]] = {}
    by_outlet: dict[int, list[OfferingRows]] = defaultdict(list)
    for pk, rows in (load_rules(list(sold), window=window) if sold else {}).items():
        by_outlet[sold[pk]].append(rows)
    for outlet_pk, offerings in by_outlet.items():
        able = {staff.pk: staff for rows in offerings for staff in rows.able}
        for staff_pk, spans in offerings[0].outlet.working(able.values(), window).items():
            found[outlet_pk, staff_pk] = spans
    return found


def days_between(first: date, last: date) -> Iterator[date]:
    """From the first to the last day, both included."""
    while first <= last:
        yield first
        first += DAY


def differences(outlets: Collection[int]) -> list[Difference]:
    """Where what is kept of these outlets differs from what their hours and allocations say, worked out in Python.

    Outlets that are due keep nothing but where they are.
    """
    strayed = [
        Difference("place", (pk,), str(have.coords), str(want.coords))
        for pk, have, want in OpenKept.objects.filter(outlet__in=outlets).values_list(
            "outlet_id", "point", "outlet__point"
        )
        if have.coords != want.coords
    ]
    kept = dict(OpenKept.objects.filter(outlet__in=outlets, until__gt=DUE).values_list("outlet_id", "until"))
    if not kept:
        return strayed
    people: dict[tuple[object, ...], str] = {}
    shops: dict[tuple[object, ...], str] = {}
    for staff_day in StaffDay.objects.filter(outlet__in=kept):
        key = (staff_day.outlet_id, staff_day.staff_id, staff_day.day)
        people[key] = f"{staff_day.hours} {staff_day.open}"
    for row in OutletDay.objects.filter(outlet__in=kept):
        place = f"{row.starts} {row.is_open} {row.point.x} {row.point.y}"
        shops[row.outlet_id, row.category_id, row.day] = place
    first = min([key[2] for key in (*people, *shops)], default=max(kept.values()))  # type: ignore[type-var]
    assert isinstance(first, date)
    expected_people, expected_shops = _expected(kept, first)
    return strayed + [
        Difference(table, key, have.get(key), want.get(key))
        for table, have, want in (("person", people, expected_people), ("outlet", shops, expected_shops))
        for key in sorted({*have, *want}, key=str)
        if have.get(key) != want.get(key)
    ]


def _expected(
    kept: dict[int, date], first: date
) -> tuple[dict[tuple[object, ...], str], dict[tuple[object, ...], str]]:
    last = max(kept.values())
    hours = working(kept, first, last)
    busy: dict[int, list[Span]] = defaultdict(list)
    counted = Allocation.objects.filter(
        Q(item__isnull=True) | ~Q(item__booking__status__in=[states.HELD, states.EXPIRED]),
        staff__in={staff for _, staff in hours},
        live=True,
    )
    for staff, period in counted.values_list("staff_id", "period"):
        busy[staff].append(Span(period.lower, period.upper))
    outside = BusyTime.objects.filter(staff__in={staff for _, staff in hours})
    for staff, period in outside.values_list("staff_id", "period"):
        busy[staff].append(Span(period.lower, period.upper))
    people: dict[tuple[object, ...], str] = {}
    open_of: dict[tuple[int, int, date], str] = {}
    for (outlet, staff), spans in hours.items():
        for day in days_between(first, kept[outlet]):
            works = quarters.touched(spans, day)
            if works != quarters.NONE:
                left = quarters.left(works, quarters.covered(busy[staff], day))
                open_of[outlet, staff, day] = left
                people[outlet, staff, day] = f"{works} {left}"
    return people, _shops(kept, first, open_of)


def _shops(
    kept: dict[int, date], first: date, open_of: dict[tuple[int, int, date], str]
) -> dict[tuple[object, ...], str]:
    able: dict[int, set[int]] = defaultdict(set)
    skills = Skill.objects.filter(held_back=False, service__offerings__outlet__in=kept)
    for service, staff in skills.values_list("service_id", "staff_id"):
        able[service].add(staff)
    starts: dict[tuple[object, ...], list[str]] = defaultdict(list)
    points = {}
    for each in Offering.objects.filter(outlet__in=kept, is_live=True).select_related("service", "outlet"):
        points[each.outlet_id] = each.outlet.point
        sold, phases = each.service, read(each.service.phases)
        minutes = phases[0].minutes if phases else sold.duration_min
        if sold.capacity > 1 or (phases and phases[0].kind != ACTIVE):
            minutes = 0
        for day in days_between(first, kept[each.outlet_id]):
            if minutes == 0:
                starts[each.outlet_id, each.category_id, day].append(quarters.ALL)
                continue
            found = [
                quarters.starts(open_of[each.outlet_id, staff, day], minutes)
                for staff in able[each.service_id]
                if (each.outlet_id, staff, day) in open_of
            ]
            if found:
                starts[each.outlet_id, each.category_id, day].append(quarters.at_least(sold.team_size, found))
    rows = {}
    for key, many in starts.items():
        joined, point = quarters.either(many), points[key[0]]  # type: ignore[index]
        rows[key] = f"{joined} {joined != quarters.NONE} {point.x} {point.y}"
    return rows
