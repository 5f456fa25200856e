"""When what customers book may start: after the notice, up to and including the last day that may be booked."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from common.spans import Span
from providers.rules.hours import DAY, opening


def bookable(
    now: datetime, *, zone: ZoneInfo, notice_min: int, window_days: int, window_until: date | None
) -> Span:
    """The starts that customers may choose `now` (aware): exactly at the notice is allowed, the local day
    `window_days` from today is the last, and none is after `window_until`. Empty when nothing may be chosen."""
    last_day = now.astimezone(zone).date() + timedelta(days=window_days)
    last_day = min(last_day, window_until or last_day)
    return Span(now + timedelta(minutes=notice_min), opening(zone, last_day + DAY, time()))
