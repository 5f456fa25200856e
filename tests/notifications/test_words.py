from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from notifications.letters.words import amount, long_time

HELSINKI = ZoneInfo("Europe/Helsinki")


@pytest.mark.parametrize(
    ("language", "time", "money"),
    [
        ("en", "Wed 25 November, 14:30 EET", "€70.00"),
        ("zh-hans", "11 月 25 日周三 14:30 EET", "€70.00"),
    ],
)
def test_times_and_money_are_written_as_the_reader_does(language: str, time: str, money: str) -> None:
    with translation.override(language):
        assert long_time(datetime(2026, 11, 25, 12, 30, tzinfo=UTC), HELSINKI) == time
        assert amount(7000, "EUR") == money


def test_the_repeated_hour_is_read_in_the_outlets_zone() -> None:
    before, after = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    with translation.override("en"):
        assert long_time(before, HELSINKI) == "Sun 25 October, 03:30 EEST"
        assert long_time(after, HELSINKI) == "Sun 25 October, 03:30 EET"
        assert long_time(before, ZoneInfo("Asia/Dubai")) == "Sun 25 October, 04:30 UTC+04"
