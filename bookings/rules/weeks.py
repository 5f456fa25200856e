"""A span of local days by weeks: ISO weeks, Monday first, cut where the span begins and ends."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from common.spans import Span

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Days:
    """The local days from `first` to `last`, both included, by the clock of `zone` (IANA)."""

    first: date
    last: date
    zone: str

    @property
    def count(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def span(self) -> Span:
        """From the first day's midnight to the one after the last day, whatever the clocks did between."""
        return Span(self._midnight(self.first), self._midnight(self.last + DAY))

    @property
    def is_whole_weeks(self) -> bool:
        return self.first.weekday() == 0 and self.last.weekday() == 6

    @property
    def before(self) -> "Days":
        """As many days, which end the day before these."""
        return Days(self.first - self.count * DAY, self.first - DAY, self.zone)

    def weeks(self) -> list["Days"]:
        """The weeks that these days lie in, in order; the first and the last may be a part of one."""
        found, first = [], self.first
        while first <= self.last:
            last = min(first + (6 - first.weekday()) * DAY, self.last)
            found.append(Days(first, last, self.zone))
            first = last + DAY
        return found

    @property
    def monday(self) -> date:
        """The Monday of the week that the first day lies in."""
        return self.first - self.first.weekday() * DAY

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), ZoneInfo(self.zone)).astimezone(UTC)


def last_weeks(count: int, *, today: date, zone: str) -> Days:
    """The last `count` whole weeks before the one that `today` lies in."""
    monday = today - today.weekday() * DAY
    return Days(monday - count * WEEK, monday - DAY, zone)
