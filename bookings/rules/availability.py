"""The engine: values in, slots out. No database and no clock of its own.

A visit fits at a start when a person works during all of it, that person is free for it with its buffers, and
so is enough of every resource kind it needs. Each of these is a set of starts, kept as **ranges**: sorted,
disjoint pairs of a first and a last start, both included (a visit may begin the instant the one before it has
ended, and end when the next begins). A `Grid` (bookings/rules/grid.py) says which of these starts customers
may choose. The slot list, the search and the booking check all ask the same ranges and the same grid, so what
is offered can be taken and what is taken was offered. Further rules (phases, several items, seats, travel) are
further ranges to shift and intersect.

Instants are aware and in UTC, lengths are minutes, busy periods include the buffers of what took them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Literal
from zoneinfo import ZoneInfo

from bookings.rules.grid import DAY, Grid, Range, midnight
from common.spans import Span, intersect, merge

MINUTE = timedelta(minutes=1)
Strategy = Literal["fair_share", "compact", "flexible"]
ALWAYS: Range = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Visit:
    """What has to fit: its length without buffers, and the time kept free before and after it (minutes).

    Buffers may lie outside working hours, unless `buffers_in_hours`.
    """

    duration_min: int
    buffer_before_min: int = 0
    buffer_after_min: int = 0
    buffers_in_hours: bool = False

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self.duration_min)

    def taken(self, start: datetime) -> Span:
        """What a visit at `start` takes from its person and its units, buffers included."""
        return Span(
            start - timedelta(minutes=self.buffer_before_min),
            start + timedelta(minutes=self.duration_min + self.buffer_after_min),
        )


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who can do it: when they work, what they are busy with (in any order), and how many different
    services they are able to do.
    """

    id: int
    working: Sequence[Span]
    busy: Sequence[Span] = ()
    skills: int = 0


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


@dataclass(frozen=True, slots=True)
class Choice:
    """Who does it, on which units (all kinds together), and the period taken from each, buffers included."""

    staff: int
    units: tuple[int, ...]
    taken: Span


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

    `people` may do it, any one of them; all of `pools` are needed. Working hours and busy times are given from
    `grid.since(window.start)` on.
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
    staff = sorted(
        person.id
        for person in people
        if _offers(_ranges(visit, person, shared), start, merge(person.working), grid)
    )
    return Slot(start, start + visit.length, tuple(staff)) if staff else None


def choose(
    slot: Slot,
    visit: Visit,
    people: Iterable[Person],
    pools: Iterable[Pool] = (),
    *,
    zone: ZoneInfo,
    strategy: Strategy = "fair_share",
) -> Choice:
    """Who of the free does it, and on which units: of each kind the free ones with the lowest ids.

    `fair_share`: whoever has the fewest busy minutes on the slot's local day, then the lowest id.
    `compact`: whoever is left with the shortest idle time next to it that day; who has nothing that day comes last.
    `flexible`: whoever is able to do the fewest services. Both settle ties by fair share.
    Raises ValueError when the slot does not fit.
    """
    day = slot.start.astimezone(zone).date()
    today = Span(midnight(zone, day), midnight(zone, day + DAY))
    free = {person.id: person for person in people if person.id in slot.staff}
    taken = visit.taken(slot.start)
    units: list[int] = []
    for pool in pools:
        able = [unit for unit in sorted(pool.units) if not any(taken.overlaps(b) for b in pool.units[unit])]
        if len(able) < pool.quantity:
            raise ValueError(f"no free unit of kind {pool.kind}")
        units += able[: pool.quantity]
    if not free:
        raise ValueError("nobody is free")

    def rank(id: int) -> tuple[float, float, int]:
        person = free[id]
        first = 0.0
        if strategy == "compact":
            first = _idle_minutes(person.busy, taken, today)
        elif strategy == "flexible":
            first = float(person.skills)
        return first, _minutes(person.busy, today), id

    return Choice(min(free, key=rank), tuple(units), taken)


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
    found = [(person, _ranges(visit, person, shared)) for person in sorted(people, key=lambda p: p.id)]
    able = [(person.id, ranges, merge(person.working)) for person, ranges in found if ranges]
    if not able:
        return
    earliest = max(start, min(ranges[0][0] for _, ranges, _ in able))
    latest = min(window.end, max(ranges[-1][1] for _, ranges, _ in able) + MINUTE)
    length = visit.length
    for day in grid.days(earliest, latest):
        free: dict[datetime, list[int]] = {}
        for id, ranges, working in able:
            for instant in grid.starts(day, ranges, working):
                free.setdefault(instant, []).append(id)
        for instant in sorted(free):
            if start <= instant < window.end:
                yield Slot(instant, instant + length, tuple(free[instant]))


def _ranges(visit: Visit, person: Person, shared: list[Range] | None) -> list[Range]:
    """The starts at which the person, and enough of all units, are free for it."""
    own = _person_ranges(visit, person)
    return own if shared is None else _both(own, shared)


def _offers(ranges: list[Range], start: datetime, working: Sequence[Span], grid: Grid | None) -> bool:
    if grid is None:
        return any(first <= start <= last for first, last in ranges)
    return grid.has(start, ranges, working)


def _person_ranges(visit: Visit, person: Person) -> list[Range]:
    """The starts at which the person works during the whole visit and is free for it with its buffers."""
    length, before = visit.length, timedelta(0)
    if visit.buffers_in_hours:
        before = timedelta(minutes=visit.buffer_before_min)
        length += timedelta(minutes=visit.buffer_after_min)
    working = [(span.start + before, span.end - length) for span in merge(person.working)]
    return _without([(first, last) for first, last in working if first <= last], visit, person.busy)


def _without(ranges: list[Range], visit: Visit, busy: Sequence[Span]) -> list[Range]:
    """The starts of `ranges` whose visit, with its buffers, touches nothing busy."""
    if not busy or not ranges:
        return ranges
    before = timedelta(minutes=visit.buffer_before_min)
    after = timedelta(minutes=visit.duration_min + visit.buffer_after_min)
    # A busy period stands in the way of the starts strictly between these two instants.
    blocks = [(span.start - after, span.end + before) for span in merge(busy)]
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
        each = [_without([ALWAYS], visit, busy) for busy in pool.units.values()]
        enough = _at_least(pool.quantity, each)
        shared = enough if shared is None else _both(shared, enough)
    return shared


def _at_least(count: int, sets: list[list[Range]]) -> list[Range]:
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


def _both(first: list[Range], second: list[Range]) -> list[Range]:
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
