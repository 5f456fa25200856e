"""An outlet's hours as its page shows them: a row for each weekday, and whether it is open now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from common.spans import Span, subtract
from frontend import formats
from providers.rules.hours import DateOverride, opening, working_spans
from providers.selectors.public import PublicOutlet

DAY = timedelta(days=1)
DAY_MINUTES = 24 * 60
# How far ahead the next opening is looked for.
AHEAD_DAYS = 14


@dataclass(frozen=True, slots=True)
class Bar:
    """From minute `start` of the local day, `length` minutes long (wall-clock)."""

    start: int
    length: int


@dataclass(frozen=True, slots=True)
class WeekRow:
    """A weekday with its hours in words ("" when closed); today's with the minute it is now."""

    name: str
    hours: str
    bars: list[Bar]
    now: int | None = None

    @property
    def is_today(self) -> bool:
        return self.now is not None


@dataclass(frozen=True, slots=True)
class DayNews:
    """A date whose hours are not the usual ones; `hours` "" when closed. `note` is the provider's."""

    day: date
    hours: str
    note: str


@dataclass(frozen=True, slots=True)
class Opening:
    """The week, changed days to come, and the state now: open until `closes`, or closed until `opens`."""

    week: list[WeekRow]
    news: list[DayNews]
    closes: datetime | None
    opens: datetime | None


def opening_of(found: PublicOutlet, now: datetime) -> Opening:
    """What the outlet's own hours say at the instant `now`; today's row and the state know of closures."""
    zone = found.outlet.zone
    today = now.astimezone(zone).date()
    rules = [row.rule for row in found.week]
    overrides = [DateOverride(row.date, row.opens, row.closes) for row in found.overrides]
    overrides += [DateOverride(day) for day in found.holidays]
    window = Span(now - 2 * DAY, now + AHEAD_DAYS * DAY)
    closed = [Span(row.period.lower, row.period.upper) for row in found.closures]
    spans = subtract(working_spans(rules, overrides, zone=zone, window=window), closed)
    open_now = next((span for span in spans if span.start <= now < span.end), None)
    monday = today - today.weekday() * DAY
    local_now = now.astimezone(zone)
    week = []
    for offset in range(7):
        day = monday + offset * DAY
        if day == today:
            # What really holds today: without the tail of the night before.
            start, end = opening(zone, day, time()), opening(zone, day + DAY, time())
            pairs = [
                (span.start.astimezone(zone), span.end.astimezone(zone))
                for span in spans
                if start <= span.start < end
            ]
            times = [(a.time(), b.time()) for a, b in pairs]
            week.append(_row(day, times, now=local_now.hour * 60 + local_now.minute))
        else:
            week.append(_row(day, [(rule.opens, rule.closes) for rule in rules if rule.holds_on(day)]))
    return Opening(
        week=week,
        news=_news(found),
        closes=open_now.end if open_now else None,
        opens=None if open_now else next((span.start for span in spans if span.start > now), None),
    )


def _row(day: date, times: Sequence[tuple[time, time]], *, now: int | None = None) -> WeekRow:
    return WeekRow(formats.weekday(day), _words(times), [_bar(*pair) for pair in times], now)


def _bar(opens: time, closes: time) -> Bar:
    start, end = _minutes(opens), _minutes(closes)
    # Past midnight the bar ends with the day.
    return Bar(start, (end if end > start else DAY_MINUTES) - start)


def _minutes(wall: time) -> int:
    return wall.hour * 60 + wall.minute


def _words(times: Sequence[tuple[time, time]]) -> str:
    return ", ".join(
        f"{_clock(opens)}–{_clock(closes) if closes != time() else '24'}" for opens, closes in times
    )


def _clock(wall: time) -> str:
    return f"{wall.hour}:{wall.minute:02}" if wall.minute else str(wall.hour)


def _news(found: PublicOutlet) -> list[DayNews]:
    """Changed dates, holidays and closures to come, in order."""
    zone = found.outlet.zone
    by_day = {day: DayNews(day, "", name) for day, name in found.holidays.items()}
    for row in found.overrides:
        known = by_day.get(row.date)
        hours = _words([(row.opens, row.closes)]) if row.opens and row.closes else ""
        both = ", ".join(filter(None, (known.hours if known else "", hours)))
        by_day[row.date] = DayNews(row.date, both, row.note)
    for closure in found.closures:
        first = closure.period.lower.astimezone(zone).date()
        by_day[first] = DayNews(first, "", closure.reason)
    return [by_day[day] for day in sorted(by_day)]
