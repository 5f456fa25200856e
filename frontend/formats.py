"""How amounts, times, lengths and distances are written for the reader.

The language is the active one; the zone is always the outlet's, given by its IANA name.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.core import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_compact_decimal, format_currency, format_decimal, get_currency_precision
from django.utils.translation import get_language, gettext, ngettext, pgettext

from common import clock
from common.money import Money
from providers.selectors.usual import usual

_LOCALES = {"zh": "zh_Hans_CN", "en": "en_GB"}
# Babel's patterns; Chinese dates keep a space between figures and words.
_PATTERNS = {
    "en": {
        "long": "EEEE d MMMM",
        "medium": "EEE d MMMM",
        "short": "EEE d",
        "month": "MMMM yyyy",
        "date": "d MMMM yyyy",
    },
    "zh": {
        "long": "M 月 d 日EEEE",
        "medium": "M 月 d 日EEE",
        "short": "d 日EEE",
        "month": "yyyy 年 M 月",
        "date": "yyyy 年 M 月 d 日",
    },
}


def language() -> str:
    """The reader's language, as the two letters the formats know."""
    return "zh" if (get_language() or "").lower().startswith("zh") else "en"


def locale() -> str:
    """The reader's locale for Babel."""
    return _LOCALES[language()]


def money(amount: int, currency: str) -> str:
    """Minor units as people write them, cents and all: €58.00."""
    return Money(amount, currency).format(locale())


def whole_number(number: int) -> str:
    """A number for a chart's edge: 8,000, and from ten thousand on as short as people write it: 20K."""
    if number < 10_000:
        return str(format_decimal(number, locale=locale()))
    return str(format_compact_decimal(number, locale=locale(), fraction_digits=1))


def month_name(day: date) -> str:
    """A month's short name: Nov."""
    return str(format_date(day, "LLL", locale=locale()))


def day_month(day: date) -> str:
    """A date without its year, short: 6 Sep."""
    return str(format_date(day, "M 月 d 日" if language() == "zh" else "d MMM", locale=locale()))


def days_to(first: date, last: date) -> str:
    """Some days by the first and the last, the month once where it is the same: 23 – 29 November."""
    is_chinese = language() == "zh"
    day, whole = ("d 日", "M 月 d 日") if is_chinese else ("d", "d MMMM")
    once = (first.year, first.month) == (last.year, last.month)
    begins, ends = day if once and not is_chinese else whole, day if once and is_chinese else whole
    return f"{format_date(first, begins, locale=locale())} – {format_date(last, ends, locale=locale())}"


def cell(text: str) -> str:
    """Text that a spreadsheet takes for text: what a shop calls its things may begin like a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text


def money_short(amount: int, currency: str) -> str:
    """The same without cents when there are none, for 'from' prices: €42."""
    whole = amount % 10 ** get_currency_precision(currency) == 0
    value = Money(amount, currency).major()
    if not whole:
        return money(amount, currency)
    return str(format_currency(value, currency, format="¤#,##0", locale=locale(), currency_digits=False))


def local(moment: datetime, zone: str) -> datetime:
    """The instant on the wall clock of an IANA zone."""
    return moment.astimezone(ZoneInfo(zone))


def clock_time(moment: datetime, zone: str) -> str:
    """Hours and minutes there: 14:30."""
    there = local(moment, zone)
    return f"{there.hour}:{there.minute:02}"


def pattern(day: date, name: str) -> str:
    """A date in one of the patterns above: long, medium, short, month, date."""
    return str(format_date(day, _PATTERNS[language()][name], locale=locale()))


def day_word(moment: datetime, zone: str, form: str = "short") -> str:
    """Today or Tomorrow there, else the date in the pattern `form`."""
    day = local(moment, zone).date()
    today = local(clock.now(), zone).date()
    if day == today:
        return gettext("Today")
    if day == today + timedelta(days=1):
        return gettext("Tomorrow")
    return pattern(day, form)


def day_inside(moment: datetime, zone: str) -> str:
    """The same within a sentence: today, tomorrow, or Wed 25."""
    day = local(moment, zone).date()
    today = local(clock.now(), zone).date()
    if day == today:
        return pgettext("within a sentence", "today")
    if day == today + timedelta(days=1):
        return pgettext("within a sentence", "tomorrow")
    return pattern(day, "short")


def when(moment: datetime, zone: str) -> str:
    """Day and time there: 'Wed 25 November, 14:30'."""
    parts = {"day": pattern(local(moment, zone).date(), "medium"), "time": clock_time(moment, zone)}
    return gettext("%(day)s, %(time)s") % parts


def usual_zone() -> str:
    """The zone (IANA) of most outlets, in which what belongs to none of them is told; UTC where there are none."""
    return usual().timezone or "UTC"


def zone_name(moment: datetime, zone: str) -> str:
    """The zone in words with its abbreviation then: 'Helsinki time (EET)'."""
    city = zone.rsplit("/", 1)[-1].replace("_", " ")
    short = local(moment, zone).tzname() or ""
    # Zones without letters of their own are named by their offset.
    short = f"UTC{short}" if short[:1] in "+-" else short
    return gettext("%(city)s time (%(short)s)") % {"city": city, "short": short}


def weekday(day: date, *, short: bool = True) -> str:
    """A day's name: Mon, or Monday."""
    return str(format_date(day, "EEE" if short else "EEEE", locale=locale()))


def duration(minutes: int) -> str:
    """Minutes in words: 45 min, 3 h, 1 h 15 min."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return gettext("%(n)d min") % {"n": rest}
    if not rest:
        return gettext("%(n)d h") % {"n": hours}
    return gettext("%(h)d h %(m)d min") % {"h": hours, "m": rest}


def distance(metres: float) -> str:
    """Metres in words, as exact as a walker needs: 350 m, 1.2 km."""
    if metres < 1000:
        return gettext("%(n)d m") % {"n": max(10, round(metres / 10) * 10)}
    kilometres = metres / 1000
    number = format_decimal(kilometres, format="0.#" if kilometres < 10 else "0", locale=locale())
    return gettext("%(n)s km") % {"n": number}


def listed(words: Iterable[str]) -> str:
    """Several things in one line, with the commas of the language: haircuts, colouring, beards."""
    return pgettext("between things in a list", ", ").join(words)


def walk(metres: float) -> str:
    """How long one walks that: 80 metres a minute, a fifth longer than the crow flies; "" over 30 minutes."""
    minutes = max(1, round(metres * 1.2 / 80))
    if minutes > 30:
        return ""
    return ngettext("%(n)d min walk", "%(n)d min walk", minutes) % {"n": minutes}


def language_name(tag: str) -> str:
    """A language in the reader's words, by its BCP 47 tag: Finnish."""
    try:
        return Locale.parse(tag, sep="-").get_display_name(locale()) or tag
    except (ValueError, UnknownLocaleError):
        return tag


def number(value: float) -> str:
    return str(format_decimal(value, locale=locale()))
