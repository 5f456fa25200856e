"""Days and times to choose from, arranged for the slot picker: by local day of the outlet, by part of day."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bookings.selectors.open_time import OpenSlot
from bookings.selectors.slots import SeatSlot

# A day with at least so many free starts has plenty of room.
PLENTY = 8
PARTS: tuple[tuple[int, Promise], ...] = (
    (0, _("Night")),
    (6, _("Morning")),
    (12, _("Afternoon")),
    (17, _("Evening")),
)


@dataclass(frozen=True, slots=True)
class Day:
    """One local day: how many starts are free, and how full it looks (plenty, few, full; none: cannot be booked)."""

    date: date
    count: int
    level: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Time:
    """A free start with its end (without buffers); `value` is what its plate sends. Of a session `seats` are left; of a
    course there are its name and when each of its dates starts."""

    start: datetime
    end: datetime
    value: str
    seats: int = 0
    course: str = ""
    dates: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the day with its free starts."""

    name: Promise
    times: list[Time] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Plan:
    """The chosen day with its times, its week (Monday to Sunday) and its month, and the days that lead onwards.

    `month` is in weeks, None where a day is of another month. `before` and `after` lead to the weeks beside it,
    `month_before` and `month_after` to the months; None where nothing can be booked any more.
    """

    chosen: date
    today: date
    parts: list[Part]
    week: list[Day]
    before: date | None
    after: date | None
    month: list[list[Day | None]]
    month_before: date | None
    month_after: date | None
    next_free: date | None
    any_free: bool

    @property
    def is_today(self) -> bool:
        return self.chosen == self.today

    @property
    def first(self) -> Time | None:
        """The first free time of the chosen day."""
        return self.parts[0].times[0] if self.parts else None


def arrange(
    slots: Sequence[OpenSlot],
    *,
    zone: ZoneInfo,
    today: date,
    last: date,
    chosen: date | None,
    value: Callable[[OpenSlot], str],
) -> Plan:
    """The plan for these slots. Without a (possible) `chosen` day it is the first one with room, else today."""
    by_day: dict[date, list[OpenSlot]] = {}
    for slot in slots:
        by_day.setdefault(slot.start.astimezone(zone).date(), []).append(slot)
    if chosen is None or not today <= chosen <= last:
        chosen = min(by_day, default=today)

    def day(on: date) -> Day:
        count = len(by_day.get(on, ()))
        possible = today <= on <= last
        level = "none" if not possible else "plenty" if count >= PLENTY else "few" if count else "full"
        return Day(on, count, level, on == chosen)

    monday = chosen - timedelta(days=chosen.weekday())
    first = chosen.replace(day=1)
    next_first = (first + timedelta(days=31)).replace(day=1)
    return Plan(
        chosen=chosen,
        today=today,
        parts=parts_of(by_day.get(chosen, []), zone, value),
        week=[day(monday + timedelta(days=n)) for n in range(7)],
        before=max(today, monday - timedelta(days=7)) if monday > today else None,
        after=monday + timedelta(days=7) if monday + timedelta(days=7) <= last else None,
        month=_month(first, next_first, day),
        month_before=max(today, (first - timedelta(days=1)).replace(day=1)) if first > today else None,
        month_after=next_first if next_first <= last else None,
        next_free=min((on for on in by_day if on > chosen), default=None),
        any_free=bool(by_day),
    )


def _month(first: date, next_first: date, day: Callable[[date], Day]) -> list[list[Day | None]]:
    weeks: list[list[Day | None]] = []
    on = first - timedelta(days=first.weekday())
    while on < next_first:
        week = [on + timedelta(days=n) for n in range(7)]
        weeks.append([day(each) if first <= each < next_first else None for each in week])
        on += timedelta(days=7)
    return weeks


def parts_of(slots: Sequence[OpenSlot], zone: ZoneInfo, value: Callable[[OpenSlot], str]) -> list[Part]:
    """The starts of one day by its parts; `value` answers what a plate sends."""
    parts = [Part(name) for _, name in PARTS]
    for slot in slots:
        hour = slot.start.astimezone(zone).hour
        at = sum(hour >= start for start, _ in PARTS) - 1
        parts[at].times.append(_time(slot, value(slot)))
    return [part for part in parts if part.times]


def _time(slot: OpenSlot, value: str) -> Time:
    if not isinstance(slot, SeatSlot):
        return Time(slot.start, slot.end, value)
    starts = tuple(each.start for each in slot.dates)
    return Time(slot.start, slot.end, value, slot.seats_left, slot.course, starts)


def parse_day(text: str) -> date | None:
    """The day of a query (ISO 8601), or None when it is not one."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007  # a local date has no zone
    except ValueError:
        return None


def parse_instant(text: str) -> datetime | None:
    """The aware instant of a form (RFC 3339), or None when it is none, or so far off that no zone can show it."""
    try:
        found = parse_datetime(text)
    except ValueError:  # of the right form, and no time: the 30th of February, a leap second
        return None
    if found is None or found.tzinfo is None or not 1900 <= found.year <= 9000:
        return None
    return found
