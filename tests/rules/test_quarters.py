"""Quarters of a day: any part counts as open, only the whole counts as taken."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bookings.rules import quarters
from common.spans import Span

DAY = date(2026, 11, 24)


def at(hour: int, minute: int = 0, *, days: int = 0) -> datetime:
    return datetime(2026, 11, 24, hour, minute, tzinfo=UTC) + timedelta(days=days)


def test_a_quarter_that_is_touched_is_open_and_one_that_is_not_whole_is_not_taken() -> None:
    spans = [Span(at(0, 10), at(0, 50))]

    assert quarters.touched(spans, DAY) == "1111" + "0" * 92
    assert quarters.covered(spans, DAY) == "0110" + "0" * 92


def test_touching_periods_cover_a_quarter_together() -> None:
    assert quarters.covered([Span(at(0), at(0, 7)), Span(at(0, 7), at(0, 15))], DAY) == "1" + "0" * 95
    assert quarters.covered([Span(at(0), at(0, 7)), Span(at(0, 8), at(0, 15))], DAY) == quarters.NONE


def test_what_spans_days_is_cut_at_the_days() -> None:
    night = [Span(at(23, days=-1), at(23, 30))]

    assert quarters.touched(night, DAY) == "1" * 94 + "00"
    assert quarters.touched(night, DAY - timedelta(days=1)) == "0" * 92 + "1111"
    assert quarters.touched(night, DAY + timedelta(days=1)) == quarters.NONE


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (5, "0111101100" + "1" * 86),
        (30, "0111001000" + "1" * 86),
        (50, "0100000000" + "1" * 86),
        (24 * 60, "0" * 10 + "1" * 86),
        (0, "1" * 96),
    ],
)
def test_a_start_needs_so_many_quarters_and_the_next_day_counts_as_open(minutes: int, expected: str) -> None:
    assert quarters.starts("0111101100" + "1" * 86, minutes) == expected


def test_a_search_asks_for_the_quarters_of_each_day_that_it_touches() -> None:
    window = Span(at(23, 50), at(0, 10, days=2))

    first, middle, last = quarters.masks(window)

    assert first == (DAY, "0" * 95 + "1")
    assert middle == (DAY + timedelta(days=1), quarters.ALL)
    assert last == (DAY + timedelta(days=2), "1" + "0" * 95)
    assert [day for day, _ in quarters.masks(Span(at(23), at(0, days=1)))] == [DAY]
