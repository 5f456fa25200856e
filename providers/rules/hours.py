"""When an outlet is open and a person works: local wall-clock rules resolved into instants.

Clock changes: an opening or closing that falls into a skipped hour is read with the offset before the gap
(RFC 5545); in a repeated hour an opening is its first occurrence and a closing its second.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from common.spans import Span, intersect, merge, subtract

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WeeklyRule:
    """Open from `opens` to `closes` every `weekday` (0 is Monday), `valid_from` and `valid_until` included.

    `closes` at or before `opens` is on the next day; 00:00 is the day's end. Split shifts are several rules.
    With `every_weeks` above 1 it holds in the week (Monday to Sunday) of `valid_from`, and every so many after.
    """

    weekday: int
    opens: time
    closes: time
    valid_from: date | None = None
    valid_until: date | None = None
    every_weeks: int = 1

    def holds_on(self, day: date) -> bool:
        """Whether it is a rule of that local date."""
        return (
            day.weekday() == self.weekday
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_until is None or day <= self.valid_until)
            and (self.every_weeks == 1 or self._weeks_since(day) % self.every_weeks == 0)
        )

    def _weeks_since(self, day: date) -> int:
        since = self.valid_from or day
        return ((day - day.weekday() * DAY) - (since - since.weekday() * DAY)).days // 7


@dataclass(frozen=True, slots=True)
class DateOverride:
    """What holds on one date instead of its weekly rules: these times, or closed (None).

    A date may have several. The tail of the night before is not cut.
    """

    date: date
    opens: time | None = None
    closes: time | None = None


@dataclass(frozen=True, slots=True)
class Timetable:
    """The rules and overrides of an outlet, or of one person there."""

    rules: Sequence[WeeklyRule] = ()
    overrides: Sequence[DateOverride] = ()


def working_spans(
    rules: Sequence[WeeklyRule], overrides: Sequence[DateOverride], *, zone: ZoneInfo, window: Span
) -> list[Span]:
    """The instants of `window` that the rules open, in order; touching hours join."""
    changed: dict[date, list[DateOverride]] = {}
    for override in overrides:
        changed.setdefault(override.date, []).append(override)
    found: list[Span] = []
    # From two days before: late hours reach into the next day, and over a day that the zone skips into the
    # one after; to one day after: clocks set back just past midnight begin that day before the old one is
    # over.
    day = window.start.astimezone(zone).date() - 2 * DAY
    last = window.end.astimezone(zone).date() + DAY
    while day <= last:
        if day in changed:
            times = [
                (o.opens, o.closes) for o in changed[day] if o.opens is not None and o.closes is not None
            ]
        else:
            times = [(rule.opens, rule.closes) for rule in rules if rule.holds_on(day)]
        for opens, closes in times:
            start = opening(zone, day, opens)
            end = closing(zone, day if closes > opens else day + DAY, closes)
            found.append(Span(max(start, window.start), min(end, window.end)))
        day += DAY
    return merge(found)


def person_spans(
    own: Timetable,
    outlet: Timetable,
    *,
    closures: Iterable[Span],
    time_off: Iterable[Span],
    zone: ZoneInfo,
    window: Span,
    open_spans: Sequence[Span] | None = None,
) -> list[Span]:
    """When a person works at an outlet, within `window`.

    In hours of their own there if they have any, else whenever it is open; never while it is not, nor during
    its closures or their time off. A date override of their own replaces that date's hours in either case.
    `open_spans` are the outlet's working_spans of the same window, for those who have them already.
    """
    if open_spans is None:
        open_spans = working_spans(outlet.rules, outlet.overrides, zone=zone, window=window)
    spans: Sequence[Span] = open_spans
    if own.rules or own.overrides:
        rules, overrides = own.rules, own.overrides
        if not own.rules:
            dates = {override.date for override in own.overrides}
            rules = outlet.rules
            overrides = [*own.overrides, *(o for o in outlet.overrides if o.date not in dates)]
        spans = intersect(open_spans, working_spans(rules, overrides, zone=zone, window=window))
    taken = [*closures, *time_off]
    return subtract(spans, taken) if taken else list(spans)


@lru_cache(maxsize=8192)
def opening(zone: ZoneInfo, day: date, wall: time) -> datetime:
    """The instant (UTC) at which a local time opens: the first when it occurs twice."""
    return datetime.combine(day, wall, tzinfo=zone).astimezone(UTC)


@lru_cache(maxsize=8192)
def closing(zone: ZoneInfo, day: date, wall: time) -> datetime:
    """The instant (UTC) at which a local time closes: the second when it occurs twice."""
    local = datetime.combine(day, wall, tzinfo=zone)
    # PEP 495: in a repeated hour fold=1 is the later; in a gap fold=0, with the offset before it, is.
    return max(local.astimezone(UTC), local.replace(fold=1).astimezone(UTC))
