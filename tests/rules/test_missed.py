"""From when a customer may say that nobody came, and until when the business may deny it."""

from datetime import UTC, datetime, timedelta

import pytest

from bookings.rules.missed import ANSWER, answer_due, may_be_said_from

START = datetime(2026, 11, 26, 10, tzinfo=UTC)


@pytest.mark.parametrize(("grace", "minutes"), [(0, 15), (10, 15), (15, 15), (30, 30), (-5, 15)])
def test_nobody_is_late_within_the_grace_that_was_agreed_and_a_quarter_of_an_hour(
    grace: int, minutes: int
) -> None:
    assert may_be_said_from(starts_at=START, grace_min=grace) == START + timedelta(minutes=minutes)


def test_the_business_has_a_day() -> None:
    assert answer_due(START) == START + ANSWER == START + timedelta(days=1)
