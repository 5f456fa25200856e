"""When a message may ring: quiet hours on the reader's own clock, and what does not wait for their end."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

# What would be of use for less than this once the quiet hours are over does not wait for that.
LEAST_USE = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class Quiet:
    """Quiet from `starts` until `ends` by the wall clock of `zone`, over midnight when it ends before it starts.
    The same time twice is never quiet."""

    starts: time
    ends: time
    zone: ZoneInfo

    def is_at(self, instant: datetime) -> bool:
        """Whether it is quiet at an aware instant."""
        here = instant.astimezone(self.zone).time()
        if self.starts <= self.ends:
            return self.starts <= here < self.ends
        return here >= self.starts or here < self.ends

    def over_at(self, instant: datetime) -> datetime:
        """The first instant from an aware one on at which it is not quiet, in UTC.

        An end in an hour that the clocks skip is when they go on; in one that comes twice, its second.
        """
        if not self.is_at(instant):
            return instant
        here = instant.astimezone(self.zone)
        day = here.date() if here.time() < self.ends else here.date() + timedelta(days=1)
        end = datetime.combine(day, self.ends).replace(tzinfo=self.zone, fold=1)
        if end.astimezone(instant.tzinfo).astimezone(self.zone).time() != self.ends:
            end = end.replace(fold=0)  # skipped: read with the offset before the gap
        return max(instant, end.astimezone(instant.tzinfo))


def rings_at(
    now: datetime, quiet: Quiet | None, *, at_once: bool = False, useful_until: datetime | None = None
) -> datetime:
    """When a message that came up `now` is sent: now, or when the quiet hours are over.

    `at_once`: somebody is at the door. `useful_until`: when it is about, such as the start of a visit that was
    cancelled; what would come too late for that does not wait.
    """
    if quiet is None or at_once or not quiet.is_at(now):
        return now
    over = quiet.over_at(now)
    if useful_until is not None and useful_until < over + LEAST_USE:
        return now
    return over
