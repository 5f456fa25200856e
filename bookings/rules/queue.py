"""When whoever waits in a queue would be served: laid out one after the other, in the order in which they came.

The same engine that sells slots lays each out at the first start that what is open, less what those before them take,
leaves. So nobody who came later delays anybody who came earlier, and who waits for one person only keeps nobody from
going to another. It is done twice: as everything is planned, which is the earliest, and with all that is ahead taking
longer, which is the latest that is told.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bookings.rules.availability import MINUTE, Person, Pool, fits, slots
from bookings.rules.grid import Grid
from bookings.rules.several import Layout, Part, Visits, taken_of_people, taken_of_units
from common.spans import Span

# Told to five minutes: a minute would be false precision.
STEP_MIN = 5
# What takes longer than planned takes a quarter longer, and five minutes at least.
LONGER = 4
LEAST_LONGER = timedelta(minutes=5)
# Who is still at a visit that should be over needs some more minutes.
OVERDUE_SOON, OVERDUE_LATE = timedelta(minutes=5), timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One place in a queue: the parts of the visit it would become, and how these are laid out."""

    parts: tuple[Part, ...]
    lay_out: Callable[[Sequence[Part]], Visits]


@dataclass(frozen=True, slots=True)
class Estimate:
    """The earliest start, and the latest that is told; both are free now. `first` None: not before closing. `last`
    None: before closing only if all goes as planned. `free_now`: who could begin with them this minute, nobody before
    them being delayed."""

    first: Layout | None
    last: Layout | None
    free_now: tuple[int, ...] = ()


def estimates(
    waiting: Sequence[Waiting],
    *,
    now: datetime,
    until: datetime,
    grid: Grid,
    overdue: frozenset[int] = frozenset(),
) -> list[Estimate]:
    """When each would be served, in their order, from `now` (a whole minute) and starting before `until`.

    Starts lie on `grid`, or are `now`. `overdue` are people who are at something that should be over.
    """
    soonest = _line_up(waiting, now, until, grid, overdue, late=False)
    latest = _line_up(waiting, now, until, grid, overdue, late=True)
    return [_estimate(now, early, late) for early, late in zip(soonest, latest, strict=True)]


def _estimate(now: datetime, early: "_Put", late: "_Put") -> Estimate:
    first, last = early.layout, late.layout
    if first is None:
        return Estimate(None, None)
    if last is not None and last.start < first.start:
        last = first  # what takes longer ahead may let somebody else go before
    return Estimate(first, last, early.free if first.start == now else ())


@dataclass(frozen=True, slots=True)
class _Put:
    """Where one was put, and who is free for the beginning of it now."""

    layout: Layout | None
    free: tuple[int, ...]


def _line_up(
    waiting: Sequence[Waiting],
    now: datetime,
    until: datetime,
    grid: Grid,
    overdue: frozenset[int],
    *,
    late: bool,
) -> list[_Put]:
    """The layout of each in turn, none of which touches what those before them take."""
    taken: dict[tuple[str, int], list[Span]] = {}
    still = Span(now, now + (OVERDUE_LATE if late else OVERDUE_SOON))
    found: list[_Put] = []
    for each in waiting:
        parts = [_with_taken(part, taken, now, still, overdue, late) for part in each.parts]
        put = _first(each.lay_out(parts), now, until, grid)
        found.append(put)
        layout = put.layout
        if layout is None:
            continue
        visits = [part.visit for part in parts]
        for kind, theirs in (("person", taken_of_people), ("unit", taken_of_units)):
            for pk, spans in theirs(visits, layout).items():
                longer = [_longer(span) for span in spans] if late else spans
                taken.setdefault((kind, pk), []).extend(longer)
    return found


def _first(visits: Visits, now: datetime, until: datetime, grid: Grid) -> _Put:
    """The first layout at `now` or on the grid after it."""
    firsts = [visits.parts[at] for at in visits.first_parts]
    free = [slot for part in firsts if (slot := fits(part.visit, part.people, part.pools, start=now))]
    if free and (layout := visits.at(now)):
        return _Put(layout, free[0].staff)
    starts: set[datetime] = set()
    for part in firsts:
        window = Span(now + MINUTE, until)
        starts.update(
            slot.start for slot in slots(part.visit, part.people, part.pools, window=window, grid=grid)
        )
    for start in sorted(starts):
        if layout := visits.at(start):
            return _Put(layout, ())
    return _Put(None, ())


def _with_taken(
    part: Part,
    taken: dict[tuple[str, int], list[Span]],
    now: datetime,
    still: Span,
    overdue: frozenset[int],
    late: bool,
) -> Part:
    """The part with its people and units busy with what those before take; `late`: what goes on now takes longer."""

    def busy(kind: str, pk: int, own: Sequence[Span]) -> list[Span]:
        spans = [_longer(span) if late and span.start <= now < span.end else span for span in own]
        if kind == "person" and pk in overdue:
            spans.append(still)
        return spans + taken.get((kind, pk), [])

    people: list[Person] = [
        replace(person, busy=busy("person", person.id, person.busy)) for person in part.people
    ]
    pools: list[Pool] = [
        replace(pool, units={pk: busy("unit", pk, spans) for pk, spans in pool.units.items()})
        for pool in part.pools
    ]
    return replace(part, people=people, pools=pools)


def _longer(span: Span) -> Span:
    """A quarter longer, up to whole steps."""
    step = timedelta(minutes=STEP_MIN)
    more = max(LEAST_LONGER, -(-(span.end - span.start) // LONGER // step) * step)
    return Span(span.start, span.end + more)
