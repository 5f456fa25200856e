"""Plain checks of what people type about a business. Each answers the clean value or raises a coded error."""

from collections.abc import Iterable
from datetime import date, time
from decimal import Decimal
from functools import cache
from math import gcd
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.numbers import get_territory_currencies

from providers.errors import (
    CountryUnknown,
    CurrencyUnknown,
    HoursInvalid,
    HoursOverlap,
    NumberInvalid,
    TextInvalid,
    TextLanguageUnknown,
    ZoneUnknown,
)
from providers.rules.hours import WeeklyRule

MINUTES_A_DAY = 1440
MINUTES_A_WEEK = 7 * MINUTES_A_DAY
# Dates of hours and periods lie between these: far enough, and every zone can reckon with them.
EARLIEST, LATEST = date(2000, 1, 1), date(2200, 1, 1)
# Hours may alternate over at most so many weeks.
MOST_WEEKS = 8


def text(value: str, *, field: str, longest: int, needed: bool = True) -> str:
    """The text trimmed, at most `longest` characters. Raises TextInvalid."""
    value = value.strip()
    if (needed and not value) or len(value) > longest or "\x00" in value:
        raise TextInvalid(field=field, max=longest)
    return value


def one_of(value: str, known: Iterable[str], *, field: str) -> str:
    """The value if it is one of the known words. Raises TextInvalid."""
    words = list(known)
    if value not in words:
        raise TextInvalid(field=field, max=max(map(len, words)))
    return value


def number(value: int, *, field: str, least: int, most: int) -> int:
    """The number if it lies within `least` and `most`. Raises NumberInvalid."""
    if not least <= value <= most:
        raise NumberInvalid(field=field, min=least, max=most)
    return value


def percentage(value: Decimal, *, field: str) -> Decimal:
    """A percentage from 0 to under 100, at two decimals. Raises NumberInvalid."""
    if not value.is_finite() or not 0 <= value < 100 or value != round(value, 2):
        raise NumberInvalid(field=field, min=0, max=99.99)
    return value


def timezone(name: str) -> str:
    """An IANA zone name. Raises ZoneUnknown."""
    if name not in _zones():
        raise ZoneUnknown(field="timezone")
    ZoneInfo(name)
    return name


def currency(code: str) -> str:
    """An ISO 4217 code in upper case. Raises CurrencyUnknown."""
    code = code.strip().upper()
    if code not in _currencies():
        raise CurrencyUnknown(field="currency")
    return code


def country(code: str) -> str:
    """An ISO 3166-1 alpha-2 code in upper case. Raises CountryUnknown."""
    code = code.strip().upper()
    if code not in _countries():
        raise CountryUnknown(field="country")
    return code


def language(tag: str) -> str:
    """A BCP 47 tag of a language that has a name, such as `fi` or `zh-hans`. Raises TextLanguageUnknown."""
    tag = tag.strip()
    if not 2 <= len(tag) <= 12 or tag.split("-")[0].lower() not in _languages():
        raise TextLanguageUnknown(field="language")
    return tag


def week(rules: list[WeeklyRule]) -> list[WeeklyRule]:
    """The week's times in order. Raises HoursInvalid, or HoursOverlap naming the weekday where two overlap.

    Times that touch are two shifts. Those whose dates or weeks never meet may overlap.
    """
    for rule in rules:
        if not 0 <= rule.weekday <= 6 or rule.opens.tzinfo or rule.closes.tzinfo:
            raise HoursInvalid(weekday=rule.weekday)
        if rule.opens == rule.closes and rule.opens != time(0):
            raise HoursInvalid(weekday=rule.weekday)
        if rule.opens.second or rule.closes.second or rule.opens.microsecond or rule.closes.microsecond:
            raise HoursInvalid(weekday=rule.weekday)
        if rule.valid_from and rule.valid_until and rule.valid_from > rule.valid_until:
            raise HoursInvalid(weekday=rule.weekday)
        if rule.every_weeks != 1 and not (2 <= rule.every_weeks <= MOST_WEEKS and rule.valid_from):
            raise HoursInvalid(weekday=rule.weekday)
        if any(day and not EARLIEST <= day <= LATEST for day in (rule.valid_from, rule.valid_until)):
            raise HoursInvalid(weekday=rule.weekday)
    ordered = sorted(rules, key=lambda rule: (rule.weekday, rule.opens, rule.valid_from or EARLIEST))
    for index, first in enumerate(ordered):
        for second in ordered[index + 1 :]:
            if _dates_meet(first, second) and _weeks_meet(first, second) and _times_meet(first, second):
                raise HoursOverlap(weekday=second.weekday)
    return ordered


def day(periods: list[tuple[time, time]], *, on: date) -> list[tuple[time, time]]:
    """One date's times in order. Raises HoursInvalid, HoursOverlap with the date."""
    if not EARLIEST <= on <= LATEST:
        raise HoursInvalid(date=on.isoformat())
    try:
        ordered = week([WeeklyRule(on.weekday(), opens, closes) for opens, closes in periods])
    except HoursOverlap as error:
        raise HoursOverlap(date=on.isoformat()) from error
    except HoursInvalid as error:
        raise HoursInvalid(date=on.isoformat()) from error
    return [(rule.opens, rule.closes) for rule in ordered]


def _minutes(rule: WeeklyRule) -> tuple[int, int]:
    start = rule.weekday * MINUTES_A_DAY + rule.opens.hour * 60 + rule.opens.minute
    end = rule.weekday * MINUTES_A_DAY + rule.closes.hour * 60 + rule.closes.minute
    return start, end if end > start else end + MINUTES_A_DAY


def _times_meet(first: WeeklyRule, second: WeeklyRule) -> bool:
    start, end = _minutes(first)
    other_start, other_end = _minutes(second)
    # Sunday's late hours reach into Monday: compare with the week before and after, too.
    return any(
        start < other_end + shift and other_start + shift < end
        for shift in (-MINUTES_A_WEEK, 0, MINUTES_A_WEEK)
    )


def _weeks_meet(first: WeeklyRule, second: WeeklyRule) -> bool:
    """Whether some week has both, next weeks included where late hours reach over Sunday's midnight."""
    apart = _week(first) - _week(second)
    common = gcd(first.every_weeks, second.every_weeks)
    # Only late hours of Sunday reach into another week's Monday.
    near = (-1, 0, 1) if {first.weekday, second.weekday} == {0, 6} else (0,)
    return any((apart + shift) % common == 0 for shift in near)


def _week(rule: WeeklyRule) -> int:
    """The number of the week, from Monday on, from which the rule counts."""
    return ((rule.valid_from or EARLIEST).toordinal() - 1) // 7


def _dates_meet(first: WeeklyRule, second: WeeklyRule) -> bool:
    return (first.valid_from or EARLIEST) <= (second.valid_until or LATEST) and (
        second.valid_from or EARLIEST
    ) <= (first.valid_until or LATEST)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones()) - {"localtime", "Factory"}


@cache
def _currencies() -> frozenset[str]:
    return frozenset(code for country in _countries() for code in get_territory_currencies(country))


@cache
def _countries() -> frozenset[str]:
    names = Locale("en").territories
    codes = {str(code) for code in names}
    return frozenset(c for c in codes if len(c) == 2 and c.isalpha()) - {"EU", "EZ", "UN", "XA", "XB", "ZZ"}


@cache
def _languages() -> frozenset[str]:
    return frozenset(Locale("en").languages)
