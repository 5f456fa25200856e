"""Local rules become the right instants, through every clock change."""

from datetime import UTC, date, datetime, time
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.spans import Span
from providers.rules.hours import DateOverride, Timetable, WeeklyRule, person_spans, working_spans
from tests.rules.brute import minutes, open_minutes
from tests.rules.strategies import overrides, periods, places, rules, windows

HELSINKI = ZoneInfo("Europe/Helsinki")


def at(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def whole(month: int, first: int, last: int) -> Span:
    return Span(at(first, 0, month=month), at(last, 0, month=month))


def expand(spans: list[Span]) -> set[int]:
    return {m for span in spans for m in minutes(span)}


@given(st.data())
@settings(max_examples=120, deadline=None)
def test_hours_are_those_of_the_minute_by_minute_reading(data: st.DataObject) -> None:
    zone, change = data.draw(places)
    week, special = data.draw(rules(change)), data.draw(overrides(change))
    window = data.draw(windows(change))
    spans = working_spans(week, special, zone=zone, window=window)
    assert expand(spans) == open_minutes(week, special, zone, window)
    assert spans == sorted(spans)
    assert all(one.end < two.start for one, two in pairwise(spans)), "they join"


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_person_works_in_own_hours_within_the_outlets(data: st.DataObject) -> None:
    zone, change = data.draw(places)
    window = data.draw(windows(change, days=1))
    outlet = Timetable(data.draw(rules(change)), data.draw(overrides(change)))
    own = Timetable(data.draw(rules(change)), data.draw(overrides(change)))
    closures, time_off = data.draw(periods(change, 2)), data.draw(periods(change, 2))
    open_then = open_minutes(list(outlet.rules), list(outlet.overrides), zone, window)
    if own.rules:
        mine = open_minutes(list(own.rules), list(own.overrides), zone, window)
    else:
        dates = {o.date for o in own.overrides}
        special = [*own.overrides, *(o for o in outlet.overrides if o.date not in dates)]
        mine = open_minutes(list(outlet.rules), special, zone, window)
    spans = person_spans(own, outlet, closures=closures, time_off=time_off, zone=zone, window=window)
    assert expand(spans) == (open_then & mine) - expand(closures) - expand(time_off)


@pytest.mark.parametrize(
    ("opens", "closes", "expected"),
    [
        # 03:00 to 04:00 is skipped in Helsinki on 29 March: 03:30 is read as two hours ahead, 01:30 UTC.
        (time(3, 30), time(12), Span(at(29, 1, 30), at(29, 9))),
        (time(0), time(3, 30), Span(at(28, 22), at(29, 1, 30))),
        (time(9), time(17), Span(at(29, 6), at(29, 14))),
        (time(0), time(0), Span(at(28, 22), at(29, 21))),  # a day of 23 hours
    ],
)
def test_when_clocks_go_forward(opens: time, closes: time, expected: Span) -> None:
    sunday = [WeeklyRule(6, opens, closes)]
    assert working_spans(sunday, [], zone=HELSINKI, window=whole(3, 27, 31)) == [expected]


@pytest.mark.parametrize(
    ("opens", "closes", "expected"),
    [
        # 03:00 to 04:00 comes twice on 25 October: an opening is the first 03:30, a closing the second.
        (time(3, 30), time(12), Span(at(25, 0, 30, 10), at(25, 10, 0, 10))),
        (time(0), time(3, 30), Span(at(24, 21, 0, 10), at(25, 1, 30, 10))),
        (time(0), time(0), Span(at(24, 21, 0, 10), at(25, 22, 0, 10))),  # a day of 25 hours
    ],
)
def test_when_clocks_go_back(opens: time, closes: time, expected: Span) -> None:
    sunday = [WeeklyRule(6, opens, closes)]
    assert working_spans(sunday, [], zone=HELSINKI, window=whole(10, 23, 28)) == [expected]


def test_hours_past_midnight_join_the_next_days() -> None:
    week = [WeeklyRule(0, time(22), time(2)), WeeklyRule(1, time(2), time(4))]
    assert working_spans(week, [], zone=HELSINKI, window=whole(3, 1, 6)) == [Span(at(2, 20), at(3, 2))]


def test_an_override_does_not_cut_the_tail_of_the_night_before() -> None:
    week = [WeeklyRule(0, time(22), time(2)), WeeklyRule(1, time(9), time(17))]
    closed = [DateOverride(date(2026, 3, 3))]
    assert working_spans(week, closed, zone=HELSINKI, window=whole(3, 1, 6)) == [Span(at(2, 20), at(3, 0))]


def test_a_rule_holds_on_both_its_edge_dates() -> None:
    week = [WeeklyRule(0, time(9), time(10), date(2026, 3, 9), date(2026, 3, 16))]
    spans = working_spans(week, [], zone=HELSINKI, window=whole(3, 1, 31))
    assert spans == [Span(at(9, 7), at(9, 8)), Span(at(16, 7), at(16, 8))]


def test_a_person_without_hours_follows_the_outlet_and_an_override_of_their_own() -> None:
    outlet = Timetable(
        [WeeklyRule(0, time(9), time(17))], [DateOverride(date(2026, 3, 9), time(8), time(12))]
    )
    own = Timetable([], [DateOverride(date(2026, 3, 2), time(10), time(20))])
    spans = person_spans(own, outlet, closures=[], time_off=[], zone=HELSINKI, window=whole(3, 1, 11))
    assert spans == [Span(at(2, 8), at(2, 15)), Span(at(9, 6), at(9, 10))]
