"""Times and money in the words of the active language."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from django.utils.translation import get_language

from common.money import Money

# The locale whose words Babel takes, and the pattern (Unicode CLDR) of a day with its time.
_ENGLISH = ("en_GB", "EEE d MMMM, HH:mm")
_CHINESE = ("zh_Hans_CN", "M 月 d 日EEE HH:mm")


def _habits() -> tuple[str, str]:
    return _CHINESE if (get_language() or "").lower().startswith("zh") else _ENGLISH


def long_time(instant: datetime, zone: ZoneInfo) -> str:
    """`instant` on the wall clock of `zone`, with its letters then: `Wed 25 November, 14:30 EET`."""
    locale, pattern = _habits()
    letters = instant.astimezone(zone).tzname() or ""
    # Zones without letters of their own are named by their offset.
    letters = f"UTC{letters}" if letters[:1] in "+-" else letters
    return f"{format_datetime(instant, pattern, tzinfo=zone, locale=locale)} {letters}"


def amount(minor: int, currency: str) -> str:
    """`minor` units of `currency`, such as `€70.00`."""
    return Money(minor, currency).format(_habits()[0])
