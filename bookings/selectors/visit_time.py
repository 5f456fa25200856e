"""The open time of a visit, of one service or of several: who does what, on which units, from when.

The slot list of several services and the booking check of every visit use it; a list of one service needs nobody
chosen and asks `bookings.selectors.open_time` directly, which answers the same starts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bookings.rules.availability import Person, Slot, fits, slots, standing
from bookings.rules.several import Layout, Part, Visits
from bookings.selectors.open_time import ALTERNATIVES_AHEAD, ALTERNATIVES_BACK, Ask, OpenSlot, OpenTime, load
from common import clock
from common.spans import Span
from geo.routing import Absent

A_MINUTE = timedelta(minutes=1)
NEAREST_WITHIN = (timedelta(days=1), timedelta(days=4), timedelta(days=31))


@dataclass(frozen=True, slots=True)
class ItemAsk:
    """One service of a visit: for which guest (1, 2, …), and who should rather do it (primary keys, in order)."""

    ask: Ask
    guest: int = 1
    prefer_pks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class VisitAsk:
    """A visit to one outlet: its services, in the order in which each guest has them unless `any_order`."""

    items: tuple[ItemAsk, ...]
    any_order: bool = False


@dataclass(frozen=True, slots=True)
class SlotItem:
    """One service of a visit, laid out: when (without buffers) and by whom (public ids, who leads first)."""

    start: datetime
    end: datetime
    staff: list[str]


@dataclass(frozen=True, slots=True)
class VisitSlot(OpenSlot):
    """A start at which a visit fits: who does some of it, and each service in the order that was asked."""

    items: list[SlotItem]


class VisitTime:
    """When the visit fits within what was loaded. All services are of one outlet."""

    def __init__(self, ask: VisitAsk, times: Sequence[OpenTime]) -> None:
        self.ask = ask
        self.times = times
        self.outlet = times[0].outlet
        self.window = times[0].window
        wait = timedelta(minutes=self.outlet.max_wait_min)
        # From the first start to the last end, at most.
        self._reach = sum((time.visit.length + wait for time in times), timedelta())

    def layouts(self, window: Span | None = None) -> Iterator[Layout]:
        """The visit at each start that customers may choose in `window` (within what was loaded), in order."""
        visits, starts = self._candidates(window or self.window)
        for start in starts:
            if layout := visits.at(start):
                yield layout

    def nearest(self, start: datetime, limit: int = 3) -> list[Layout]:
        """The free visits nearest to a taken `start`, in order of time."""
        found: list[Layout] = []
        for reach in NEAREST_WITHIN:
            window = Span(max(self.window.start, start - reach), min(self.window.end, start + reach))
            visits, starts = self._candidates(window)
            starts.sort(key=lambda each: (abs(each - start), each))
            layouts = (layout for each in starts if each != start and (layout := visits.at(each)))
            found = [layout for layout, _ in zip(layouts, range(limit), strict=False)]
            if len(found) == limit:
                break
        return sorted(found, key=lambda layout: layout.start)

    def fits(self, start: datetime, *, by_staff: bool = False, agreed: bool = False) -> Layout | None:
        """The visit at `start`, or None when it is not free or not offered.

        Members of the provider (`by_staff`) may take any minute that is not taken: off the grid, without
        notice, and outside hours, of whom is off duty only where nobody on duty is free. One that was `agreed` before
        needs no notice any more, but hours.
        """
        found = self._at(start, is_choice=not (by_staff or agreed))
        return self._at(start, is_choice=False, any_hour=True) if found is None and by_staff else found

    def is_offered(self, start: datetime) -> bool:
        """Whether customers could take `start` if all were idle; else it never was for sale."""
        return self._at(start, is_choice=True, idle=True) is not None

    def any_day(self, window: Span) -> None:
        """Let any start in `window` be chosen: members are bound by neither notice nor booking window."""
        for time in self.times:
            time.any_day(window)

    def public(self, layout: Layout) -> VisitSlot:
        """The layout as people see it."""
        items = [
            SlotItem(put.start, put.end, [time.names[pk] for pk in put.team])
            for time, put in zip(self.times, layout.placed, strict=True)
        ]
        staff = list(dict.fromkeys(one for item in items for one in item.staff))
        return VisitSlot(layout.start, layout.end, staff, items)

    def parts(self, starts: Span, *, any_hour: bool = False, idle: bool = False) -> list[Part]:
        """The services as the engine reads them, with what bears on visits that begin in `starts`."""
        through = Span(starts.start, starts.end + (self._reach if len(self.times) > 1 else timedelta()))
        parts = []
        for item, time in zip(self.ask.items, self.times, strict=True):
            people = time.people(through, any_hour=any_hour)
            pools = time.pools
            if idle:
                people = [replace(person, busy=()) for person in people]
                pools = [replace(pool, units=dict.fromkeys(pool.units, ())) for pool in pools]
            parts.append(Part(time.visit, people, pools, item.guest))
        return parts

    def _candidates(self, window: Span) -> tuple[Visits, list[datetime]]:
        """The starts on the grid at which a first service fits by itself, in order."""
        starts = self.times[0].choosable(window)
        if starts.start >= starts.end:
            return self.laid_out([]), []
        visits = self.laid_out(self.parts(starts))
        found: set[datetime] = set()
        for at in visits.first_parts:
            part = visits.parts[at]
            on_grid: list[Slot] = slots(
                part.visit, part.people, part.pools, window=starts, grid=self.outlet.grid
            )
            found.update(slot.start for slot in on_grid)
        return visits, sorted(found)

    def _at(
        self, start: datetime, *, is_choice: bool, any_hour: bool = False, idle: bool = False
    ) -> Layout | None:
        if is_choice and not self.times[0].is_choosable(start):
            return None
        visits = self.laid_out(self.parts(Span(start, start), any_hour=any_hour, idle=idle))
        grid = self.outlet.grid if is_choice else None
        if idle and grid and grid.align == "previous":
            grid = None  # counted from the booking before, any start may have been for sale
        firsts = [visits.parts[at] for at in visits.first_parts]
        if not any(fits(part.visit, part.people, part.pools, start=start, grid=grid) for part in firsts):
            return None
        return visits.at(start)

    def laid_out(self, parts: Sequence[Part]) -> Visits:
        """Lays `parts` (the services of the visit, as `parts` answers them) out, by whom the outlet would choose."""

        def rank(at: int, person: Person, start: datetime) -> tuple[float, ...]:
            taken = self.times[at].visit.taken(start)
            prefer = self.ask.items[at].prefer_pks
            before = prefer.index(person.id) if person.id in prefer else len(prefer)
            place = standing(person, taken, zone=self.outlet.zone, strategy=self.outlet.staff_choice)
            return (float(before), *place)

        return Visits(
            parts,
            any_order=self.ask.any_order,
            max_wait=timedelta(minutes=self.outlet.max_wait_min),
            rank=rank,
        )


def visit_time(
    ask: VisitAsk, *, window: Span, besides_booking: int | None = None, absent: Absent = Absent.ESTIMATE
) -> VisitTime | None:
    """The open time of a visit for starts in `window`; None when a service is not sold there at all.

    `besides_booking` (primary key) is left out of what is busy: its own time is not in its way; `absent` as `load`
    takes it. Two statements, or three.
    """
    times = load(
        [item.ask for item in ask.items],
        window=window,
        besides_booking=besides_booking,
        together=len(ask.items) > 1,
        absent=absent,
    )
    found = [time for time in times if time]
    return VisitTime(ask, found) if len(found) == len(times) else None


def at_start(
    ask: VisitAsk,
    start: datetime,
    *,
    besides_booking: int | None = None,
    absent: Absent = Absent.ESTIMATE,
) -> VisitTime | None:
    """The same for one start."""
    return visit_time(
        ask, window=Span(start, start + A_MINUTE), besides_booking=besides_booking, absent=absent
    )


def alternatives(
    ask: VisitAsk, *, start: datetime, limit: int = 3, besides_booking: int | None = None
) -> list[Layout]:
    """The free visits nearest to a `start` that is taken, in order of time: a week back, two weeks ahead.

    `besides_booking` (primary key) is the one that is to be moved. Call it outside a transaction.
    """
    window = Span(max(clock.now(), start - ALTERNATIVES_BACK), start + ALTERNATIVES_AHEAD)
    found = visit_time(ask, window=window, besides_booking=besides_booking, absent=Absent.ASK)
    return found.nearest(start, limit) if found else []
