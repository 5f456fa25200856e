"""Visits that took place or that nobody came to, whose they were, and how long before they were booked."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection

from bookings.enums import Source
from bookings.rules import states
from bookings.rules.weeks import Days
from bookings.selectors.numbers.lines import Line, Sums
from providers.models import Outlet

DONE = (states.CHECKED_IN, states.STARTED, states.COMPLETED, states.CLOSED)

# A visit counts once for all, for its week, and for each person and each service in it. Whoever signs in is one
# customer whatever they booked as; a guest is one of each booking's own until they do.
VISITS = """
WITH seen AS MATERIALIZED (
    SELECT b.id, b.starts_at, date_trunc('week', b.starts_at AT TIME ZONE %(zone)s)::date AS week,
           b.status = ANY(%(done)s) AS done, coalesce(c.user_id, -c.id) AS whom,
           CASE WHEN b.source <> %(walk_in)s AND b.created_at <= b.starts_at
                THEN extract(epoch FROM b.starts_at - b.created_at) / 60 END AS lead
      FROM bookings_booking b JOIN accounts_customer c ON c.id = b.customer_id
     WHERE b.outlet_id = ANY(%(outlets)s) AND b.starts_at >= %(start)s AND b.starts_at < %(end)s
       AND (b.status = ANY(%(done)s) OR (b.status = %(no_show)s AND NOT b.waits_again))
), begun AS MATERIALIZED (
    SELECT coalesce(c.user_id, -c.id) AS whom, min(b.starts_at) AS at
      FROM bookings_booking b JOIN accounts_customer c ON c.id = b.customer_id
     WHERE b.outlet_id = ANY(%(every)s) AND b.starts_at < %(end)s AND b.status = ANY(%(done)s)
     GROUP BY 1
), placed AS (
    SELECT id, 'all' AS kind, 0::bigint AS pk, NULL::date AS week FROM seen
    UNION ALL SELECT id, 'week', 0, week FROM seen
    UNION ALL SELECT DISTINCT seen.id, 'person', i.staff_id, NULL::date
      FROM seen JOIN bookings_bookingitem i ON i.booking_id = seen.id
    UNION SELECT seen.id, 'person', h.staff_id, NULL::date
      FROM seen JOIN bookings_bookingitem i ON i.booking_id = seen.id
      JOIN bookings_itemhelper h ON h.item_id = i.id
    UNION SELECT DISTINCT seen.id, 'service', i.service_id, NULL::date
      FROM seen JOIN bookings_bookingitem i ON i.booking_id = seen.id
)
SELECT placed.kind, placed.pk, placed.week,
       count(*) FILTER (WHERE seen.done), count(*) FILTER (WHERE NOT seen.done),
       count(DISTINCT seen.whom) FILTER (WHERE seen.done),
       count(DISTINCT seen.whom) FILTER (WHERE seen.done AND begun.at < seen.starts_at),
       percentile_disc(0.5) WITHIN GROUP (ORDER BY seen.lead)
  FROM placed JOIN seen USING (id) LEFT JOIN begun USING (whom)
 GROUP BY 1, 2, 3
"""


def add_visits(sums: Sums, days: Days, *, outlets: Sequence[Outlet], every: Sequence[Outlet]) -> None:
    """Count the visits at `outlets`; who comes back is who was at any of `every` before. One query."""
    start, end = days.span
    values: dict[str, Any] = {
        "zone": days.zone,
        "start": start,
        "end": end,
        "outlets": [outlet.pk for outlet in outlets],
        "every": [outlet.pk for outlet in every],
        "done": list(DONE),
        "no_show": states.NO_SHOW,
        "walk_in": Source.WALK_IN,
    }
    with connection.cursor() as cursor:
        cursor.execute(VISITS, values)
        rows = cursor.fetchall()
    for kind, pk, week, visits, no_shows, customers, returning, lead in rows:
        line = _line(sums, kind, pk, week)
        line.visits, line.no_shows, line.customers, line.returning = visits, no_shows, customers, returning
        line.lead_min = None if lead is None else round(lead)


def _line(sums: Sums, kind: str, pk: int, week: date) -> Line:
    if kind == "week":
        return sums.weeks[week]
    if kind == "person":
        return sums.people[pk]
    return sums.services[pk] if kind == "service" else sums.total
