"""The engine offers exactly what a minute-by-minute reading of hours, busy times and units allows."""

from bisect import bisect_right
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.rules.availability import (
    Person,
    Pool,
    Slot,
    Strategy,
    Visit,
    first_slots,
    fits,
    slots,
    standing,
)
from bookings.rules.grid import Align, Grid
from bookings.rules.several import Part, Visits, taken_of_people
from common.spans import Span
from providers.rules.hours import WeeklyRule, working_spans
from providers.rules.phases import Phase
from tests.rules.brute import CHANGES, instant, minute, minutes, open_minutes, wall
from tests.rules.strategies import overrides, periods, places, rules, windows

HELSINKI = ZoneInfo("Europe/Helsinki")


def phased(duration_min: int) -> list[tuple[Phase, ...]]:
    """Ways to divide so many minutes into phases."""
    third = duration_min // 5 * 2 or 1
    rest = duration_min - third
    return [
        (Phase("active", third), Phase("processing", rest)),
        (Phase("processing", third), Phase("active", rest)),
        *([(Phase("active", third), Phase("processing", rest - 3), Phase("active", 3))] if rest > 3 else []),
    ]


visits = st.builds(
    Visit,
    st.sampled_from([5, 15, 30, 45, 60, 90, 150]),
    st.sampled_from([0, 0, 5, 15, 30]),
    st.sampled_from([0, 0, 10, 15, 60]),
    st.booleans(),
).flatmap(
    lambda visit: st.sampled_from([(), (), *phased(visit.duration_min)]).map(
        lambda p: replace(visit, phases=p)
    )
)
steps = st.sampled_from([5, 10, 15, 20, 30, 35, 60, 240])
aligns = st.sampled_from(["clock", "clock", "opening", "previous"])


def brute(visit: Visit, people: list[Person], pools: list[Pool], window: Span, grid: Grid) -> list[Slot]:
    """Every minute of the window, tried."""
    working = {p.id: {m for span in p.working for m in minutes(span)} for p in people}
    busy = {p.id: {m for span in p.busy for m in minutes(span)} for p in people}
    begun = mornings(grid.zone, window)
    units = [[{m for span in taken for m in minutes(span)} for taken in p.units.values()] for p in pools]

    def free(id: int, start: int) -> bool:
        during = set(range(start, start + visit.duration_min))
        around = set(
            range(start - visit.buffer_before_min, start + visit.duration_min + visit.buffer_after_min)
        )
        enough = all(
            sum(not taken & around for taken in kind) >= pool.quantity
            for pool, kind in zip(pools, units, strict=True)
        )
        needed = around if visit.buffers_in_hours else during
        moment, at_it = start, around - during
        for phase in visit.phases or (Phase("active", visit.duration_min),):
            if phase.kind == "active":
                at_it = at_it | set(range(moment, moment + phase.minutes))
            moment += phase.minutes
        return enough and needed <= working[id] and not at_it & busy[id]

    def on_grid(id: int, start: int) -> bool:
        if grid.align == "clock":
            shown = wall(grid.zone, start)
            return (shown.hour * 60 + shown.minute - grid.offset_min) % grid.step_min == 0
        # Back a minute at a time, to where the person's hours begin or where they become free.
        floor = begun[bisect_right(begun, start) - 2]
        anchor = start
        while anchor > floor and (
            anchor - 1 in working[id] if grid.align == "opening" else free(id, anchor - 1)
        ):
            anchor -= 1
        since = start - anchor - grid.offset_min
        return since >= 0 and since % grid.step_min == 0

    found = []
    for start in range(minute(window.start), minute(window.end)):
        staff = tuple(sorted(id for id in working if free(id, start) and on_grid(id, start)))
        if staff and visit.team > 1:
            # They begin together: on the grid of one of them, when enough are free, and who has to be there.
            staff = tuple(sorted(id for id in working if free(id, start)))
            if len(staff) < visit.team or not {p.id for p in people if p.must} <= set(staff):
                continue
        if staff:
            begins = instant(start)
            found.append(Slot(begins, begins + timedelta(minutes=visit.duration_min), staff))
    return found


def mornings(zone: ZoneInfo, window: Span) -> list[int]:
    """The minutes with which local days begin, from some days before the window on."""
    at = range(minute(window.start) - 4 * 24 * 60, minute(window.end))
    begins = [now for now in at if wall(zone, now - 1).date() < wall(zone, now).date()]
    # Where clocks go back over midnight, a date begins twice: the first counts.
    return sorted({wall(zone, now).date(): now for now in reversed(begins)}.values())


@st.composite
def cases(draw: st.DrawFn) -> tuple[Visit, list[Person], list[Pool], Span, Grid]:
    zone, change = draw(places)
    window = draw(windows(change, days=1))
    reach = Span(window.start - timedelta(days=1), window.end + timedelta(days=1))

    def hours() -> list[Span]:
        if draw(st.booleans()):
            return draw(periods(change))
        return working_spans(draw(rules(change)), draw(overrides(change)), zone=zone, window=reach)

    team = draw(st.sampled_from([1, 1, 2, 2, 3]))
    people = [
        Person(
            id, hours(), draw(periods(change)), must=team > 1 and draw(st.sampled_from([False, False, True]))
        )
        for id in range(draw(st.integers(1, 4)))
    ]
    pools = [
        Pool(
            kind, draw(st.integers(1, 2)), {u: draw(periods(change)) for u in range(draw(st.integers(1, 3)))}
        )
        for kind in range(draw(st.integers(0, 2)))
    ]
    grid = Grid(zone, draw(steps), draw(st.sampled_from([0, 0, 5, 10])), draw(aligns))
    return replace(draw(visits), team=team), people, pools, window, grid


@given(cases())
@settings(max_examples=250, deadline=None)
def test_slots_are_those_of_the_minute_by_minute_reading(case: tuple) -> None:
    visit, people, pools, window, grid = case
    expected = brute(visit, people, pools, window, grid)
    assert slots(visit, people, pools, window=window, grid=grid) == expected


@given(cases(), st.integers(1, 5), st.integers(-600, 1500))
@settings(max_examples=100, deadline=None)
def test_the_first_slots_and_each_single_start_agree_with_the_list(
    case: tuple, limit: int, notice: int
) -> None:
    visit, people, pools, window, grid = case
    not_before = window.start + timedelta(minutes=notice)
    asked = {"window": window, "grid": grid, "not_before": not_before}
    listed = slots(visit, people, pools, **asked)
    assert all(slot.start >= not_before for slot in listed)
    assert first_slots(visit, people, pools, **asked, limit=limit) == listed[:limit]
    by_start = {slot.start: slot for slot in listed}
    for start in range(minute(window.start), minute(window.end), 5):
        offered = fits(visit, people, pools, start=instant(start), grid=grid)
        if instant(start) < not_before:
            offered = None
        assert offered == by_start.get(instant(start))


@pytest.mark.parametrize("align", ["clock", "opening", "previous"])
@pytest.mark.parametrize(("name", "change"), CHANGES)
def test_every_zone_through_each_change_of_its_clocks(name: str, change: datetime, align: Align) -> None:
    """Hours that begin before the change and end after it, something busy, a visit with buffers."""
    zone = ZoneInfo(name)
    quarter = timedelta(minutes=15)
    reach = Span(change - 24 * quarter, change + 24 * quarter)
    rules = [
        WeeklyRule(day, opens, closes)
        for day in range(7)
        for opens, closes in ((time(22), time(2, 30)), (time(3, 15), time(9)))
    ]
    working = working_spans(rules, [], zone=zone, window=reach)
    busy = [Span(change + 2 * quarter, change + 5 * quarter)]
    visit = Visit(30, 5, 10, phases=(Phase("active", 10), Phase("processing", 15), Phase("active", 5)))
    window = Span(change - 8 * quarter, change + 12 * quarter)
    person, grid = Person(1, working, busy), Grid(zone, 15, 5, align)

    expected = brute(visit, [person], [], window, grid)

    assert slots(visit, [person], [], window=window, grid=grid) == expected
    assert {m for span in working for m in minutes(span)} == open_minutes(rules, [], zone, reach)


@given(cases())
@settings(max_examples=100, deadline=None)
def test_whatever_is_chosen_overlaps_nothing(case: tuple) -> None:
    visit, people, pools, window, grid = case
    for slot in slots(visit, people, pools, window=window, grid=grid)[:5]:
        parts = [Part(visit, people, pools)]
        layout = Visits(parts).at(slot.start)
        assert layout is not None and layout.start == slot.start
        [put] = layout.placed
        team = [p for p in people if p.id in put.team]
        assert len(team) == len(put.team) == visit.team
        assert all(p in team for p in people if p.must)
        worked = taken_of_people([visit], layout)[put.staff]
        assert taken_of_people([visit], layout) == dict.fromkeys(put.team, worked)
        assert not any(part.overlaps(busy) for p in team for part in worked for busy in p.busy)
        assert len(put.units) == sum(pool.quantity for pool in pools)
        at = 0
        for pool in pools:
            for unit in put.units[at : at + pool.quantity]:
                assert not any(visit.taken(put.start).overlaps(busy) for busy in pool.units[unit])
            at += pool.quantity
        # Once taken it is no longer offered with any of the same people.
        rest = [Person(p.id, p.working, [*p.busy, *worked] if p in team else p.busy) for p in people]
        again = fits(visit, rest, pools, start=slot.start)
        assert again is None or not {p.id for p in team} & set(again.staff)


def test_after_a_day_that_was_skipped_hours_count_from_the_morning_before_it() -> None:
    apia = ZoneInfo("Pacific/Apia")  # where 30 December 2011 never was
    always = [Span(datetime(2011, 12, 29, 10, tzinfo=UTC), datetime(2011, 12, 30, 11, tzinfo=UTC))]
    dawn = Span(datetime(2011, 12, 30, 10, tzinfo=UTC), datetime(2011, 12, 30, 10, 5, tzinfo=UTC))
    grid = Grid(apia, 5, 5, "opening")
    assert [slot.start for slot in slots(Visit(5), [Person(1, always)], window=dawn, grid=grid)] == [
        dawn.start
    ]


def at(hour: int, minute: int = 0, day: int = 2) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


DAY = Span(at(0), at(0, day=3))
NINE_TO_NOON = [Span(at(9), at(12))]


def starts(visit: Visit, person: Person, *pools: Pool, step_min: int = 30, **extra: datetime) -> list[str]:
    found = slots(visit, [person], pools, window=DAY, grid=Grid(ZoneInfo("UTC"), step_min), **extra)
    return [f"{slot.start:%H:%M}" for slot in found]


def test_a_visit_fits_exactly_between_two_others() -> None:
    person = Person(1, NINE_TO_NOON, [Span(at(9), at(10)), Span(at(11), at(12))])
    assert starts(Visit(60), person) == ["10:00"]
    assert starts(Visit(61), person) == []


def test_buffers_may_lie_outside_hours_but_not_in_a_busy_time() -> None:
    assert starts(Visit(60, 30, 30), Person(1, NINE_TO_NOON)) == ["09:00", "09:30", "10:00", "10:30", "11:00"]
    person = Person(1, NINE_TO_NOON, [Span(at(10), at(10, 30))])
    assert starts(Visit(30, 30, 30), person) == ["09:00", "11:00", "11:30"]


def test_a_start_exactly_at_the_notice_is_allowed() -> None:
    person = Person(1, NINE_TO_NOON)
    assert starts(Visit(60), person, not_before=at(10, 30)) == ["10:30", "11:00"]
    assert starts(Visit(60), person, not_before=at(10, 31)) == ["11:00"]


def test_all_units_needed_must_be_free_at_once() -> None:
    bays = Pool(1, 2, {1: [], 2: [Span(at(9), at(10))], 3: [Span(at(10), at(11))]})
    person = Person(1, NINE_TO_NOON)
    assert starts(Visit(60), person, bays) == ["09:00", "10:00", "10:30", "11:00"]
    # From 09:30 to 10:30 only the first is free throughout.
    assert starts(Visit(60), person, Pool(1, 3, bays.units)) == ["11:00"]
    assert starts(Visit(60), person, Pool(2, 1, {})) == []


@pytest.mark.parametrize(
    ("day", "hours", "expected"),
    [
        # Clocks skip 03:00 to 04:00: no such start. UTC is two, then three hours behind.
        (date(2026, 3, 29), (time(2), time(6)), ["00:00", "00:30", "01:00", "01:30", "02:00", "02:30"]),
        # Clocks repeat 03:00 to 04:00: both are offered. UTC is three, then two hours behind.
        (
            date(2026, 10, 25),
            (time(2), time(5)),
            ["23:00", "23:30", "00:00", "00:30", "01:00", "01:30", "02:00", "02:30"],
        ),
    ],
)
def test_starts_through_a_clock_change(day: date, hours: tuple[time, time], expected: list[str]) -> None:
    midday = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    window = Span(midday - timedelta(days=1), midday)
    working = working_spans([WeeklyRule(6, *hours)], [], zone=HELSINKI, window=window)
    found = slots(Visit(30), [Person(1, working)], window=window, grid=Grid(HELSINKI, 30))
    assert [f"{slot.start:%H:%M}" for slot in found] == expected


def test_the_grid_is_the_wall_clock_of_the_zone() -> None:
    kathmandu = ZoneInfo("Asia/Kathmandu")  # 5:45 ahead
    grid = Grid(kathmandu, 60)
    person = Person(1, NINE_TO_NOON)
    found = slots(Visit(60), [person], window=DAY, grid=grid)
    assert [f"{slot.start:%H:%M}" for slot in found] == ["09:15", "10:15"]
    assert fits(Visit(60), [person], start=at(9, 15), grid=grid)
    assert not fits(Visit(60), [person], start=at(9), grid=grid)
    assert fits(Visit(60), [person], start=at(9))


@pytest.mark.parametrize(
    ("grid", "expected"),
    [
        (Grid(ZoneInfo("UTC"), 30, 10), ["09:10", "09:40", "10:10", "13:10", "13:40"]),
        (Grid(ZoneInfo("UTC"), 30, align="opening"), ["09:05", "09:35", "10:05", "13:05", "13:35"]),
        (Grid(ZoneInfo("UTC"), 30, 10, "opening"), ["09:15", "09:45", "10:15", "13:15", "13:45"]),
        # After the opening, and after the booking that ends at 13:05 with its buffer.
        (Grid(ZoneInfo("UTC"), 30, align="previous"), ["09:05", "09:35", "10:05", "13:05", "13:35"]),
        (Grid(ZoneInfo("UTC"), 40, align="previous"), ["09:05", "09:45", "10:25", "13:05", "13:45"]),
        (Grid(ZoneInfo("UTC"), 40, align="opening"), ["09:05", "09:45", "10:25", "13:05", "13:45"]),
        (Grid(ZoneInfo("UTC"), 50, align="opening"), ["09:05", "09:55", "13:15"]),
    ],
)
def test_starts_are_counted_from_what_the_grid_says(grid: Grid, expected: list[str]) -> None:
    person = Person(1, [Span(at(9, 5), at(14, 15))], [Span(at(11), at(13, 5))])
    found = slots(Visit(30), [person], window=DAY, grid=grid)
    assert [f"{slot.start:%H:%M}" for slot in found] == expected


def test_a_place_that_never_closes_counts_from_the_midnight_before() -> None:
    always = [Person(1, [Span(at(0, day=1), at(0, day=9))])]
    grid = Grid(ZoneInfo("UTC"), 50, align="opening")
    of_day = [slots(Visit(30), always, window=Span(at(0, day=d), at(1, day=d)), grid=grid) for d in (3, 4, 5)]
    assert [[f"{slot.start:%H:%M}" for slot in found] for found in of_day] == [["00:10"]] * 3


def test_buffers_that_need_working_time_lie_within_it() -> None:
    visit = Visit(60, 30, 30, buffers_in_hours=True)
    assert starts(visit, Person(1, NINE_TO_NOON)) == ["09:30", "10:00", "10:30"]


def first(people: list[Person], strategy: Strategy) -> int:
    """Who gets an hour at noon."""
    taken = Span(at(12), at(13))
    zone = ZoneInfo("UTC")
    return min(people, key=lambda person: standing(person, taken, zone=zone, strategy=strategy)).id


@pytest.mark.parametrize(("strategy", "expected"), [("fair_share", 3), ("compact", 1), ("flexible", 2)])
def test_who_gets_a_visit_for_anyone_is_a_named_strategy(strategy: Strategy, expected: int) -> None:
    working = [Span(at(9), at(17))]
    people = [
        Person(1, working, [Span(at(9), at(11, 45))], skills=5),
        Person(2, working, [Span(at(9), at(11))], skills=2),
        Person(3, working, [], skills=9),
    ]
    assert first(people, strategy) == expected


def test_anyone_is_whoever_has_the_least_that_day_then_the_lowest_id() -> None:
    long, short = [Span(at(9), at(11))], [Span(at(9), at(10))]
    yesterday = [Span(at(9, day=1), at(17, day=1))]
    working = [Span(at(9), at(17))]
    people = [Person(1, working, long), Person(3, working, short), Person(2, working, short + yesterday)]
    slot = fits(Visit(60), people, start=at(12))
    assert slot == Slot(at(12), at(13), (1, 2, 3))
    assert first(people, "fair_share") == 2


def test_the_unit_that_is_soonest_taken_again_is_taken() -> None:
    pool = Pool(7, 1, {5: [Span(at(12), at(13))], 9: [Span(at(14), at(15))], 6: []})
    layout = Visits([Part(Visit(60), [Person(1, [Span(at(9), at(17))])], [pool])]).at(at(12))
    assert layout is not None and layout.placed[0].units == (9,)
