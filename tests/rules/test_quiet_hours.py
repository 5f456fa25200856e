"""Quiet hours: on the reader's clock, through its changes, and never in the way of what cannot wait."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from notifications.rules.quiet import LEAST_USE, Quiet, rings_at

ZONES = [
    ZoneInfo(name) for name in ("Europe/Helsinki", "Asia/Shanghai", "America/St_Johns", "Australia/Lord_Howe")
]
HELSINKI = ZONES[0]
NIGHT = Quiet(time(22), time(8), HELSINKI)
instants = st.integers(0, 2 * 365 * 24 * 3600).map(
    lambda seconds: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
quiets = st.builds(
    Quiet,
    st.times().map(lambda t: t.replace(microsecond=0)),
    st.times().map(lambda t: t.replace(microsecond=0)),
    st.sampled_from(ZONES),
)


@given(instants, quiets)
def test_what_may_wait_rings_within_a_day_and_not_in_quiet_hours(now: datetime, quiet: Quiet) -> None:
    at = rings_at(now, quiet)

    assert now <= at <= now + timedelta(hours=25)
    assert not quiet.is_at(at)
    assert at == now or quiet.is_at(now)


@given(instants, quiets)
def test_what_must_be_known_at_once_never_waits(now: datetime, quiet: Quiet) -> None:
    assert rings_at(now, quiet, at_once=True) == now
    assert rings_at(now, None) == now


@given(instants, quiets, st.timedeltas(timedelta(0), timedelta(days=3)))
def test_nothing_waits_past_its_use(now: datetime, quiet: Quiet, ahead: timedelta) -> None:
    at = rings_at(now, quiet, useful_until=now + ahead)

    assert at == now or at + LEAST_USE <= now + ahead


def helsinki(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HELSINKI).astimezone(UTC)


def test_a_visit_tomorrow_afternoon_waits_and_one_in_the_morning_does_not() -> None:
    late = helsinki("2026-11-25T23:30")

    assert rings_at(late, NIGHT, useful_until=helsinki("2026-11-26T15:00")) == helsinki("2026-11-26T08:00")
    assert rings_at(late, NIGHT, useful_until=helsinki("2026-11-26T09:00")) == late


def test_an_end_in_the_hour_that_is_skipped_is_when_the_clocks_go_on() -> None:
    quiet = Quiet(time(23), time(3, 30), HELSINKI)  # on 29 March 2026 three o'clock is four

    over = rings_at(helsinki("2026-03-29T01:00"), quiet)

    assert over.astimezone(HELSINKI).time() == time(4, 30)


def test_an_end_in_the_hour_that_comes_twice_is_its_second() -> None:
    quiet = Quiet(time(23), time(3, 30), HELSINKI)  # on 25 October 2026 four o'clock is three again

    over = rings_at(helsinki("2026-10-25T01:00"), quiet)

    assert over == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_the_same_time_twice_is_never_quiet() -> None:
    assert not Quiet(time(7), time(7), HELSINKI).is_at(helsinki("2026-11-25T07:00"))
