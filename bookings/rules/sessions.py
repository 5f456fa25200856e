"""When group sessions that repeat take place."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from providers.rules.hours import opening

MOST_DATES = 52


def weekly(first: datetime, *, zone: ZoneInfo, count: int, every_weeks: int = 1) -> list[datetime]:
    """`count` starts (UTC) from `first` (aware) on, each so many weeks after the one before, at the same time of the
    local wall clock.

    A time that the clock skips that day is read with the offset before (RFC 5545); of one that occurs twice it is the
    first, but for `first` itself, which stays the instant that it is.
    """
    local = first.astimezone(zone)
    days = (local.date() + timedelta(weeks=n * every_weeks) for n in range(1, count))
    return [first, *(opening(zone, day, local.time()) for day in days)]
