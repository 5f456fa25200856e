"""The slow, plain reading of hours and open time, a minute at a time: what the engine is compared with.

Minutes are whole numbers since 1970 in UTC; a set of them is a set of whole minutes that are open or busy.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from common.spans import Span
from providers.rules.hours import DateOverride, WeeklyRule

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = 24 * 60

# Zones and a moment at which each changes its clocks, forward and back.
CHANGES = [
    ("Europe/Helsinki", datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ("Europe/Helsinki", datetime(2026, 10, 25, 1, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 3, 8, 7, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 11, 1, 6, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
    ("Africa/Casablanca", datetime(2026, 2, 15, 2, tzinfo=UTC)),
    ("Africa/Casablanca", datetime(2026, 3, 22, 2, tzinfo=UTC)),
    ("America/Havana", datetime(2026, 3, 8, 5, tzinfo=UTC)),  # midnight itself is skipped
    ("America/Havana", datetime(2026, 11, 1, 5, tzinfo=UTC)),
    ("America/St_Johns", datetime(2010, 11, 7, 2, 31, tzinfo=UTC)),  # back over midnight into the day before
    ("Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),  # a whole day is skipped
    ("Pacific/Apia", datetime(2012, 3, 31, 14, tzinfo=UTC)),
    ("Asia/Kathmandu", datetime(2026, 6, 1, tzinfo=UTC)),  # never changes, but is 5:45 ahead
    ("Europe/London", datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ("Europe/London", datetime(2026, 10, 25, 1, tzinfo=UTC)),
    ("Europe/Lisbon", datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ("Europe/Lisbon", datetime(2026, 10, 25, 1, tzinfo=UTC)),
    ("Atlantic/Azores", datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ("Atlantic/Azores", datetime(2026, 10, 25, 1, tzinfo=UTC)),
    ("Europe/Chisinau", datetime(2026, 3, 29, 0, tzinfo=UTC)),
    ("Europe/Chisinau", datetime(2026, 10, 25, 0, tzinfo=UTC)),
    ("America/Los_Angeles", datetime(2026, 3, 8, 10, tzinfo=UTC)),
    ("America/Los_Angeles", datetime(2026, 11, 1, 9, tzinfo=UTC)),
    ("America/Halifax", datetime(2026, 3, 8, 6, tzinfo=UTC)),
    ("America/Halifax", datetime(2026, 11, 1, 5, tzinfo=UTC)),
    ("America/Nuuk", datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ("America/Nuuk", datetime(2026, 10, 25, 1, tzinfo=UTC)),
    ("America/Santiago", datetime(2026, 4, 5, 3, tzinfo=UTC)),
    ("America/Santiago", datetime(2026, 9, 6, 4, tzinfo=UTC)),
    ("America/Asuncion", datetime(2022, 3, 27, 3, tzinfo=UTC)),
    ("America/Asuncion", datetime(2022, 10, 2, 4, tzinfo=UTC)),
    ("Pacific/Auckland", datetime(2026, 4, 4, 14, tzinfo=UTC)),
    ("Pacific/Auckland", datetime(2026, 9, 26, 14, tzinfo=UTC)),
    ("Pacific/Chatham", datetime(2026, 4, 4, 14, tzinfo=UTC)),
    ("Pacific/Chatham", datetime(2026, 9, 26, 14, tzinfo=UTC)),
    ("Pacific/Norfolk", datetime(2026, 4, 4, 15, tzinfo=UTC)),
    ("Pacific/Norfolk", datetime(2026, 10, 3, 15, tzinfo=UTC)),
    ("Australia/Adelaide", datetime(2026, 4, 4, 16, 30, tzinfo=UTC)),
    ("Australia/Adelaide", datetime(2026, 10, 3, 16, 30, tzinfo=UTC)),
    ("Australia/Sydney", datetime(2026, 4, 4, 16, tzinfo=UTC)),
    ("Australia/Sydney", datetime(2026, 10, 3, 16, tzinfo=UTC)),
    ("Asia/Jerusalem", datetime(2026, 3, 27, 0, tzinfo=UTC)),
    ("Asia/Jerusalem", datetime(2026, 10, 24, 23, tzinfo=UTC)),
    ("Asia/Beirut", datetime(2026, 3, 28, 22, tzinfo=UTC)),
    ("Asia/Beirut", datetime(2026, 10, 24, 21, tzinfo=UTC)),
    ("Africa/Cairo", datetime(2026, 4, 23, 22, tzinfo=UTC)),
    ("Africa/Cairo", datetime(2026, 10, 29, 21, tzinfo=UTC)),
    ("Antarctica/Troll", datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ("Antarctica/Troll", datetime(2026, 10, 25, 1, tzinfo=UTC)),
    ("Pacific/Easter", datetime(2026, 4, 5, 3, tzinfo=UTC)),
    ("Pacific/Easter", datetime(2026, 9, 6, 4, tzinfo=UTC)),
    ("Asia/Gaza", datetime(2026, 3, 28, 0, tzinfo=UTC)),
    ("Asia/Gaza", datetime(2026, 10, 23, 23, tzinfo=UTC)),
    ("America/Miquelon", datetime(2026, 3, 8, 5, tzinfo=UTC)),
    ("America/Miquelon", datetime(2026, 11, 1, 4, tzinfo=UTC)),
    ("Asia/Tehran", datetime(2022, 3, 21, 20, 30, tzinfo=UTC)),
    ("Asia/Tehran", datetime(2022, 9, 21, 19, 30, tzinfo=UTC)),
    ("Asia/Amman", datetime(2021, 3, 25, 22, tzinfo=UTC)),
    ("Asia/Amman", datetime(2021, 10, 28, 22, tzinfo=UTC)),
]


def minute(instant: datetime) -> int:
    return int((instant - EPOCH) / timedelta(minutes=1))


def minutes(span: Span) -> range:
    return range(minute(span.start), minute(span.end))


def instant(at: int) -> datetime:
    return EPOCH + timedelta(minutes=at)


@lru_cache(maxsize=200_000)
def wall(zone: ZoneInfo, at: int) -> datetime:
    """What the clock on the wall shows in a minute."""
    return instant(at).astimezone(zone).replace(tzinfo=None, fold=0)


def moments(zone: ZoneInfo, local: datetime) -> list[int]:
    """The minutes in which the wall shows `local`: one, two, or if it is skipped that of the clock before."""
    about = minute(local.replace(tzinfo=UTC))
    around = range(about - DAY - 120, about + DAY + 120)
    seen = [at for at in around if wall(zone, at) == local]
    if seen:
        return seen
    jump = next(at for at in around if wall(zone, at) < local < wall(zone, at + 1))
    return [jump + int((local - wall(zone, jump)) / timedelta(minutes=1))]


def open_minutes(
    rules: list[WeeklyRule], overrides: list[DateOverride], zone: ZoneInfo, window: Span
) -> set[int]:
    """The minutes of the window in which the rules say open."""
    found: set[int] = set()
    first = wall(zone, minute(window.start)).date()
    for offset in range(-4, (window.end - window.start).days + 5):
        day = first + timedelta(days=offset)
        for opens, closes in _times(rules, overrides, day):
            late = timedelta(days=closes <= opens)
            start = min(moments(zone, datetime.combine(day, opens)))
            end = max(moments(zone, datetime.combine(day + late, closes)))
            found.update(range(start, end))
    return found & set(minutes(window))


def _times(rules: list[WeeklyRule], overrides: list[DateOverride], day: date) -> list[tuple[time, time]]:
    special = [o for o in overrides if o.date == day]
    if special:
        return [(o.opens, o.closes) for o in special if o.opens is not None and o.closes is not None]
    return [
        (rule.opens, rule.closes)
        for rule in rules
        if rule.weekday == day.weekday()
        and (not rule.valid_from or day >= rule.valid_from)
        and (not rule.valid_until or day <= rule.valid_until)
        and _its_turn(rule, day)
    ]


def _its_turn(rule: WeeklyRule, day: date) -> bool:
    """Counted from the Monday of the rule's first week, week by week."""
    if rule.valid_from is None:
        return True
    monday = rule.valid_from
    while monday.weekday():
        monday -= timedelta(days=1)
    weeks = 0
    while monday + timedelta(days=7) <= day:
        monday += timedelta(days=7)
        weeks += 1
    return weeks % rule.every_weeks == 0
