"""Opening hours: OpenStreetMap's where they are known, usual ones of the trade where they are not."""

from datetime import date, datetime, time, timedelta
from random import Random

from opening_hours import OpeningHours, ParserError  # type: ignore[attr-defined]  # its stubs lack it

from marketplace.demo.plan import Shift

# A week without a public holiday in Finland.
_MONDAY = date(2025, 2, 3)

_MON_TO_FRI, _TUE_TO_FRI, _SATURDAY, _EVERY_DAY = range(5), range(1, 5), (5,), range(7)


def _week(*parts: tuple[range | tuple[int, ...], str]) -> tuple[Shift, ...]:
    return tuple(
        Shift(day, time.fromisoformat(opens), time.fromisoformat(closes))
        for days, hours in parts
        for day in days
        for opens, closes in [hours.split("-")]
    )


_USUAL = {
    "salon": (
        _week((_MON_TO_FRI, "10:00-18:00"), (_SATURDAY, "10:00-15:00")),
        _week((_MON_TO_FRI, "09:00-19:00"), (_SATURDAY, "10:00-16:00")),
        _week((_TUE_TO_FRI, "10:00-18:00"), (_SATURDAY, "09:00-14:00")),
    ),
    "barber": (
        _week((_MON_TO_FRI, "10:00-20:00"), (_SATURDAY, "10:00-17:00")),
        _week((_EVERY_DAY, "11:00-19:00")),
    ),
    "beauty": (
        _week((_MON_TO_FRI, "10:00-18:00")),
        _week((_MON_TO_FRI, "09:00-17:00"), (_SATURDAY, "10:00-14:00")),
    ),
    "nails": (
        _week((_MON_TO_FRI, "10:00-20:00"), (_SATURDAY, "10:00-17:00")),
        _week((_EVERY_DAY, "11:00-19:00")),
    ),
    # A split day: a long break at noon.
    "massage": (
        _week((_MON_TO_FRI, "09:00-13:00"), (_MON_TO_FRI, "15:00-20:00")),
        _week((_MON_TO_FRI, "10:00-19:00"), (_SATURDAY, "10:00-15:00")),
    ),
    "cleaning": (
        _week((_MON_TO_FRI, "08:00-18:00")),
        _week((_MON_TO_FRI, "08:00-17:00"), (_SATURDAY, "09:00-15:00")),
    ),
    # The second washes into the night at week-ends.
    "carwash": (
        _week((_MON_TO_FRI, "08:00-19:00"), (_SATURDAY, "09:00-17:00")),
        _week((range(4), "09:00-20:00"), ((4, 5), "12:00-01:00")),
    ),
    "workshop": (
        _week((_MON_TO_FRI, "07:30-17:00")),
        _week((_MON_TO_FRI, "08:00-18:00"), (_SATURDAY, "09:00-14:00")),
    ),
}


def opening(r: Random, *, trade: str, text: str) -> tuple[Shift, ...]:
    """The week's hours that `text` (OSM's syntax) means in Finland; usual ones without a readable text."""
    return (read(text) if text else ()) or r.choice(_USUAL[trade])


def read(text: str) -> tuple[Shift, ...]:
    """The hours of an ordinary week in OSM's syntax; none if it is unreadable. 00:00 may be the day's end."""
    try:
        hours = OpeningHours(text, country="FI")
    except ParserError:
        return ()
    start = datetime.combine(_MONDAY, time(0))
    shifts = []
    for opens, closes, state, _ in hours.intervals(start, start + timedelta(days=7)):
        if str(state) != "open":
            continue
        # Longer than a day is cut at midnights: a rule belongs to one weekday.
        while closes - opens > timedelta(days=1):
            midnight = datetime.combine(opens.date() + timedelta(days=1), time(0))
            shifts.append(Shift(opens.weekday(), opens.time(), time(0)))
            opens = midnight
        shifts.append(Shift(opens.weekday(), opens.time(), closes.time()))
    return tuple(shifts)


def personal(r: Random, hours: tuple[Shift, ...], *, number: int) -> tuple[Shift, ...]:
    """The hours of one of several people at an outlet, or none: then they work whenever it is open.

    Long days are shared: early and late shifts take turns. On shorter ones some work part of the week, some
    with a break at noon.
    """
    longest = max(_minutes(shift) for shift in hours)
    if longest > 10 * 60:
        return tuple(_half(shift, late=(number + shift.weekday) % 2 == 1) for shift in hours)
    kind = r.random()
    days = sorted({shift.weekday for shift in hours})
    if kind < 0.2 and len(days) > 3:
        off = set(r.sample(days, 2))
        return tuple(shift for shift in hours if shift.weekday not in off)
    if kind < 0.35:
        return tuple(part for shift in hours for part in _with_break(shift))
    return ()


def _minutes(shift: Shift) -> int:
    return (_of_day(shift.closes) - _of_day(shift.opens)) % 1440 or 1440


def _of_day(at: time) -> int:
    return at.hour * 60 + at.minute


def _at(minutes: int) -> time:
    return time(minutes // 60 % 24, minutes % 60)


def _half(shift: Shift, *, late: bool) -> Shift:
    if _minutes(shift) <= 8 * 60:
        return shift
    start, end = _of_day(shift.opens), _of_day(shift.opens) + _minutes(shift)
    if not late:
        return Shift(shift.weekday, shift.opens, _at(start + 7 * 60))
    begin = min(end - 7 * 60, 23 * 60)
    return Shift(shift.weekday, _at(begin), shift.closes)


def _with_break(shift: Shift) -> tuple[Shift, ...]:
    start, end = _of_day(shift.opens), _of_day(shift.opens) + _minutes(shift)
    if not start <= 11 * 60 or not 15 * 60 <= end <= 1440:
        return (shift,)
    return (
        Shift(shift.weekday, shift.opens, time(12, 30)),
        Shift(shift.weekday, time(13, 15), shift.closes),
    )
