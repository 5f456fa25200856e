"""Visits that recur: which days a rule names, and when a wall clock's time is on each. Plain values.

A rule is a part of RFC 5545: weekly, every n weeks, or monthly on a weekday, so many times or until a day. The time of
day is the outlet's wall clock, so it stays the same when its clocks change.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from dateutil import rrule

# So many visits are one series: two years by month, half a year by week.
MOST_VISITS = 26
LONGEST_INTERVAL = 12
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_BYDAY = re.compile(r"(-1|[1-4])(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)


class Frequency(StrEnum):
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"


class RuleUnknown(ValueError):
    """The text is no rule that a series can follow."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Every `interval` weeks on the first day's weekday, or every `interval` months on its `nth` weekday (1 to 4, -1
    is the last); `count` visits in all, or up to the local day `until`, included. Raises RuleUnknown."""

    frequency: Frequency
    interval: int
    count: int | None = None
    until: date | None = None
    nth: int | None = None
    weekday: int | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.interval <= LONGEST_INTERVAL or (self.count is None) == (self.until is None):
            raise RuleUnknown
        if self.count is not None and not 2 <= self.count <= MOST_VISITS:
            raise RuleUnknown
        if (self.frequency == Frequency.MONTHLY) != (self.nth is not None) or (
            (self.nth is None) != (self.weekday is None)
        ):
            raise RuleUnknown

    def __str__(self) -> str:
        """As RFC 5545 writes it. UNTIL is a day here, as a rule over local days has it."""
        parts = [f"FREQ={self.frequency}", f"INTERVAL={self.interval}"]
        if self.nth is not None and self.weekday is not None:
            parts.append(f"BYDAY={self.nth}{_DAYS[self.weekday]}")
        parts.append(f"COUNT={self.count}" if self.count else f"UNTIL={self.until:%Y%m%d}")
        return ";".join(parts)


def monthly(first: date, *, interval: int, count: int | None = None, until: date | None = None) -> Rule:
    """Every `interval` months on the weekday that `first` is: its second Tuesday; a fifth one counts as the last."""
    nth = (first.day - 1) // 7 + 1
    return Rule(Frequency.MONTHLY, interval, count, until, nth if nth < 5 else -1, first.weekday())


def parse(text: str) -> Rule:
    """The rule of `FREQ=WEEKLY;INTERVAL=2;COUNT=6` or `FREQ=MONTHLY;BYDAY=2TU;UNTIL=20270101`. Raises RuleUnknown."""
    try:
        parts = dict(part.split("=", 1) for part in text.upper().split(";"))
        byday = _BYDAY.fullmatch(parts["BYDAY"]) if "BYDAY" in parts else None
        if ("BYDAY" in parts and byday is None) or not set(parts) <= _KNOWN:
            raise RuleUnknown
        return Rule(
            Frequency(parts["FREQ"]),
            int(parts.get("INTERVAL", "1")),
            int(parts["COUNT"]) if "COUNT" in parts else None,
            date.fromisoformat(parts["UNTIL"]) if "UNTIL" in parts else None,
            int(byday[1]) if byday else None,
            _DAYS.index(byday[2]) if byday else None,
        )
    except (KeyError, ValueError) as error:
        raise RuleUnknown from error


_KNOWN = {"FREQ", "INTERVAL", "BYDAY", "COUNT", "UNTIL"}


def days_of(rule: Rule, first: date) -> list[date]:
    """The local days, `first` among them, in order; at most MOST_VISITS. Raises RuleUnknown when `first` is none of
    them, when there is only one, or when there are more."""
    weekday = None
    if rule.nth is not None and rule.weekday is not None:
        weekday = rrule.weekday(rule.weekday)(rule.nth)
    found = rrule.rrule(
        rrule.WEEKLY if rule.frequency == Frequency.WEEKLY else rrule.MONTHLY,
        dtstart=datetime.combine(first, time()),
        interval=rule.interval,
        count=rule.count or MOST_VISITS + 1,
        byweekday=weekday,
    )
    days = [each.date() for each in found if rule.until is None or each.date() <= rule.until]
    if days[:1] != [first] or not 2 <= len(days) <= MOST_VISITS:
        raise RuleUnknown
    return days


def instant(day: date, at: time, zone: ZoneInfo) -> datetime | None:
    """When the wall clock of `zone` says `at` on `day`, in UTC: the first of two where an hour is repeated, None where
    it is skipped. Nobody can keep a time that does not exist, so it is not moved to another one."""
    local = datetime.combine(day, at, zone)
    found = local.astimezone(UTC)
    return found if found.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None) else None
