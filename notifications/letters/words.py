"""Times and money in the words of the active language."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime
from django.utils.translation import get_language, pgettext

from common.money import Money

_LOCALES = {"en": "en_GB", "zh-hans": "zh_Hans_CN"}


def locale() -> str:
    """The active language as Babel names it; English is written with the day before the month."""
    language = (get_language() or "en").lower()
    return _LOCALES.get(language) or str(Locale.parse(language, sep="-"))


def long_time(instant: datetime, zone: ZoneInfo) -> str:
    """`instant` on the wall clock of `zone`, such as `Wed 25 November, 14:30`."""
    # Translators: a date and time pattern of Unicode CLDR, such as "M月d日EEE HH:mm" in Chinese.
    pattern = pgettext("date pattern", "EEE d MMMM, HH:mm")
    return str(format_datetime(instant, pattern, tzinfo=zone, locale=locale()))


def amount(minor: int, currency: str) -> str:
    """`minor` units of `currency`, such as `€70.00`."""
    return Money(minor, currency).format(locale())
