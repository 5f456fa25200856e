"""Days and times to choose from, arranged for the slot picker: by local day of the outlet, by part of day."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bookings.selectors.open_time import OpenSlot

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
    """One local day: how many starts are free, and how full it looks (plenty, few, full or none for past days)."""

    date: date
    count: int
    level: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the day with its free starts."""

    name: Promise
    slots: list[OpenSlot] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Plan:
    """The chosen day with its times, its week, and all weeks in which one may book (each Monday to Sunday)."""

    chosen: date
    parts: list[Part]
    week: list[Day]
    weeks: list[list[Day]]
    before: date | None
    after: date | None
    next_free: date | None


def arrange(
    slots: Sequence[OpenSlot], *, zone: ZoneInfo, today: date, last: date, chosen: date | None
) -> Plan:
    """The plan for these slots. Without a (possible) `chosen` day it is the first one with room, else today."""
    by_day: dict[date, list[OpenSlot]] = {}
    for slot in slots:
        by_day.setdefault(slot.start.astimezone(zone).date(), []).append(slot)
    if chosen is None or not today <= chosen <= last:
        chosen = min(by_day, default=today)
    counts = {day: len(found) for day, found in by_day.items()}
    weeks = _weeks(counts, today=today, last=last, chosen=chosen)
    at = next(i for i, week in enumerate(weeks) if any(day.date == chosen for day in week))
    return Plan(
        chosen=chosen,
        parts=_parts(by_day.get(chosen, []), zone),
        week=weeks[at],
        weeks=weeks,
        before=max(today, weeks[at - 1][0].date) if at else None,
        after=weeks[at + 1][0].date if at + 1 < len(weeks) else None,
        next_free=min((day for day in by_day if day > chosen), default=None),
    )


def _weeks(counts: dict[date, int], *, today: date, last: date, chosen: date) -> list[list[Day]]:
    monday = today - timedelta(days=today.weekday())
    weeks: list[list[Day]] = []
    while monday <= last:
        week = []
        for offset in range(7):
            day = monday + timedelta(days=offset)
            count = counts.get(day, 0)
            possible = today <= day <= last
            level = "none" if not possible else "plenty" if count >= PLENTY else "few" if count else "full"
            week.append(Day(day, count, level, day == chosen))
        weeks.append(week)
        monday += timedelta(days=7)
    return weeks


def _parts(slots: Sequence[OpenSlot], zone: ZoneInfo) -> list[Part]:
    parts = [Part(name) for _, name in PARTS]
    for slot in slots:
        hour = slot.start.astimezone(zone).hour
        parts[sum(hour >= start for start, _ in PARTS) - 1].slots.append(slot)
    return [part for part in parts if part.slots]


def parse_day(text: str) -> date | None:
    """The day of a query (ISO 8601), or None when it is not one."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007  # a local date has no zone
    except ValueError:
        return None
