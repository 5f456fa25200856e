"""People's hours, and what is taken of them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Min, QuerySet

from bookings.models import Booking, BookingItem
from bookings.rules import states
from bookings.rules.weeks import Days
from bookings.selectors.numbers.lines import Sums
from bookings.selectors.working import WorkingHours
from common.spans import Span, intersect, merge
from providers.models import Outlet, Provider, StaffAssignment, StaffMember

# Of each person's hours in a week: the minutes that visits take, buffers included, and group sessions that somebody
# has a seat in. What lies outside the hours is not among them, so nobody is busy for more than all of their time.
TAKEN = """
SELECT h.staff, h.week, sum(extract(epoch FROM upper(r) - lower(r)))::bigint / 60
  FROM (SELECT staff, week, spans::tstzmultirange AS spans
          FROM unnest(%(staff)s::bigint[], %(weeks)s::date[], %(spans)s::text[]) AS given(staff, week, spans)) h
 CROSS JOIN LATERAL (
    SELECT range_agg(a.period) * h.spans AS spans
      FROM (
        SELECT item_id, session_id, period FROM bookings_allocation
         WHERE staff_id = h.staff AND staff_id IS NOT NULL AND live AND NOT overbooked
           AND period && range_merge(h.spans)
        UNION ALL
        SELECT item_id, session_id, period FROM bookings_allocation
         WHERE staff_id = h.staff AND live AND overbooked AND period && range_merge(h.spans)
      ) a
      LEFT JOIN bookings_bookingitem i ON i.id = a.item_id
      LEFT JOIN bookings_booking b ON b.id = i.booking_id
      LEFT JOIN bookings_groupsession s ON s.id = a.session_id
     WHERE (b.status <> %(held)s AND b.outlet_id = ANY(%(outlets)s))
        OR (s.seats_taken > 0 AND s.outlet_id = ANY(%(outlets)s))
 ) taken
 CROSS JOIN LATERAL unnest(taken.spans) AS r
 GROUP BY 1, 2
"""


def add_hours(sums: Sums, days: Days, *, provider: Provider, outlets: Sequence[Outlet]) -> None:
    """Add the hours that people have at `outlets` by the rules as they are now, from when the shop and they began until
    they left, and what is taken of them. Eight queries."""
    hours = _hours(days, provider, outlets)
    staff: list[int] = []
    mondays: list[date] = []
    spans: list[str] = []
    weeks = days.weeks()
    for pk, working in hours.items():
        for week, found in _by_week(working, weeks):
            if not found:
                continue
            minutes = sum(int((span.end - span.start).total_seconds()) for span in found) // 60
            for line in (sums.total, sums.weeks[week.monday], sums.people[pk]):
                line.open_min += minutes
            staff.append(pk)
            mondays.append(week.monday)
            spans.append(
                "{" + ",".join(f"[{span.start.isoformat()},{span.end.isoformat()})" for span in found) + "}"
            )
    values: dict[str, Any] = {
        "staff": staff,
        "weeks": mondays,
        "spans": spans,
        "held": states.HELD,
        "outlets": [outlet.pk for outlet in outlets],
    }
    with connection.cursor() as cursor:
        cursor.execute(TAKEN, values)
        rows = cursor.fetchall()
    for pk, monday, minutes in rows:
        for line in (sums.total, sums.weeks[monday], sums.people[pk]):
            line.booked_min += int(minutes)


def _hours(days: Days, provider: Provider, outlets: Sequence[Outlet]) -> dict[int, list[Span]]:
    """When people (primary keys) work at any of the outlets; who works at several at once does so once."""
    window = days.span
    people = {person.pk: person for person in StaffMember.objects.filter(provider=provider)}
    opened = _began(
        {outlet.pk: outlet.created_at for outlet in outlets},
        Booking.objects.all(),
        "outlet",
        window.start,
    )
    came = _began(
        {pk: person.created_at for pk, person in people.items()},
        BookingItem.objects.all(),
        "staff",
        window.start,
    )
    places = {outlet.pk: outlet for outlet in outlets}
    working = WorkingHours(provider.pk, outlets, window)
    found: dict[int, list[Span]] = defaultdict(list)
    rows = StaffAssignment.objects.filter(outlet__in=outlets).order_by("staff_id", "outlet_id")
    for staff, place in rows.values_list("staff_id", "outlet_id"):
        person, outlet = people[staff], places[place]
        there = Span(
            max(window.start, opened[place], came[staff]),
            min([window.end, *(end for end in (outlet.archived_at, person.archived_at) if end)]),
        )
        found[staff] += intersect(working.of(outlet, staff), [there])
    return {pk: merge(spans) for pk, spans in found.items()}


def _began(made: dict[int, datetime], visits: QuerySet[Any], of: str, since: datetime) -> dict[int, datetime]:
    """From when each counts, by primary key: since it was entered here, or since its first visit, if that was before.
    One query at most."""
    late = [pk for pk, at in made.items() if at > since]
    first = dict(
        visits.filter(**{f"{of}__in": late}).values_list(of).annotate(first=Min("starts_at")).order_by()
    )
    return {pk: min(at, first.get(pk, at)) for pk, at in made.items()}


def _by_week(working: Sequence[Span], weeks: Sequence[Days]) -> Iterator[tuple[Days, list[Span]]]:
    """The hours (in order) cut where weeks begin."""
    at = 0
    for week in weeks:
        span, found = week.span, []
        while at < len(working) and working[at].start < span.end:
            each = working[at]
            found.append(Span(max(each.start, span.start), min(each.end, span.end)))
            if each.end > span.end:
                break
            at += 1
        yield week, found
