"""Until when a request is to be answered."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.rules.acceptance import LEAD, answer_due

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start_in_h", "hours", "due_in_h"),
    [
        (100, 24, 24),  # the service's hours
        (20, 24, 18),  # two hours before the start
        (26, 24, 24),  # both
        (4, 24, 2),
        (3, 24, 1.5),  # little time: half of what is left
        (3, 1, 1),
        (0, 24, 0),
        (-1, 24, -1),  # a start that has passed: over at once
    ],
)
def test_the_hours_of_the_service_but_well_before_the_start(
    start_in_h: float, hours: int, due_in_h: float
) -> None:
    start = NOON + timedelta(hours=start_in_h)
    due = answer_due(asked_at=NOON, starts_at=start, hours=hours)
    assert due == NOON + timedelta(hours=due_in_h)


@given(st.integers(1, 60 * 24 * 60), st.integers(1, 72))
def test_there_is_always_time_to_answer_and_the_answer_comes_before_the_start(
    minutes: int, hours: int
) -> None:
    start = NOON + timedelta(minutes=minutes)
    due = answer_due(asked_at=NOON, starts_at=start, hours=hours)
    assert NOON < due < start
    assert due <= NOON + timedelta(hours=hours)
    assert start - due >= min(LEAD, (start - NOON) / 2)
