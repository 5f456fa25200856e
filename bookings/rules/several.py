"""Visits of several services: cut then colour, or two guests side by side, laid out with the least waiting.

A visit begins on the dot with a service of its first guest. Each further service of a guest begins as soon after the
one before it as somebody able and the units are free, at most `max_wait` later; the other guests wait for their first
from the visit's start. Services that may come in any order are tried in every order. The layout with the least
waiting, over all guests, is taken; of those the one that ends first, then the one found first: a guest's person goes
on with them if they can, else whom `rank` puts first.

Each service keeps its buffers towards other visits; within the visit they do not count. A person goes right on, and
may serve the second guest while the colour of the first takes. A service that several people do together is led by each
of them in turn, at the earliest at which enough others are free; the others are chosen as the first one is.

For one guest nothing is missed. With several, a bound on the steps (STEPS) and a choice of units by tightest fit may
miss a layout in a crowded hour; what is offered can be taken all the same, for the booking check lays out alike.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations, permutations, product

from bookings.rules.availability import (
    ALWAYS,
    Person,
    Pool,
    Visit,
    at_least,
    both,
    person_ranges,
    together,
    within,
    without,
)
from bookings.rules.grid import Range
from common.spans import Span, merge

NOTHING = timedelta(0)
# More services of one guest than these keep the order they were given in.
MOST_IN_ANY_ORDER = 4
STEPS = 200


@dataclass(frozen=True, slots=True)
class Part:
    """One service of a visit: what has to fit, who may do it, what it needs, and for which guest (1, 2, …)."""

    visit: Visit
    people: Sequence[Person]
    pools: Sequence[Pool] = ()
    guest: int = 1


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a part was put: its period without buffers, by whom (all who do it together, who leads it first), on which
    units (all kinds together)."""

    start: datetime
    end: datetime
    team: tuple[int, ...]
    units: tuple[int, ...]

    @property
    def staff(self) -> int:
        """Who does it, or leads those who do."""
        return self.team[0]


@dataclass(frozen=True, slots=True)
class Layout:
    """A visit, laid out: its parts in the order in which they were given, and how long its guests wait in all."""

    placed: tuple[Placed, ...]
    waiting: timedelta

    @property
    def start(self) -> datetime:
        return min(each.start for each in self.placed)

    @property
    def end(self) -> datetime:
        return max(each.end for each in self.placed)


class Visits:
    """Lays out visits of `parts`, at any start; what bears on all starts is worked out once.

    `rank` orders who is free for a part at a start, smaller first, when nothing else does; by default by their ids.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        *,
        any_order: bool = False,
        max_wait: timedelta = NOTHING,
        rank: Callable[[int, Person, datetime], tuple[float, ...]] = lambda at, person, start: (person.id,),
    ) -> None:
        self.parts = parts
        self.max_wait = max_wait
        self._rank = rank
        # For each part and unit, and each part and person, where they are free; the latter also with the units.
        self._units = [
            [
                {unit: without([ALWAYS], part.visit.whole, busy) for unit, busy in pool.units.items()}
                for pool in part.pools
            ]
            for part in parts
        ]
        self._own = [[person_ranges(part.visit, person) for person in part.people] for part in parts]
        self._free = [
            [self._with_units(ranges, part, self._units[at]) for ranges in self._own[at]]
            for at, part in enumerate(parts)
        ]
        self._orders = _orders(parts, any_order)
        self._is_shared = len({part.guest for part in parts}) > 1

    @property
    def first_parts(self) -> set[int]:
        """The places of the parts with which a visit may begin."""
        return {order[0] for order in self._orders}

    def at(self, start: datetime) -> Layout | None:
        """The layout of a visit that begins at exactly `start`, or None when there is none."""
        search = _Search(self, start)
        for order in self._orders:
            search.run(order)
        return search.best

    def candidates(
        self, at: int, since: datetime, latest: datetime, placed: Sequence[tuple[Part, Placed]]
    ) -> Iterator[Placed]:
        """Part `at` with each person (of a team: each as its lead) at their earliest from `since` to `latest` (both
        included), earliest first.

        What is `placed` of the visit already is not to be touched. The guest's last person and units come first.
        """
        part = self.parts[at]
        before = [put for other, put in placed if other.guest == part.guest]
        usual = before[-1] if before else None
        pools = self._pools(at, placed, since, latest)
        able: list[tuple[Person, list[Range]]] = []
        for person, own, free in zip(part.people, self._own[at], self._free[at], strict=True):
            ranges = free
            if pools is not None:
                ranges = self._with_units(_near(own, since, latest), part, pools)
            mine = merge(
                span for other, put in placed if person.id in put.team for span in _at_it(other, put)
            )
            if mine:
                ranges = _near(ranges, since, latest)
                for first, last in part.visit.at_it:
                    core = (timedelta(minutes=first), timedelta(minutes=last))
                    ranges = without(ranges, core, mine)
            able.append((person, ranges))
        found: list[tuple[datetime, bool, Person]] = []
        for person, ranges in self._leads(at, able):
            when = _first_in(ranges, since)
            if when is not None and when <= latest:
                found.append((when, usual is not None and person.id not in usual.team, person))
        if len(found) > 1:
            found.sort(key=lambda each: (each[0], each[1], self._rank(at, each[2], each[0])))
        units_of = self._units[at] if pools is None else pools
        for when, _, person in found:
            units = tuple(
                unit
                for pool, free_units in zip(part.pools, units_of, strict=True)
                for unit in _tightest(free_units, when, usual.units if usual else ())[: pool.quantity]
            )
            for team in self._teams(at, person, when, able, usual):
                yield Placed(when, when + part.visit.length, team, units)

    def _leads(self, at: int, able: list[tuple[Person, list[Range]]]) -> Sequence[tuple[Person, list[Range]]]:
        """Who may do part `at`, or lead it, with the starts at which they and enough others are free."""
        team = self.parts[at].visit.team
        if team == 1:
            return able
        enough = together(team, able)
        named = [each for each in able if each[0].must]
        return [(person, both(ranges, enough)) for person, ranges in named or able]

    def _teams(
        self,
        at: int,
        lead: Person,
        when: datetime,
        able: list[tuple[Person, list[Range]]],
        usual: Placed | None,
    ) -> Iterator[tuple[int, ...]]:
        """With whom `lead` does part `at` at `when`, the best first; a guest alone has no use for a second choice."""
        team = self.parts[at].visit.team
        if team == 1:
            yield (lead.id,)
            return
        others = [person for person, ranges in able if person is not lead and within(ranges, when)]
        others.sort(
            key=lambda person: (
                usual is not None and person.id not in usual.team,
                self._rank(at, person, when),
            )
        )
        named = [person.id for person in others if person.must]
        anyone = [person.id for person in others if not person.must]
        for some in combinations(anyone, max(0, team - 1 - len(named))):
            yield (lead.id, *named, *some)
            if not self._is_shared:
                return

    def _pools(
        self, at: int, placed: Sequence[tuple[Part, Placed]], since: datetime, latest: datetime
    ) -> list[dict[int, list[Range]]] | None:
        """Where each unit is free for part `at` around then, when the visit itself takes some of them; else None."""
        taken: dict[int, list[Span]] = {}
        for _, put in placed:
            for unit in put.units:
                if any(unit in units for units in self._units[at]):
                    taken.setdefault(unit, []).append(Span(put.start, put.end))
        if not taken:
            return None
        core = (NOTHING, self.parts[at].visit.length)
        return [
            {
                unit: without(_near(ranges, since, latest), core, taken.get(unit, ()))
                for unit, ranges in units.items()
            }
            for units in self._units[at]
        ]

    @staticmethod
    def _with_units(
        ranges: list[Range], part: Part, pools: Sequence[Mapping[int, list[Range]]]
    ) -> list[Range]:
        """The starts at which enough units of all kinds are free, too."""
        for pool, units in zip(part.pools, pools, strict=True):
            ranges = both(ranges, at_least(pool.quantity, list(units.values())))
        return ranges


class _Search:
    """A depth-first search over orders at one start; it keeps the best layout found within its steps."""

    def __init__(self, visits: Visits, start: datetime) -> None:
        self._visits = visits
        self._start = start
        self._steps = STEPS
        self.best: Layout | None = None

    def run(self, order: Sequence[int]) -> None:
        self._go(order, 0, [], NOTHING)

    def _go(
        self, order: Sequence[int], depth: int, placed: list[tuple[Part, Placed]], waited: timedelta
    ) -> None:
        if depth == len(order):
            by_place = dict(zip(order, (put for _, put in placed), strict=True))
            found = Layout(tuple(by_place[at] for at in sorted(by_place)), waited)
            if self.best is None or (waited, found.end) < (self.best.waiting, self.best.end):
                self.best = found
            return
        part = self._visits.parts[order[depth]]
        since = max((put.end for other, put in placed if other.guest == part.guest), default=self._start)
        latest = since + self._visits.max_wait if depth else since
        for put in self._visits.candidates(order[depth], since, latest, placed):
            more = waited + (put.start - since)
            # Without any waiting, every layout ends at the same time: the first one found stands.
            if self._steps <= 0 or (self.best and (more > self.best.waiting or not self.best.waiting)):
                return
            self._steps -= 1
            self._go(order, depth + 1, [*placed, (part, put)], more)


def taken_of_people(visits: Sequence[Visit], layout: Layout) -> dict[int, list[Span]]:
    """What a layout of these visits takes of each person, buffers included; what touches or overlaps is one period."""
    found: dict[int, list[Span]] = {}
    for visit, put in zip(visits, layout.placed, strict=True):
        for person in put.team:
            found.setdefault(person, []).extend(visit.worked(put.start))
    return {person: merge(spans) for person, spans in found.items()}


def taken_of_units(visits: Sequence[Visit], layout: Layout) -> dict[int, list[Span]]:
    """The same of each unit."""
    found: dict[int, list[Span]] = {}
    for visit, put in zip(visits, layout.placed, strict=True):
        for unit in put.units:
            found.setdefault(unit, []).append(visit.taken(put.start))
    return {unit: merge(spans) for unit, spans in found.items()}


def _orders(parts: Sequence[Part], any_order: bool) -> list[tuple[int, ...]]:
    """The orders to try, as places of parts: guest by guest, each guest's own in every order that is asked for."""
    guests: dict[int, list[int]] = {}
    for at, part in enumerate(parts):
        guests.setdefault(part.guest, []).append(at)
    each = [
        list(permutations(own)) if any_order and len(own) <= MOST_IN_ANY_ORDER else [tuple(own)]
        for _, own in sorted(guests.items())
    ]
    return [tuple(at for own in order for at in own) for order in product(*each)]


def _at_it(part: Part, put: Placed) -> list[Span]:
    """When the person of a placed part is at it, without buffers."""
    return [
        Span(put.start + timedelta(minutes=a), put.start + timedelta(minutes=b)) for a, b in part.visit.at_it
    ]


def _first_in(ranges: list[Range], since: datetime) -> datetime | None:
    """The first instant of the ranges that is not before `since`."""
    at = bisect_right(ranges, since, key=lambda each: each[0])
    if at and ranges[at - 1][1] >= since:
        return since
    return ranges[at][0] if at < len(ranges) else None


def _near(ranges: list[Range], since: datetime, latest: datetime) -> list[Range]:
    """Those of the ranges that have a start from `since` to `latest`."""
    first = max(0, bisect_right(ranges, since, key=lambda each: each[0]) - 1)
    return ranges[first : bisect_right(ranges, latest, key=lambda each: each[0])]


def _tightest(units: Mapping[int, list[Range]], when: datetime, usual: Sequence[int]) -> list[int]:
    """The units that are free at `when`: the usual ones first, then those that are soonest taken again, by id."""
    free = []
    for unit, ranges in units.items():
        at = bisect_right(ranges, when, key=lambda each: each[0])
        if at and ranges[at - 1][1] >= when:
            free.append((unit not in usual, ranges[at - 1][1], unit))
    return [unit for _, _, unit in sorted(free)]
