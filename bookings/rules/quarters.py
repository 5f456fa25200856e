"""Quarters of an hour of a day of UTC, as text of 96 zeros and ones, the first quarter leftmost.

The database computes the same (bookings/migrations/0008, 0012); `manage.py check_open_time` compares the two.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta

from common.spans import Span, merge

QUARTERS = 96
QUARTER = timedelta(minutes=15)
DAY = timedelta(days=1)
ALL = "1" * QUARTERS
NONE = "0" * QUARTERS


def span_of(day: date) -> Span:
    """The day of UTC."""
    start = datetime.combine(day, time(), tzinfo=UTC)
    return Span(start, start + DAY)


def touched(spans: Iterable[Span], day: date) -> str:
    """The quarters of which any part lies in `spans`."""
    whole = span_of(day)
    return _bits(
        ((max(s, whole.start) - whole.start) // QUARTER, -((whole.start - min(e, whole.end)) // QUARTER))
        for s, e in spans
        if s < whole.end and e > whole.start and s < e
    )


def covered(spans: Iterable[Span], day: date) -> str:
    """The quarters that lie in `spans` wholly, touching and overlapping ones taken together."""
    whole = span_of(day)
    return _bits(
        (-((whole.start - max(s, whole.start)) // QUARTER), (min(e, whole.end) - whole.start) // QUARTER)
        for s, e in merge(spans)
        if s < whole.end and e > whole.start
    )


def left(hours: str, taken: str) -> str:
    """The quarters of `hours` that are not in `taken`."""
    return _text(int(hours, 2) & ~int(taken, 2))


def either(many: Iterable[str]) -> str:
    """The quarters that are in any of them."""
    found = 0
    for bits in many:
        found |= int(bits, 2)
    return _text(found)


def at_least(count: int, many: Iterable[str]) -> str:
    """The quarters that are in at least `count` of them."""
    columns = zip(*many, strict=True)
    return "".join("01"[column.count("1") >= count] for column in columns)


def starts(open: str, minutes: int) -> str:
    """The quarters in which something that takes a person for `minutes` on end may start; 0: any.

    What comes after the day counts as open: it is another row's.
    """
    if minutes == 0:
        return ALL
    needed = min(QUARTERS, -(-minutes // 15))
    padded = open + "1" * (needed - 1)
    return "".join("01"["0" not in padded[at : at + needed]] for at in range(QUARTERS))


def masks(window: Span) -> list[tuple[date, str]]:
    """Each day of UTC that `window` touches, with its quarters that lie in it at least partly."""
    return [(day, touched([window], day)) for day in _days(window)]


def _days(window: Span) -> Iterator[date]:
    day, last = window.start.astimezone(UTC).date(), window.end.astimezone(UTC)
    while span_of(day).start < last:
        yield day
        day += DAY


def _bits(ranges: Iterable[tuple[int, int]]) -> str:
    found = 0
    for first, end in ranges:
        if first < end:
            found |= ((1 << (end - first)) - 1) << (QUARTERS - end)
    return _text(found)


def _text(number: int) -> str:
    return f"{number & ((1 << QUARTERS) - 1):0{QUARTERS}b}"
