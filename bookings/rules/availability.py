"""The engine: values in, slots out. No database and no clock of its own.

A visit fits at a start when a person works during all of it, that person is free for it with its buffers, and
so is enough of every resource kind it needs. Each of these is a set of starts, kept as **ranges**: sorted,
disjoint pairs of a first and a last start, both included (a visit may begin the instant the one before it has
ended, and end when the next begins). The slot list, the search and the booking check all ask these same
ranges, so what is offered can be taken and what is taken was offered. Further rules (phases, several items,
seats, travel) are further ranges to shift and intersect.

Instants are aware and in UTC, lengths are minutes, busy periods include the buffers of what took them.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo

from common.spans import Span, intersect, merge

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)

# The first and the last start of a run of starts, both included.
Range = tuple[datetime, datetime]
ALWAYS: Range = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Visit:
    """What has to fit: its length without buffers, and the time kept free before and after it (minutes)."""

    duration_min: int
    buffer_before_min: int = 0
    buffer_after_min: int = 0

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
    """Someone who can do it: when they work, and what they are busy with (in any order)."""

    id: int
    working: Sequence[Span]
    busy: Sequence[Span] = ()


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
    step_min: int,
    zone: ZoneInfo,
    not_before: datetime | None = None,
) -> list[Slot]:
    """Every slot that starts in `window` on the grid, in order.

    The grid is the wall clock of `zone` in steps of `step_min` from local midnight: a start that the clock
    skips is not offered, one that occurs twice is offered as two instants. None starts before `not_before`
    (exactly then is allowed). `people` may do it, any one of them; all of `pools` are needed.
    """
    return list(
        _slots(visit, people, pools, window=window, step_min=step_min, zone=zone, not_before=not_before)
    )


def first_slots(
    visit: Visit,
    people: Iterable[Person],
    pools: Iterable[Pool] = (),
    *,
    window: Span,
    step_min: int,
    zone: ZoneInfo,
    not_before: datetime | None = None,
    limit: int,
) -> list[Slot]:
    """The first `limit` of `slots`, without looking at the days after them."""
    found = _slots(visit, people, pools, window=window, step_min=step_min, zone=zone, not_before=not_before)
    return list(islice(found, limit))


def fits(
    visit: Visit, people: Iterable[Person], pools: Iterable[Pool] = (), *, start: datetime
) -> Slot | None:
    """The slot at exactly `start`, whatever the grid and the notice say; None when the visit does not fit."""
    shared = _pool_ranges(visit, pools)
    if shared is not None and not _contains(shared, start):
        return None
    staff = sorted(person.id for person in people if _contains(_person_ranges(visit, person), start))
    return Slot(start, start + visit.length, tuple(staff)) if staff else None


def on_grid(start: datetime, *, step_min: int, zone: ZoneInfo) -> bool:
    """Whether customers may start then: at a multiple of `step_min` on the wall clock from local midnight."""
    local = start.astimezone(zone)
    return not (local.second or local.microsecond or (local.hour * 60 + local.minute) % step_min)


def choose(
    slot: Slot, visit: Visit, people: Iterable[Person], pools: Iterable[Pool] = (), *, zone: ZoneInfo
) -> Choice:
    """Who of the free does it, and on which units.

    Fair share: whoever has the fewest busy minutes on the slot's local day, then the lowest id. Of each kind
    the free units with the lowest ids. Raises ValueError when the slot does not fit.
    """
    day = slot.start.astimezone(zone).date()
    today = Span(_midnight(zone, day), _midnight(zone, day + DAY))
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
    staff = min(free, key=lambda id: (_minutes(free[id].busy, today), id))
    return Choice(staff, tuple(units), taken)


def _slots(
    visit: Visit,
    people: Iterable[Person],
    pools: Iterable[Pool],
    *,
    window: Span,
    step_min: int,
    zone: ZoneInfo,
    not_before: datetime | None,
) -> Iterator[Slot]:
    start = max(window.start, not_before) if not_before else window.start
    if start >= window.end:
        return
    shared = _pool_ranges(visit, pools)
    if shared == []:
        return
    ranges = {person.id: _person_ranges(visit, person) for person in people}
    if shared is not None:
        ranges = {id: _both(each, shared) for id, each in ranges.items()}
    ranges = {id: each for id, each in sorted(ranges.items()) if each}
    if not ranges:
        return
    earliest = max(start, min(each[0][0] for each in ranges.values()))
    latest = min(window.end, max(each[-1][1] for each in ranges.values()) + MINUTE)
    length = visit.length
    for grid in _grid_days(earliest, latest, step_min, zone):
        free: dict[datetime, list[int]] = {}
        for id, each in ranges.items():
            for first, last in each:
                if first > grid[-1]:
                    break
                if last < grid[0]:
                    continue
                for instant in grid[bisect_left(grid, first) : bisect_right(grid, last)]:
                    free.setdefault(instant, []).append(id)
        for instant in sorted(free):
            if start <= instant < window.end:
                yield Slot(instant, instant + length, tuple(free[instant]))


def _person_ranges(visit: Visit, person: Person) -> list[Range]:
    """The starts at which the person works during the whole visit and is free for it with its buffers."""
    length = visit.length
    working = [(span.start, span.end - length) for span in merge(person.working)]
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


def _contains(ranges: list[Range], start: datetime) -> bool:
    return any(first <= start <= last for first, last in ranges)


def _minutes(busy: Iterable[Span], within: Span) -> float:
    return sum((end - start) / MINUTE for start, end in intersect(busy, [within]))


def _grid_days(start: datetime, end: datetime, step_min: int, zone: ZoneInfo) -> Iterator[list[datetime]]:
    """The grid's instants in order, a UTC day at a time, of every day that has one in [start, end)."""
    day, last = start.date(), end.date()
    while day <= last:
        if grid := _grid(zone, day, step_min):
            yield grid
        day += DAY


@lru_cache(maxsize=1024)
def _grid(zone: ZoneInfo, day: date, step_min: int) -> list[datetime]:
    """The instants of a UTC day at which the wall clock shows a multiple of `step_min` from midnight."""
    near = (
        instant for around in (day - DAY, day, day + DAY) for instant in _local_grid(zone, around, step_min)
    )
    return sorted(instant for instant in near if instant.date() == day)


@lru_cache(maxsize=1024)
def _local_grid(zone: ZoneInfo, day: date, step_min: int) -> frozenset[datetime]:
    found: set[datetime] = set()
    for minute in range(0, 24 * 60, step_min):
        local = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone)
        once, again = (local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
        if once <= again:  # in a gap fold=0 is the later (PEP 495): that time does not exist
            found |= {once, again}
    return frozenset(found)


@lru_cache(maxsize=1024)
def _midnight(zone: ZoneInfo, day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
