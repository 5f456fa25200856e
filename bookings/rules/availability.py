"""The engine: values in, slots out. No database and no clock of its own.

A visit fits at a start when a person works during all of it, that person is free for it with its buffers (of a visit
that several people do together: as many people), and so is enough of every resource kind it needs. Each of these is a
set of starts, kept as **ranges**: sorted, disjoint pairs of a first and a last start, both included (a visit may
begin the instant the one before it has ended, and end when the next begins). A `Grid` (bookings/rules/grid.py) says
which of these starts customers may choose. The slot list, the search and the booking check all ask the same ranges
and the same grid, so what is offered can be taken and what is taken was offered. During a processing phase
(bookings/rules/phases.py) the person may be busy with somebody else; the units may not. Visits of several services
are laid out of the same ranges by bookings/rules/several.py.

Instants are aware and in UTC, lengths are minutes, busy periods include the buffers of what took them.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from typing import Literal
from zoneinfo import ZoneInfo

from bookings.rules.grid import DAY, Grid, Range, day_of, midnight
from common.spans import Span, intersect, merge
from providers.rules.phases import Phase, worked

MINUTE = timedelta(minutes=1)
Strategy = Literal["fair_share", "compact", "flexible"]
ALWAYS: Range = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Visit:
    """What has to fit: its length without buffers, and the time kept free before and after it (minutes).

    Buffers may lie outside working hours, unless `buffers_in_hours`. Without `phases` the person is at it throughout.
    `team` people do it together, each as one alone would.
    """

    duration_min: int
    buffer_before_min: int = 0
    buffer_after_min: int = 0
    buffers_in_hours: bool = False
    phases: tuple[Phase, ...] = ()
    team: int = 1

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self.duration_min)

    @property
    def parts(self) -> list[tuple[timedelta, timedelta]]:
        """What it takes from its person, from and to, counted from the start: active phases and buffers."""
        # The common case, asked for very often.
        if not self.phases:
            return [self.whole]
        before, after = -self.buffer_before_min, self.duration_min + self.buffer_after_min
        found = [(before, 0), *self.at_it, (self.duration_min, after)]
        joined: list[tuple[int, int]] = []
        for start, end in found:
            if joined and joined[-1][1] == start:
                joined[-1] = (joined[-1][0], end)
            elif start < end:
                joined.append((start, end))
        return [(timedelta(minutes=start), timedelta(minutes=end)) for start, end in joined]

    @property
    def at_it(self) -> list[tuple[int, int]]:
        """The minutes in which its person is at it, without buffers, counted from the start."""
        return worked(self.phases, self.duration_min)

    @property
    def whole(self) -> tuple[timedelta, timedelta]:
        """What it takes from its units, from and to, counted from the start: all of it and its buffers."""
        return (
            timedelta(minutes=-self.buffer_before_min),
            timedelta(minutes=self.duration_min + self.buffer_after_min),
        )

    def taken(self, start: datetime) -> Span:
        """What a visit at `start` takes from its units, buffers included."""
        before, after = self.whole
        return Span(start + before, start + after)

    def worked(self, start: datetime) -> tuple[Span, ...]:
        """What a visit at `start` takes from its person: active phases and buffers, in order."""
        return tuple(Span(start + first, start + last) for first, last in self.parts)


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who can do it: when they work, what they are busy with (in any order), and how many different
    services they are able to do. `must`: a team has to include them.
    """

    id: int
    working: Sequence[Span]
    busy: Sequence[Span] = ()
    skills: int = 0
    must: bool = False


@dataclass(frozen=True, slots=True)
class Pool:
    """The units of one resource kind, by id, with what each is busy with; a visit takes `quantity`."""

    kind: int
    quantity: int
    units: Mapping[int, Sequence[Span]]


@dataclass(frozen=True, slots=True)
class Slot:
    """A start at which the visit fits, its end without buffers, and who is free for it (ids in order)."""

    start: datetime
    end: datetime
    staff: tuple[int, ...]


def slots(
    visit: Visit,
    people: Iterable[Person],
    pools: Iterable[Pool] = (),
    *,
    window: Span,
    grid: Grid,
    not_before: datetime | None = None,
) -> list[Slot]:
    """Every slot on the grid that starts in `window`, in order; none before `not_before` (exactly then is allowed).

    `people` may do it, any one of them, or of a team any so many; all of `pools` are needed. Working hours and busy
    times are given from `grid.since(window.start)` on.
    """
    return list(_slots(visit, people, pools, window=window, grid=grid, not_before=not_before))


def first_slots(
    visit: Visit,
    people: Iterable[Person],
    pools: Iterable[Pool] = (),
    *,
    window: Span,
    grid: Grid,
    not_before: datetime | None = None,
    limit: int,
) -> list[Slot]:
    """The first `limit` of `slots`, without looking at the days after them."""
    found = _slots(visit, people, pools, window=window, grid=grid, not_before=not_before)
    return list(islice(found, limit))


def fits(
    visit: Visit,
    people: Iterable[Person],
    pools: Iterable[Pool] = (),
    *,
    start: datetime,
    grid: Grid | None = None,
) -> Slot | None:
    """The slot at exactly `start`, whatever the notice says, and without a `grid` on any minute; else None."""
    shared = _pool_ranges(visit, pools)
    free = [(person, _ranges(visit, person, shared)) for person in sorted(people, key=lambda p: p.id)]
    staff = [person.id for person, ranges in free if _offers(ranges, start, merge(person.working), grid)]
    if staff and visit.team > 1:
        # The grid of one of them is enough: they begin together.
        is_enough = within(together(visit.team, free), start)
        staff = [person.id for person, ranges in free if within(ranges, start)] if is_enough else []
    return Slot(start, start + visit.length, tuple(staff)) if staff else None


def standing(
    person: Person, taken: Span, *, zone: ZoneInfo, strategy: Strategy = "fair_share"
) -> tuple[float, float, int]:
    """A person's place among those who are free for a visit that takes `taken`: the smallest gets it.

    `fair_share`: whoever has the fewest busy minutes on the visit's local day, then the lowest id.
    `compact`: whoever is left with the shortest idle time next to it that day; who has nothing that day comes last.
    `flexible`: whoever is able to do the fewest services. Both settle ties by fair share.
    """
    day = day_of(zone, taken.start)
    today = Span(midnight(zone, day), midnight(zone, day + DAY))
    busy = [span for span in person.busy if span.overlaps(today)]
    first = 0.0
    if strategy == "compact":
        first = _idle_minutes(busy, taken, today)
    elif strategy == "flexible":
        first = float(person.skills)
    return first, _minutes(busy, today), person.id


def _slots(
    visit: Visit,
    people: Iterable[Person],
    pools: Iterable[Pool],
    *,
    window: Span,
    grid: Grid,
    not_before: datetime | None,
) -> Iterator[Slot]:
    start = max(window.start, not_before) if not_before else window.start
    if start >= window.end:
        return
    shared = _pool_ranges(visit, pools)
    if shared == []:
        return
    people = list(people)
    able = [each for each in _alike(visit, people, shared) if each.ranges]
    if not able:
        return
    earliest = max(start, min(each.ranges[0][0] for each in able))
    latest = min(window.end, max(each.ranges[-1][1] for each in able) + MINUTE)
    length = visit.length
    needed = {person.id for person in people if person.must}
    for instant, staff in _free(able, grid, earliest, latest):
        if not start <= instant < window.end:
            continue
        if visit.team > 1:
            if grid.align != "clock":
                # The grid of one of them is enough: they begin together.
                staff = tuple(sorted(id for each in able if within(each.ranges, instant) for id in each.ids))
            if len(staff) < visit.team or not needed <= set(staff):
                continue
        yield Slot(instant, instant + length, staff)


@dataclass(frozen=True, slots=True)
class _Alike:
    """People (ids) with the same starts, `ranges`, in the same merged working intervals."""

    ids: frozenset[int]
    ranges: list[Range]
    working: list[Span]


def _alike(visit: Visit, people: Iterable[Person], shared: list[Range] | None) -> list[_Alike]:
    """Everybody with the starts at which they, and enough of all units, are free. Most work the outlet's hours and many
    have nothing that day: what is the same for several is worked out once."""
    found: dict[tuple[tuple[Span, ...], tuple[Span, ...]], list[Person]] = {}
    for person in people:
        found.setdefault((tuple(person.working), tuple(person.busy)), []).append(person)
    return [
        _Alike(
            frozenset(person.id for person in same),
            _ranges(visit, same[0], shared),
            merge(same[0].working),
        )
        for same in found.values()
    ]


def _free(
    able: Sequence[_Alike], grid: Grid, earliest: datetime, latest: datetime
) -> Iterator[tuple[datetime, tuple[int, ...]]]:
    """Every start on the grid of the local days from `earliest` to `latest`, in order, with who is free then (ids in
    order)."""
    if grid.align == "clock":
        starts = [start for day in grid.days(earliest, latest) for start in grid.wall_clock(day)]
        yield from _sweep(able, starts)
        return
    for day in grid.days(earliest, latest):
        free: dict[datetime, set[int]] = {}
        for each in able:
            for instant in grid.starts(day, each.ranges, each.working):
                free.setdefault(instant, set()).update(each.ids)
        for instant in sorted(free):
            yield instant, tuple(sorted(free[instant]))


def _sweep(able: Sequence[_Alike], starts: Sequence[datetime]) -> Iterator[tuple[datetime, tuple[int, ...]]]:
    """The same where all have the grid in common: those who come and go from one start to the next are noted, so that a
    start costs nothing for each of the people who are free before and after it."""
    changes: dict[int, list[frozenset[int]]] = {}
    for each in able:
        at = 0
        for first, last in each.ranges:
            since = bisect_left(starts, first, at)
            at = bisect_right(starts, last, since)
            if since < at:
                changes.setdefault(since, []).append(each.ids)
                changes.setdefault(at, []).append(each.ids)
    free: set[int] = set()
    for edge, following in pairwise(sorted(changes)):
        for ids in changes[edge]:
            free ^= ids  # who comes and goes at the same start is noted twice, and stays
        if free:
            staff = tuple(sorted(free))
            for start in starts[edge:following]:
                yield start, staff


def _ranges(visit: Visit, person: Person, shared: list[Range] | None) -> list[Range]:
    """The starts at which the person, and enough of all units, are free for it."""
    own = person_ranges(visit, person)
    return own if shared is None else both(own, shared)


def _offers(ranges: list[Range], start: datetime, working: Sequence[Span], grid: Grid | None) -> bool:
    return within(ranges, start) if grid is None else grid.has(start, ranges, working)


def together(team: int, free: Sequence[tuple[Person, list[Range]]]) -> list[Range]:
    """The starts at which so many of these people are free at once, and all who have to be among them."""
    found = at_least(team, [ranges for _, ranges in free])
    for person, ranges in free:
        if person.must:
            found = both(found, ranges)
    return found


def within(ranges: Sequence[Range], start: datetime) -> bool:
    """Whether `start` lies in one of the ranges."""
    at = bisect_right(ranges, start, key=lambda each: each[0])
    return at > 0 and start <= ranges[at - 1][1]


def person_ranges(visit: Visit, person: Person) -> list[Range]:
    """The starts at which the person works during the whole visit and is free for it with its buffers."""
    length, before = visit.length, timedelta(0)
    if visit.buffers_in_hours:
        before = timedelta(minutes=visit.buffer_before_min)
        length += timedelta(minutes=visit.buffer_after_min)
    working = [(span.start + before, span.end - length) for span in merge(person.working)]
    left = [(first, last) for first, last in working if first <= last]
    for part in visit.parts:
        left = without(left, part, person.busy)
    return left


def without(ranges: list[Range], part: tuple[timedelta, timedelta], busy: Sequence[Span]) -> list[Range]:
    """The starts of `ranges` that keep this part of a visit, counted from its start, off everything busy."""
    if not busy or not ranges:
        return ranges
    # A busy period stands in the way of the starts strictly between these two instants.
    blocks = [(span.start - part[1], span.end - part[0]) for span in merge(busy)]
    left: list[Range] = []
    at = 0
    for first, last in ranges:
        while at < len(blocks) and blocks[at][1] <= first:
            at += 1
        for index in range(at, len(blocks)):
            opens, closes = blocks[index]
            if opens >= last:
                break
            if first <= opens:
                left.append((first, opens))
            first = max(first, closes)
        if first <= last:
            left.append((first, last))
    return left


def _pool_ranges(visit: Visit, pools: Iterable[Pool]) -> list[Range] | None:
    """The starts at which every pool has enough free units; None when no pool is needed."""
    shared: list[Range] | None = None
    for pool in pools:
        each = [without([ALWAYS], visit.whole, busy) for busy in pool.units.values()]
        enough = at_least(pool.quantity, each)
        shared = enough if shared is None else both(shared, enough)
    return shared


def at_least(count: int, sets: list[list[Range]]) -> list[Range]:
    """The starts that lie in at least `count` of the sets."""
    # At the same instant a range that begins counts before one that ends: both ends are included.
    edges = sorted(
        (at, kind) for ranges in sets for first, last in ranges for at, kind in ((first, 0), (last, 1))
    )
    found: list[Range] = []
    depth, since = 0, ALWAYS[0]
    for at, kind in edges:
        if kind == 0:
            depth += 1
            if depth == count:
                since = at
        else:
            if depth == count:
                found.append((since, at))
            depth -= 1
    return found


def both(first: list[Range], second: list[Range]) -> list[Range]:
    """The starts that lie in both."""
    found: list[Range] = []
    i = j = 0
    while i < len(first) and j < len(second):
        low, high = max(first[i][0], second[j][0]), min(first[i][1], second[j][1])
        if low <= high:
            found.append((low, high))
        if first[i][1] <= second[j][1]:
            i += 1
        else:
            j += 1
    return found


def _minutes(busy: Iterable[Span], within: Span) -> float:
    return sum((end - start) / MINUTE for start, end in intersect(busy, [within]))


def _idle_minutes(busy: Iterable[Span], taken: Span, today: Span) -> float:
    """The shorter of the idle times before and after `taken`, between it and what else is on that day."""
    gaps = [
        (taken.start - end if end <= taken.start else start - taken.end) / MINUTE
        for start, end in intersect(busy, [today])
    ]
    return min(gaps, default=float("inf"))
