"""The dates of a series: as many as the rule says, at the same time of the wall clock whatever its clocks do."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bookings.rules.series import Frequency, Rule, RuleUnknown, days_of, instant, monthly, parse

ZONES = ["Europe/Helsinki", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai", "Africa/Casablanca"]
firsts = st.dates(date(2024, 1, 1), date(2034, 12, 31))
intervals = st.integers(1, 12)
counts = st.integers(2, 26)


@given(firsts, intervals, counts, st.times(), st.sampled_from(ZONES))
def test_a_weekly_rule_names_so_many_days_so_many_weeks_apart_at_the_same_local_time(
    first: date, interval: int, count: int, at: time, name: str
) -> None:
    rule = Rule(Frequency.WEEKLY, interval, count)
    zone, at = ZoneInfo(name), at.replace(second=0, microsecond=0, fold=0)

    days = days_of(rule, first)

    assert days == [first + timedelta(weeks=interval * n) for n in range(count)]
    for day in days:
        start = instant(day, at, zone)
        if start is not None:
            assert start.astimezone(zone).replace(tzinfo=None) == datetime.combine(day, at)


@given(firsts, intervals, counts)
def test_a_monthly_rule_names_the_same_weekday_of_so_many_months(
    first: date, interval: int, count: int
) -> None:
    rule = monthly(first, interval=interval, count=count)
    # A fourth one that is the last, too, is the fourth; a fifth is the last.
    days = days_of(rule, first)

    assert len(days) == count
    assert {day.weekday() for day in days} == {first.weekday()}
    months = [day.year * 12 + day.month for day in days]
    assert [month - months[0] for month in months] == [interval * n for n in range(count)]
    if first.day <= 28:
        assert {(day.day - 1) // 7 for day in days} == {(first.day - 1) // 7}
    else:
        assert all((day + timedelta(weeks=1)).month != day.month for day in days)


@given(firsts, intervals, counts, st.booleans())
def test_a_rule_is_read_as_it_was_written(first: date, interval: int, count: int, by_month: bool) -> None:
    rule = (
        monthly(first, interval=interval, count=count)
        if by_month
        else Rule(Frequency.WEEKLY, interval, count)
    )

    assert parse(str(rule)) == rule


@given(firsts, intervals, st.integers(0, 800))
def test_until_is_the_last_day_that_may_be(first: date, interval: int, further: int) -> None:
    until = first + timedelta(days=further)
    assume(7 * interval <= further <= 7 * interval * 25)

    days = days_of(Rule(Frequency.WEEKLY, interval, until=until), first)

    assert days[-1] <= until < days[-1] + timedelta(weeks=interval)


def test_a_time_that_the_clocks_skip_is_none_and_one_that_comes_twice_is_the_first() -> None:
    helsinki = ZoneInfo("Europe/Helsinki")

    assert instant(date(2027, 3, 28), time(3, 30), helsinki) is None
    assert instant(date(2027, 3, 28), time(4), helsinki) == datetime(2027, 3, 28, 1, tzinfo=UTC)
    assert instant(date(2026, 10, 25), time(3, 30), helsinki) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "FREQ=DAILY;COUNT=3",
        "FREQ=WEEKLY",
        "FREQ=WEEKLY;COUNT=1",
        "FREQ=WEEKLY;COUNT=27",
        "FREQ=WEEKLY;COUNT=3;UNTIL=20270101",
        "FREQ=WEEKLY;INTERVAL=0;COUNT=3",
        "FREQ=WEEKLY;INTERVAL=13;COUNT=3",
        "FREQ=WEEKLY;BYDAY=TU;COUNT=3",
        "FREQ=MONTHLY;COUNT=3",
        "FREQ=MONTHLY;BYDAY=5TU;COUNT=3",
        "FREQ=MONTHLY;BYDAY=2TU;COUNT=3;BYHOUR=4",
        "FREQ=WEEKLY;UNTIL=never",
    ],
)
def test_other_rules_are_none(text: str) -> None:
    with pytest.raises(RuleUnknown):
        parse(text)


def test_a_first_day_that_is_none_of_the_rules_is_refused() -> None:
    with pytest.raises(RuleUnknown):
        days_of(parse("FREQ=MONTHLY;BYDAY=2TU;COUNT=3"), date(2026, 12, 1))
    with pytest.raises(RuleUnknown):
        days_of(parse("FREQ=WEEKLY;UNTIL=20261202"), date(2026, 12, 1))
