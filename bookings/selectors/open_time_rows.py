"""Everything open time is made of, for any number of offerings in two statements."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from bookings.rules.availability import Visit
from common.spans import Span
from providers.rules.hours import DateOverride, Timetable, WeeklyRule

# Local dates of a window are at most a day away from its dates in UTC, late hours reach one further.
EDGE_DAYS = 2

# One row per offering. Periods are clipped to the window, so that open-ended ones become instants, too.
RULES = """
SELECT f.id, f.outlet_id, o.timezone, o.slot_step_min, o.notice_min, o.window_days,
       s.duration_min, s.buffer_before_min, s.buffer_after_min,
       (SELECT json_agg(json_build_array(m.id, m.public_id) ORDER BY m.id)
          FROM providers_staffmember m
         WHERE m.archived_at IS NULL
           AND EXISTS (SELECT FROM providers_skill k WHERE k.service_id = f.service_id AND k.staff_id = m.id)
           AND EXISTS (SELECT FROM providers_staffassignment a
                        WHERE a.outlet_id = f.outlet_id AND a.staff_id = m.id)),
       (SELECT json_agg(json_build_array(m.id, m.public_id))
          FROM providers_staffmember m WHERE m.id = ANY(%(staff)s) AND m.provider_id = o.provider_id),
       (SELECT json_agg(json_build_array(n.kind_id, n.quantity,
                 (SELECT json_agg(r.id) FROM providers_resource r
                   WHERE r.kind_id = n.kind_id AND r.outlet_id = f.outlet_id AND r.archived_at IS NULL)))
          FROM providers_resourceneed n WHERE n.service_id = f.service_id),
       (SELECT json_agg(json_build_array(h.staff_id, h.weekday, h.opens, h.closes,
                                         h.valid_from, h.valid_until))
          FROM providers_hoursrule h WHERE h.outlet_id = f.outlet_id),
       (SELECT json_agg(json_build_array(v.staff_id, v.date, v.opens, v.closes))
          FROM providers_hoursoverride v
         WHERE v.outlet_id = f.outlet_id AND v.date BETWEEN %(first_day)s AND %(last_day)s),
       (SELECT json_agg(json_build_array(extract(epoch FROM greatest(lower(c.period), %(start)s)),
                                         extract(epoch FROM least(upper(c.period), %(end)s))))
          FROM providers_closure c
         WHERE c.outlet_id = f.outlet_id AND c.period && tstzrange(%(start)s, %(end)s)),
       (SELECT json_agg(json_build_array(t.staff_id, extract(epoch FROM greatest(lower(t.period), %(start)s)),
                                         extract(epoch FROM least(upper(t.period), %(end)s))))
          FROM providers_timeoff t
         WHERE t.period && tstzrange(%(start)s, %(end)s)
           AND (t.staff_id = ANY(%(staff)s)
                OR t.staff_id IN (SELECT a.staff_id FROM providers_staffassignment a
                                   WHERE a.outlet_id = f.outlet_id)))
  FROM providers_offering f
  JOIN providers_outlet o ON o.id = f.outlet_id
  JOIN providers_service s ON s.id = f.service_id
 WHERE f.id = ANY(%(offerings)s)
"""

# The live ones that are no overbookings are found by the exclusion constraints' own indexes. What a hold
# takes whose time is over is free, whether or not the worker has been by.
BUSY = """
WITH stale AS (
    SELECT i.id FROM bookings_bookingitem i JOIN bookings_booking b ON b.id = i.booking_id
     WHERE b.status = 'held' AND b.hold_expires_at <= statement_timestamp()
), taken AS (
    SELECT a.item_id, a.staff_id, a.resource_id, a.period
      FROM unnest(%(staff)s::bigint[]) AS wanted(id)
      JOIN bookings_allocation a ON a.staff_id = wanted.id AND a.live AND NOT a.overbooked
       AND a.staff_id IS NOT NULL AND a.period && tstzrange(%(start)s, %(end)s)
    UNION ALL
    SELECT a.item_id, a.staff_id, a.resource_id, a.period
      FROM unnest(%(units)s::bigint[]) AS wanted(id)
      JOIN bookings_allocation a ON a.resource_id = wanted.id AND a.live AND NOT a.overbooked
       AND a.resource_id IS NOT NULL AND a.period && tstzrange(%(start)s, %(end)s)
    UNION ALL
    SELECT a.item_id, a.staff_id, a.resource_id, a.period FROM bookings_allocation a
     WHERE a.live AND a.overbooked AND a.period && tstzrange(%(start)s, %(end)s)
       AND (a.staff_id = ANY(%(staff)s) OR a.resource_id = ANY(%(units)s))
)
SELECT taken.staff_id, taken.resource_id,
       greatest(lower(taken.period), %(start)s), least(upper(taken.period), %(end)s)
  FROM taken
 WHERE taken.item_id IS NULL
    OR (taken.item_id NOT IN (SELECT id FROM stale)
        AND taken.item_id NOT IN (SELECT id FROM bookings_bookingitem WHERE booking_id = %(besides)s))
"""


@dataclass(slots=True)
class StaffRows:
    """One person at one outlet."""

    pk: int
    public_id: str
    own: Timetable
    time_off: Sequence[Span]


@dataclass(slots=True)
class OfferingRows:
    """What the rules say about one offering: times are the outlet's wall clock or instants in UTC."""

    pk: int
    outlet_pk: int
    zone: ZoneInfo
    step_min: int
    notice_min: int
    window_days: int
    visit: Visit
    able: list[StaffRows]
    named: list[StaffRows]
    needs: list[tuple[int, int, list[int]]]
    hours: Timetable
    closures: list[Span]


@dataclass(slots=True)
class Busy:
    """What people and units are busy with, buffers included, by primary key, in any order."""

    staff: dict[int, list[Span]] = field(default_factory=lambda: defaultdict(list))
    units: dict[int, list[Span]] = field(default_factory=lambda: defaultdict(list))


def load_rules(
    offerings: Collection[int], *, window: Span, staff: Collection[int] = ()
) -> dict[int, OfferingRows]:
    """What bears on `window`, by offering; `staff` (primary keys) are loaded as `named`. One statement."""
    values: dict[str, Any] = {
        "offerings": list(offerings),
        "staff": list(staff),
        "start": window.start,
        "end": window.end,
        "first_day": window.start.date() - timedelta(days=EDGE_DAYS),
        "last_day": window.end.date() + timedelta(days=EDGE_DAYS),
    }
    with connection.cursor() as cursor:
        cursor.execute(RULES, values)
        return {row[0]: _offering(row) for row in cursor.fetchall()}


def load_busy(
    *, staff: Collection[int], units: Collection[int], window: Span, besides_booking: int | None = None
) -> Busy:
    """What takes these people and units within `window`, but for one booking. One statement."""
    values: dict[str, Any] = {
        "staff": list(staff),
        "units": list(units),
        "start": window.start,
        "end": window.end,
        "besides": besides_booking,
    }
    busy = Busy()
    with connection.cursor() as cursor:
        cursor.execute(BUSY, values)
        for staff_pk, unit_pk, start, end in cursor.fetchall():
            taken = busy.staff[staff_pk] if staff_pk is not None else busy.units[unit_pk]
            taken.append(Span(start, end))
    return busy


def _offering(row: tuple[Any, ...]) -> OfferingRows:
    pk, outlet_pk, zone, step_min, notice_min, window_days, duration, before, after = row[:9]
    able, named, needs, rules, overrides, closures, time_off = (part or [] for part in row[9:])
    off: dict[int, list[Span]] = defaultdict(list)
    for staff_pk, start, end in time_off:
        off[staff_pk].append(_span(start, end))
    weekly: dict[int | None, list[WeeklyRule]] = defaultdict(list)
    for staff_pk, weekday, opens, closes, since, until in rules:
        weekly[staff_pk].append(
            WeeklyRule(
                weekday,
                time.fromisoformat(opens),
                time.fromisoformat(closes),
                since and date.fromisoformat(since),
                until and date.fromisoformat(until),
            )
        )
    special: dict[int | None, list[DateOverride]] = defaultdict(list)
    for staff_pk, day, opens, closes in overrides:
        special[staff_pk].append(
            DateOverride(
                date.fromisoformat(day),
                opens and time.fromisoformat(opens),
                closes and time.fromisoformat(closes),
            )
        )

    def people(rows: list[tuple[int, str]]) -> list[StaffRows]:
        return [
            StaffRows(id, public_id, Timetable(weekly.get(id, ()), special.get(id, ())), off.get(id, ()))
            for id, public_id in rows
        ]

    return OfferingRows(
        pk=pk,
        outlet_pk=outlet_pk,
        zone=ZoneInfo(zone),
        step_min=step_min,
        notice_min=notice_min,
        window_days=window_days,
        visit=Visit(duration, before, after),
        able=people(able),
        named=people(named),
        needs=[(kind, quantity, units or []) for kind, quantity, units in needs],
        hours=Timetable(weekly.get(None, ()), special.get(None, ())),
        closures=[_span(start, end) for start, end in closures],
    )


def _span(start: float, end: float) -> Span:
    return Span(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC))
