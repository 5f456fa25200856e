"""The starts that customers may choose: a step, an offset, and what they are counted from.

`clock` (the default) counts on the outlet's wall clock from local midnight: a start that the clock skips is not
offered, one that occurs twice is offered as two instants. `opening` counts from where a working interval begins
(touching ones are one), `previous` from where a person becomes free: the opening, or the end of the booking that
stands before it with the buffers between. These two count minutes that pass, whatever clocks do; an interval that
began earlier than the local day before the start counts from that day's midnight, so that a place that never
closes has a grid, too.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from common.spans import Span
from providers.rules.hours import opening

DAY = timedelta(days=1)
Align = Literal["clock", "opening", "previous"]
# The first and the last start of a run of starts, both included.
Range = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Grid:
    """Starts every `step_min` minutes from `offset_min` on, in `zone`; what from, `align` says."""

    zone: ZoneInfo
    step_min: int
    offset_min: int = 0
    align: Align = "clock"

    def since(self, start: datetime) -> datetime:
        """How far back hours and busy times are to be known, for the starts from `start` on."""
        if self.align == "clock":
            return start
        return morning_before(self.zone, day_of(self.zone, start))

    def days(self, start: datetime, end: datetime) -> Iterator[date]:
        """Every local day that may have a start in [start, end), in order."""
        day, last = day_of(self.zone, start), day_of(self.zone, end)
        while day <= last:
            yield day
            day += DAY

    def wall_clock(self, day: date) -> Sequence[datetime]:
        """Every start of a local day on the wall clock, whoever is free, in order."""
        return _wall_clock(self.zone, day, self.step_min, self.offset_min)

    def starts(self, day: date, ranges: Sequence[Range], working: Sequence[Span]) -> Iterator[datetime]:
        """The starts of a local day within `ranges`, in order; `working` are the merged intervals they lie in."""
        if self.align == "clock":
            grid = self.wall_clock(day)
            for first, last in ranges:
                if grid and first > grid[-1]:
                    break
                if grid and last >= grid[0]:
                    yield from grid[bisect_left(grid, first) : bisect_right(grid, last)]
            return
        opens, closes = midnight(self.zone, day), midnight(self.zone, day + DAY)
        step = timedelta(minutes=self.step_min)
        for first, last in ranges:
            if first >= closes:
                break
            if last < opens:
                continue
            anchor = self._anchor(day, first, working)
            at = anchor + max(0, -(-(max(first, opens) - anchor) // step)) * step
            while at <= last and at < closes:
                yield at
                at += step

    def has(self, start: datetime, ranges: Sequence[Range], working: Sequence[Span]) -> bool:
        """Whether `start` is one of `starts`."""
        return start in self.starts(day_of(self.zone, start), ranges, working)

    def _anchor(self, day: date, first: datetime, working: Sequence[Span]) -> datetime:
        origin = first
        if self.align == "opening":
            origin = working[bisect_right(working, first, key=lambda span: span.start) - 1].start
        return max(origin, morning_before(self.zone, day)) + timedelta(minutes=self.offset_min)


def day_of(zone: ZoneInfo, instant: datetime) -> date:
    """The local day whose midnight an instant follows.

    Its local date, but where clocks are set back over midnight: there the old date's repeated hour is the new day's.
    """
    day = instant.astimezone(zone).date()
    return day + DAY if midnight(zone, day + DAY) <= instant else day


def midnight(zone: ZoneInfo, day: date) -> datetime:
    """The instant (UTC) at which a local day begins: the first, when it occurs twice."""
    return opening(zone, day, time())


def morning_before(zone: ZoneInfo, day: date) -> datetime:
    """The midnight before that of a local day; a date that the zone skipped has none."""
    begins, before = midnight(zone, day), day - DAY
    while (found := midnight(zone, before)) >= begins:
        before -= DAY
    return found


@lru_cache(maxsize=4096)
def _wall_clock(zone: ZoneInfo, day: date, step_min: int, offset_min: int) -> tuple[datetime, ...]:
    """The instants of a day at which the wall clock shows a multiple of the step from the offset on, in order."""
    opens, closes = midnight(zone, day), midnight(zone, day + DAY)
    found = _wall_minutes(zone, day - DAY, step_min, offset_min) | _wall_minutes(
        zone, day, step_min, offset_min
    )
    return tuple(sorted(instant for instant in found if opens <= instant < closes))


@lru_cache(maxsize=4096)
def _wall_minutes(zone: ZoneInfo, day: date, step_min: int, offset_min: int) -> frozenset[datetime]:
    found: set[datetime] = set()
    for minute in range(offset_min % step_min, 24 * 60, step_min):
        local = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone)
        once, again = (local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
        if once <= again:  # in a gap fold=0 is the later (PEP 495): that time does not exist
            found |= {once, again}
    return frozenset(found)
