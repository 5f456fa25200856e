"""How days are written for the reader."""

from datetime import date

import pytest
from django.utils import translation

from frontend import formats


@pytest.mark.parametrize(
    ("last", "english", "chinese"),
    [
        (date(2026, 11, 29), "23 – 29 November", "11 月 23 日 – 29 日"),
        (date(2026, 12, 6), "23 November – 6 December", "11 月 23 日 – 12 月 6 日"),
        (date(2027, 11, 29), "23 November – 29 November", "11 月 23 日 – 11 月 29 日"),
    ],
)
def test_days_of_one_month_say_it_once(last: date, english: str, chinese: str) -> None:
    assert formats.days_to(date(2026, 11, 23), last) == english
    with translation.override("zh-hans"):
        assert formats.days_to(date(2026, 11, 23), last) == chinese
