"""Everything open time is made of, for any number of offerings in two statements."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from bookings.rules.availability import Strategy, Visit
from bookings.rules.grid import Grid
from bookings.rules.travel import Taken
from common.prepared import prepared
from common.spans import Span
from geo.enums import TravelMode
from geo.rules.positions import Position
from providers.rules.holidays import with_holidays
from providers.rules.hours import DateOverride, Timetable, WeeklyRule, person_spans, working_spans
from providers.rules.phases import read

# Local dates of a window are at most a day away from its dates in UTC, late hours reach one further.
EDGE = timedelta(days=2)

# Who may be elsewhere before or after a visit, and how they get around ("" as the outlet says); else null.
TRAVELS = """
    CASE WHEN o.service_area IS NOT NULL OR EXISTS (
        SELECT FROM providers_staffassignment e WHERE e.staff_id = m.id AND e.outlet_id <> o.id)
    THEN m.travel_mode END"""

# One row per outlet. Periods are clipped to the window, so that open-ended ones become instants, too.
RULES = """
SELECT o.timezone, o.slot_step_min, o.grid_offset_min, o.grid_align, o.notice_min, o.window_days,
       o.window_until, o.buffers_in_hours, o.staff_choice, o.max_wait_min,
       CASE WHEN o.keeps_holidays THEN o.country ELSE '' END, o.holiday_region,
       ST_Y(o.point::geometry), ST_X(o.point::geometry), o.travel_mode,
       (SELECT json_agg(json_build_array(
                 f.id, s.capacity, s.duration_min, s.buffer_before_min, s.buffer_after_min, s.phases, s.team_size,
                 f.place = 'customer',
                 (SELECT json_agg(k.staff_id) FROM providers_skill k
                   WHERE k.service_id = f.service_id AND NOT k.held_back),
                 (SELECT json_agg(json_build_array(n.kind_id, n.quantity,
                           (SELECT json_agg(r.id) FROM providers_resource r
                             WHERE r.kind_id = n.kind_id AND r.outlet_id = o.id AND r.archived_at IS NULL)))
                    FROM providers_resourceneed n WHERE n.service_id = f.service_id)))
          FROM providers_offering f JOIN providers_service s ON s.id = f.service_id
         WHERE f.outlet_id = o.id AND f.id = ANY(%(offerings)s::bigint[])),
       (SELECT json_agg(json_build_array(m.id, m.public_id,
                 CASE WHEN o.staff_choice = 'flexible' THEN
                   (SELECT count(*) FROM providers_skill k WHERE k.staff_id = m.id AND NOT k.held_back)
                 ELSE 0 END, {travels}) ORDER BY m.id)
          FROM providers_staffassignment a JOIN providers_staffmember m ON m.id = a.staff_id
         WHERE a.outlet_id = o.id AND m.archived_at IS NULL),
       (SELECT json_agg(json_build_array(m.id, m.public_id, 0, {travels}) ORDER BY m.id)
          FROM providers_staffmember m
         WHERE m.id = ANY(%(staff)s::bigint[]) AND m.provider_id = o.provider_id),
       (SELECT json_agg(json_build_array(h.staff_id, h.weekday, h.opens, h.closes,
                                         h.valid_from, h.valid_until, h.every_weeks))
          FROM providers_hoursrule h WHERE h.outlet_id = o.id),
       (SELECT json_agg(json_build_array(v.staff_id, v.date, v.opens, v.closes))
          FROM providers_hoursoverride v
         WHERE v.outlet_id = o.id AND v.date BETWEEN %(first_day)s AND %(last_day)s),
       (SELECT json_agg(json_build_array(date_part('epoch', greatest(lower(c.period), %(start)s)),
                                         date_part('epoch', least(upper(c.period), %(end)s))))
          FROM providers_closure c
         WHERE c.outlet_id = o.id AND c.period && tstzrange(%(start)s, %(end)s)),
       (SELECT json_agg(json_build_array(t.staff_id, date_part('epoch', greatest(lower(t.period), %(start)s)),
                                         date_part('epoch', least(upper(t.period), %(end)s))))
          FROM providers_timeoff t
         WHERE t.period && tstzrange(%(start)s, %(end)s)
           AND t.staff_id IN (SELECT a.staff_id FROM providers_staffassignment a WHERE a.outlet_id = o.id
                              UNION ALL SELECT unnest(%(staff)s::bigint[])))
  FROM providers_outlet o
 WHERE o.id IN (SELECT f.outlet_id FROM providers_offering f WHERE f.id = ANY(%(offerings)s::bigint[]))
""".replace("{travels}", TRAVELS)
# The database keeps one plan of this for good. Of the other it takes any number for ten, finds that dear, and plans
# each anew, which takes longer than the rest.
RULES_OF_ONE = RULES.replace("= ANY(%(offerings)s::bigint[])", "= %(offering)s::bigint")

# The live ones that are no overbookings are found by the exclusion constraints' own indexes. What a hold
# takes whose time is over is free, whether or not the worker has been by. Instants come as seconds since
# 1970, each in an array of its own: to write and read them as text or JSON takes longer than all else.
BUSY = """
WITH stale AS (
    SELECT i.id FROM bookings_bookingitem i JOIN bookings_booking b ON b.id = i.booking_id
     WHERE b.status = 'held' AND b.hold_expires_at <= statement_timestamp()
), taken AS (
    SELECT a.item_id, a.session_id, a.staff_id, a.resource_id, a.period
      FROM unnest(%(staff)s::bigint[]) AS wanted(id)
      JOIN bookings_allocation a ON a.staff_id = wanted.id AND a.live AND NOT a.overbooked
       AND a.staff_id IS NOT NULL AND a.period && tstzrange(%(start)s, %(end)s)
    UNION ALL
    SELECT a.item_id, a.session_id, a.staff_id, a.resource_id, a.period
      FROM unnest(%(units)s::bigint[]) AS wanted(id)
      JOIN bookings_allocation a ON a.resource_id = wanted.id AND a.live AND NOT a.overbooked
       AND a.resource_id IS NOT NULL AND a.period && tstzrange(%(start)s, %(end)s)
    UNION ALL
    SELECT a.item_id, a.session_id, a.staff_id, a.resource_id, a.period FROM bookings_allocation a
     WHERE a.live AND a.overbooked AND a.period && tstzrange(%(start)s, %(end)s)
       AND (a.staff_id = ANY(%(staff)s::bigint[]) OR a.resource_id = ANY(%(units)s::bigint[]))
    UNION ALL
    SELECT NULL, NULL, t.staff_id, NULL, t.period
      FROM unnest(%(staff)s::bigint[]) AS wanted(id)
      JOIN bookings_busytime t ON t.staff_id = wanted.id AND t.period && tstzrange(%(start)s, %(end)s)
)
SELECT taken.staff_id, taken.resource_id,
       array_agg(date_part('epoch', greatest(lower(taken.period), %(start)s))),
       array_agg(date_part('epoch', least(upper(taken.period), %(end)s))){place}
  FROM taken
 WHERE taken.item_id IS NULL
    OR (taken.item_id NOT IN (SELECT id FROM stale)
        AND taken.item_id NOT IN (SELECT id FROM bookings_bookingitem WHERE booking_id = %(besides)s::bigint))
 GROUP BY taken.staff_id, taken.resource_id
"""

# Where it takes those who travel: the address of a home visit, else the outlet. A block has no place.
PLACE = """,
    array_agg(CASE WHEN taken.staff_id = ANY(%(travellers)s::bigint[]) THEN (
        SELECT json_build_array(ST_Y(at.point::geometry), ST_X(at.point::geometry)) FROM (
            SELECT CASE WHEN b.place = 'customer' THEN b.address_point ELSE o.point END AS point
              FROM bookings_bookingitem i JOIN bookings_booking b ON b.id = i.booking_id
              JOIN providers_outlet o ON o.id = b.outlet_id WHERE i.id = taken.item_id
            UNION ALL
            SELECT o.point FROM bookings_groupsession s JOIN providers_outlet o ON o.id = s.outlet_id
             WHERE s.id = taken.session_id) at) END)"""
BUSY_WITH_PLACES = BUSY.replace("{place}", PLACE)
BUSY = BUSY.replace("{place}", "")


@dataclass(slots=True)
class StaffRows:
    """One person at one outlet; `travels_by` is None for who is never anywhere else."""

    pk: int
    public_id: str
    skills: int
    travels_by: TravelMode | None
    own: Timetable
    time_off: Sequence[Span]


@dataclass(slots=True)
class OutletRows:
    """What the rules say about one outlet: times are its wall clock, or instants in UTC."""

    grid: Grid
    notice_min: int
    window_days: int
    window_until: date | None
    staff_choice: Strategy
    max_wait_min: int
    point: Position
    hours: Timetable
    closures: list[Span]

    @property
    def zone(self) -> ZoneInfo:
        return self.grid.zone

    def working(self, people: Iterable[StaffRows], window: Span) -> dict[int, list[Span]]:
        """When each of these people works there within `window`, by primary key."""
        hours = self.hours
        open_spans = working_spans(hours.rules, hours.overrides, zone=self.zone, window=window)
        return {
            staff.pk: person_spans(
                staff.own,
                hours,
                closures=self.closures,
                time_off=staff.time_off,
                zone=self.zone,
                window=window,
                open_spans=open_spans,
            )
            for staff in people
        }


@dataclass(slots=True)
class OfferingRows:
    """One offering: what has to fit, who is able or was named, and (kind, quantity, units) that it needs.

    Of a group service (`is_group`) seats in sessions are sold, not times of one's own. `at_home`: the customer says
    where.
    """

    pk: int
    is_group: bool
    at_home: bool
    outlet: OutletRows
    visit: Visit
    able: list[StaffRows]
    named: list[StaffRows]
    needs: list[tuple[int, int, list[int]]]


@dataclass(slots=True)
class Busy:
    """What people and units are busy with, buffers included, by primary key, in any order.

    `placed` says the same of those who travel, with where it is.
    """

    staff: dict[int, list[Span]] = field(default_factory=dict)
    placed: dict[int, list[Taken]] = field(default_factory=dict)
    units: dict[int, list[Span]] = field(default_factory=dict)


def load_rules(
    offerings: Collection[int], *, window: Span, staff: Collection[int] = ()
) -> dict[int, OfferingRows]:
    """What bears on `window`, by offering; `staff` (primary keys) are loaded as `named`. One statement."""
    days = window.start.date() - EDGE, window.end.date() + EDGE
    values: dict[str, Any] = {
        "offerings": list(offerings),
        "offering": next(iter(offerings), None),
        "staff": list(staff),
        "start": window.start,
        "end": window.end,
        "first_day": days[0],
        "last_day": days[1],
    }
    with prepared() as cursor:
        cursor.execute(RULES_OF_ONE if len(values["offerings"]) == 1 else RULES, values)
        return {offering.pk: offering for row in cursor.fetchall() for offering in _outlet(row, days)}


def load_busy(
    *,
    staff: Collection[int],
    units: Collection[int],
    window: Span,
    besides_booking: int | None = None,
    travellers: Collection[int] = (),
) -> Busy:
    """What takes these people and units within `window`, but for one booking. One statement.

    Of the `travellers` among the people it is known where, too.
    """
    values: dict[str, Any] = {
        "staff": list(staff),
        "units": list(units),
        "start": window.start,
        "end": window.end,
        "besides": besides_booking,
        "travellers": list(travellers),
    }
    busy = Busy()
    with prepared(binary=True) as cursor:
        cursor.execute(BUSY_WITH_PLACES if travellers else BUSY, values)
        for staff_pk, unit_pk, starts, ends, *places in cursor.fetchall():
            taken = list(map(Span, map(_instant, starts), map(_instant, ends)))
            if staff_pk is not None:
                busy.staff[staff_pk] = taken
                if staff_pk in travellers:
                    at = map(_position, places[0])
                    busy.placed[staff_pk] = [Taken(*each) for each in zip(taken, at, strict=True)]
            else:
                busy.units[unit_pk] = taken
    return busy


def _outlet(row: tuple[Any, ...], days: tuple[date, date]) -> Iterator[OfferingRows]:
    zone, step_min, offset_min, align, notice_min, window_days, window_until = row[:7]
    buffers_in_hours, staff_choice, max_wait_min, country, region = row[7:12]
    lat, lng, usual_mode = row[12:15]
    offerings, here, named, rules, overrides, closures, time_off = (part or [] for part in row[15:])
    weekly: dict[int | None, list[WeeklyRule]] = defaultdict(list)
    for staff_pk, weekday, opens, closes, since, until, every_weeks in rules:
        valid = since and _date(since), until and _date(until)
        weekly[staff_pk].append(WeeklyRule(weekday, _time(opens), _time(closes), *valid, every_weeks))
    special: dict[int | None, list[DateOverride]] = defaultdict(list)
    for staff_pk, day, opens, closes in overrides:
        special[staff_pk].append(DateOverride(_date(day), opens and _time(opens), closes and _time(closes)))
    off: dict[int, list[Span]] = defaultdict(list)
    for staff_pk, start, end in time_off:
        off[staff_pk].append(_span(start, end))

    if country:
        special[None] = with_holidays(special[None], country, region, *days)

    def person(pk: int, public_id: str, skills: int, travels_by: str | None) -> StaffRows:
        own = Timetable(weekly.get(pk, ()), special.get(pk, ()))
        mode = None if travels_by is None else TravelMode(travels_by or usual_mode)
        return StaffRows(pk, public_id, skills, mode, own, off.get(pk, ()))

    outlet = OutletRows(
        grid=Grid(ZoneInfo(zone), step_min, offset_min, align),
        notice_min=notice_min,
        window_days=window_days,
        window_until=window_until,
        staff_choice=staff_choice,
        max_wait_min=max_wait_min,
        point=Position(lat, lng),
        hours=Timetable(weekly.get(None, ()), special.get(None, ())),
        closures=[_span(start, end) for start, end in closures],
    )
    people = [person(*each) for each in here]
    asked_for = [person(*each) for each in named]
    for pk, capacity, duration, before, after, phases, team, at_home, skilled, needs in offerings:
        able = set(skilled or ())
        yield OfferingRows(
            pk=pk,
            is_group=capacity > 1,
            at_home=at_home,
            outlet=outlet,
            visit=Visit(duration, before, after, buffers_in_hours, read(phases), team),
            able=[each for each in people if each.pk in able],
            named=asked_for,
            needs=[(kind, quantity, units or []) for kind, quantity, units in needs or ()],
        )


@lru_cache(maxsize=1024)
def _time(text: str) -> time:
    return time.fromisoformat(text)


@lru_cache(maxsize=1024)
def _date(text: str) -> date:
    return date.fromisoformat(text)


def _position(place: list[float | None] | None) -> Position | None:
    """A place as latitude and longitude (a home visit whose address is gone has neither)."""
    if place is None or place[0] is None or place[1] is None:
        return None
    return Position(place[0], place[1])


def _span(start: float, end: float) -> Span:
    return Span(_instant(start), _instant(end))


# Visits of many people begin and end at the same instants.
@lru_cache(maxsize=16_384)
def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
