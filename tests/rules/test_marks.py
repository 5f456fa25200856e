"""From when on a visit may be marked, by the shop's clock: on ordinary days, at midnight, when clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.rules.marks import AHEAD, MARKS, ON_THE_DAY, marked_from
from bookings.rules.states import TABLE

HELSINKI = ZoneInfo("Europe/Helsinki")
FIRST = datetime(2024, 1, 1, tzinfo=UTC)


def day_from(start: str, zone: str = "Europe/Helsinki") -> str:
    """The first instant of the day's marks, on the zone's clock."""
    where = ZoneInfo(zone)
    found = marked_from(
        "check_in", starts_at=datetime.fromisoformat(start).astimezone(UTC), zone=where, grace_min=0
    )
    assert found is not None
    return found.astimezone(where).isoformat()


@pytest.mark.parametrize(
    ("start", "zone", "first"),
    [
        ("2026-11-26T10:00+02:00", "Europe/Helsinki", "2026-11-26T00:00:00+02:00"),
        # Late in one zone, the next day in UTC: the shop's day counts.
        ("2026-11-26T23:30-08:00", "America/Los_Angeles", "2026-11-26T00:00:00-08:00"),
        # Shortly after midnight the way there begins the evening before.
        ("2026-11-26T00:30+02:00", "Europe/Helsinki", "2026-11-25T22:30:00+02:00"),
        ("2026-11-26T00:00+02:00", "Europe/Helsinki", "2026-11-25T22:00:00+02:00"),
        ("2026-11-26T02:00+02:00", "Europe/Helsinki", "2026-11-26T00:00:00+02:00"),
        # Over midnight it belongs to the day on which it starts.
        ("2026-11-26T23:00+02:00", "Europe/Helsinki", "2026-11-26T00:00:00+02:00"),
        # The day has 23 or 25 hours.
        ("2026-03-29T10:00+03:00", "Europe/Helsinki", "2026-03-29T00:00:00+02:00"),
        ("2026-10-25T10:00+02:00", "Europe/Helsinki", "2026-10-25T00:00:00+03:00"),
        # Two hours are two hours, though the clock jumps between.
        ("2026-10-25T00:30+03:00", "Europe/Helsinki", "2026-10-24T22:30:00+03:00"),
        # A day that begins at one o'clock: midnight is skipped there.
        ("2026-03-08T10:00-04:00", "America/Havana", "2026-03-08T01:00:00-04:00"),
        # A midnight that comes twice: the day begins with the first.
        ("2026-11-01T10:00-05:00", "America/Havana", "2026-11-01T00:00:00-04:00"),
    ],
)
def test_the_day_begins_with_its_first_instant_there(start: str, zone: str, first: str) -> None:
    assert day_from(start, zone) == first


@pytest.mark.parametrize("grace", [0, 15])
def test_a_no_show_waits_for_the_start_and_the_agreed_minutes(grace: int) -> None:
    start = datetime(2026, 11, 26, 8, tzinfo=UTC)
    found = marked_from("no_show", starts_at=start, zone=HELSINKI, grace_min=grace)
    assert found == start + timedelta(minutes=grace)


def test_what_is_no_mark_has_no_time() -> None:
    start = datetime(2026, 11, 26, 8, tzinfo=UTC)
    for action in {move.action for move in TABLE} - MARKS:
        assert marked_from(action, starts_at=start, zone=HELSINKI, grace_min=0) is None


def test_every_mark_of_staff_alone_is_known() -> None:
    """Who serves says what happened: these moves are staff's and nobody's who only waits or pays."""
    of_staff = {move.action for move in TABLE if "staff" in move.who and "customer" not in move.who}
    assert of_staff - {"accept", "decline"} - {"cancel"} == MARKS


@given(
    start=st.integers(0, 6 * 365 * 24 * 4).map(lambda n: FIRST + timedelta(minutes=15 * n)),
    zone=st.sampled_from(["Europe/Helsinki", "America/Havana", "Asia/Beirut", "Pacific/Apia", "UTC"]),
)
def test_it_is_never_later_than_two_hours_before_nor_earlier_than_the_day(start: datetime, zone: str) -> None:
    where = ZoneInfo(zone)
    found = {marked_from(action, starts_at=start, zone=where, grace_min=0) for action in sorted(ON_THE_DAY)}
    [first] = found
    assert first is not None
    assert first <= start - AHEAD
    local = start.astimezone(where)
    assert first == start - AHEAD or first.astimezone(where).date() == local.date()
    assert (first - timedelta(seconds=1)).astimezone(where).date() != local.date() or first == start - AHEAD
