"""Open time: what can still be sold of an outlet's hours.

`open_time` loads many offerings at once, in two statements, and answers objects that run the engine. The slot
list, the search and the booking check (inside its transaction, under its locks) all use them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bookings.errors import OptionUnknown, SlotTaken, SpanTooLong
from bookings.rules.availability import (
    Person,
    Pool,
    Slot,
    Visit,
    first_slots,
    fits,
    slots,
)
from bookings.rules.windows import bookable
from bookings.selectors.open_time_rows import Busy, OfferingRows, StaffRows, load_busy, load_rules
from bookings.selectors.sessions import seats_left
from bookings.selectors.travel import LONGEST_WAY, Journeys, Traveller
from common import clock
from common.spans import Span
from geo.routing import Absent, Legs
from geo.rules.positions import Position
from providers.models import Offering, Resource, ServiceOption
from providers.rules.phases import Phase, lasting

DAY = timedelta(days=1)
LONGEST = timedelta(days=62)
# A local day when clocks go back, and a service of a day with twenty options of eight hours.
LONGEST_DAY, LONGEST_VISIT = timedelta(hours=25), timedelta(hours=24 + 20 * 8)
LONGEST_BUFFER = timedelta(hours=8)
# Hours are known from the local day before a start, less a buffer.
FURTHEST_BACK = 2 * LONGEST_DAY + LONGEST_BUFFER
# Free time is looked for this far back and ahead of a taken start.
ALTERNATIVES_BACK, ALTERNATIVES_AHEAD = timedelta(days=7), timedelta(days=14)
# Next slots are looked for a few days at a time: most outlets have some on the first.
CHUNKS = (1, 2, 4, 8, 16)


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked for: an offering (primary key), and where it differs from the catalogue.

    `staff_pks`: only these people, who are taken to be able; None means anyone able. `team` of them do it together,
    `with_pks` among them. Times are minutes. `where` a home visit goes; without it no ways are counted.
    """

    offering_pk: int
    duration_min: int | None = None
    buffer_before_min: int | None = None
    buffer_after_min: int | None = None
    staff_pks: tuple[int, ...] | None = None
    phases: tuple[Phase, ...] | None = None
    where: Position | None = None
    team: int | None = None
    with_pks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenSlot:
    """A slot for people: its end is without buffers, `staff` are public ids of who is free (of a team enough are)."""

    start: datetime
    end: datetime
    staff: list[str]


class OpenTime:
    """The open time of one offering within `window`: what was loaded is looked at, nothing else.

    `journeys` are the ways of those who come from or go on to another place; None when nobody does.
    """

    def __init__(
        self,
        ask: Ask,
        rows: OfferingRows,
        busy: Busy,
        *,
        window: Span,
        now: datetime,
        journeys: Journeys | None = None,
    ) -> None:
        outlet = rows.outlet
        self.zone: ZoneInfo = outlet.zone
        self.visit = visit_of(ask, rows)
        self.window = window
        self.not_before, self.not_after = bookable(
            now,
            zone=outlet.zone,
            notice_min=outlet.notice_min,
            window_days=outlet.window_days,
            window_until=outlet.window_until,
        )
        self.outlet = outlet
        self.is_group = rows.is_group
        self._sessions: list[Slot] | None = None
        self._busy = busy
        self._journeys = journeys
        self._staff = staff_of(ask, rows)
        self._with = ask.with_pks
        self.names = {staff.pk: staff.public_id for staff in self._staff}
        self._ids: dict[tuple[int, ...], list[str]] = {}
        self.pools = [
            Pool(kind, quantity, {pk: busy.units.get(pk, ()) for pk in units})
            for kind, quantity, units in rows.needs
        ]

    @property
    def able(self) -> set[str]:
        """Who may do it, free or not (public ids)."""
        return {staff.public_id for staff in self._staff}

    @property
    def counts_ways(self) -> bool:
        """Whether somebody comes from another place or goes on to one: then it is not hours and bookings alone."""
        return self._journeys is not None

    def any_day(self, window: Span) -> None:
        """Let any start in `window` be chosen: members are bound by neither notice nor booking window."""
        self.not_before, self.not_after = window

    def sell_sessions(self, sessions: list[Slot]) -> None:
        """Let these be what there is, in order, whatever else is free: seats are sold in them."""
        self._sessions = [slot for slot in sessions if set(slot.staff) <= self.names.keys()]

    def slots(self, window: Span | None = None) -> list[Slot]:
        """What customers may choose, with starts in `window` (within the one that was loaded)."""
        if self._sessions is not None:
            starts = self.choosable(window or self.window)
            return [slot for slot in self._sessions if starts.start <= slot.start < starts.end]
        return self._run(slots, window or self.window)

    def next_slots(self, limit: int, window: Span | None = None) -> list[Slot]:
        """The first `limit` of `slots`, without expanding more days than it takes."""
        window = window or self.window
        if self._sessions is not None:
            return self.slots(window)[:limit]
        found: list[Slot] = []
        start = max(window.start, self.not_before)
        for chunk in self._chunks(Span(start, window.end)):
            found += self._run(first_slots, chunk, limit=limit - len(found))
            if len(found) == limit:
                break
        return found

    def fits(self, start: datetime, *, by_staff: bool = False, agreed: bool = False) -> Slot | None:
        """The slot at `start`, or None when it is not free or not offered.

        Members of the provider (`by_staff`) may take any minute that is not taken: off the grid, without
        notice, and outside hours. One that was `agreed` before needs no notice any more, but hours.
        """
        if self._sessions is not None:
            return next((slot for slot in self._sessions if slot.start == start), None)
        free_choice = by_staff or agreed
        if not (free_choice or self.is_choosable(start)):
            return None
        people = self.people(Span(start, start), any_hour=by_staff)
        grid = None if free_choice else self.outlet.grid
        return fits(self.visit, people, self.pools, start=start, grid=grid)

    def public(self, slot: Slot) -> OpenSlot:
        """The slot as people see it."""
        return OpenSlot(slot.start, slot.end, self._public_ids(slot.staff))

    def _public_ids(self, staff: tuple[int, ...]) -> list[str]:
        """Of many slots in a row the same people are free: they share one list."""
        known = self._ids.get(staff)
        if known is None:
            known = self._ids[staff] = [self.names[pk] for pk in staff]
        return known

    def is_choosable(self, start: datetime) -> bool:
        """Whether customers may choose it now: after the notice, within the window."""
        return self.not_before <= start < self.not_after

    def choosable(self, window: Span) -> Span:
        """The part of `window` in which customers may choose a start; empty when there is none."""
        return Span(max(window.start, self.not_before), min(window.end, self.not_after))

    def _chunks(self, window: Span) -> Iterable[Span]:
        start, size = window.start, 0
        while start < window.end:
            end = min(window.end, start + CHUNKS[min(size, len(CHUNKS) - 1)] * DAY)
            yield Span(start, end)
            start, size = end, size + 1

    def _run(self, engine: Callable[..., list[Slot]], window: Span, **extra: int) -> list[Slot]:
        starts = self.choosable(window)
        if starts.start >= starts.end:
            return []
        return engine(
            self.visit,
            self.people(starts),
            self.pools,
            window=starts,
            grid=self.outlet.grid,
            not_before=self.not_before,
            **extra,
        )

    def people(self, starts: Span, *, any_hour: bool = False) -> list[Person]:
        """Who may do it, with their hours as far as they bear on these starts."""
        outlet = self.outlet
        busy: Mapping[int, Sequence[Span]] = self._busy.staff
        window = Span(
            min(outlet.grid.since(starts.start), self.visit.taken(starts.start).start),
            self.visit.taken(starts.end).end,
        )
        if any_hour:
            # Members may take any minute that is not taken: a way that is too long is theirs to see to.
            return [self._person(staff, [window], busy) for staff in self._staff]
        if self._journeys:
            busy = {**busy, **self._journeys.busy(window)}
        working = outlet.working(self._staff, window)
        return [self._person(staff, working[staff.pk], busy) for staff in self._staff]

    def _person(
        self, staff: StaffRows, working: Sequence[Span], busy: Mapping[int, Sequence[Span]]
    ) -> Person:
        return Person(staff.pk, working, busy.get(staff.pk, ()), staff.skills, staff.pk in self._with)


def open_time(
    asks: Sequence[Ask],
    *,
    window: Span,
    besides_booking: int | None = None,
    fair_share: bool = True,
    absent: Absent = Absent.ESTIMATE,
) -> dict[int, OpenTime]:
    """What may be chosen of these offerings, with starts in `window`, by offering (each once). Two statements, and two
    or three more when group services are among them: of those it is the sessions with seats left.

    As `load`; an unknown offering has no entry.
    """
    loaded = load(asks, window=window, besides_booking=besides_booking, fair_share=fair_share, absent=absent)
    found = {ask.offering_pk: each for ask, each in zip(asks, loaded, strict=True) if each}
    groups = [pk for pk, each in found.items() if each.is_group]
    for pk, sessions in (seats_left(groups, window=window) if groups else {}).items():
        starts = [(left.first, left.first.staff_id) for left in sessions]
        found[pk].sell_sessions([Slot(one.starts_at, one.ends_at, (staff,)) for one, staff in starts])
    return found


def load(
    asks: Sequence[Ask],
    *,
    window: Span,
    besides_booking: int | None = None,
    fair_share: bool = True,
    together: bool = False,
    absent: Absent = Absent.ESTIMATE,
) -> list[OpenTime | None]:
    """The open time of each ask for starts in `window`, in their order; None for an unknown offering.

    `besides_booking` (primary key) is left out of what is busy: its own time is not in its way. Lists, which
    choose nobody, need no `fair_share`: then the rest of the day is not loaded. What is asked for `together` is one
    visit: its later services may begin as late as those before them and the waits between them last.

    Ways between places are counted for those who make some, with one statement more when a routing server is used;
    `absent` says what to do about those that it was not asked for yet (geo.routing.Absent). Raises LegsMissing if so
    told.
    """
    window = Span(window.start, max(window.start, window.end))
    named = {pk for ask in asks for pk in ask.staff_pks or ()}
    rules_window = Span(window.start - FURTHEST_BACK, window.end + LONGEST_VISIT + LONGEST_BUFFER)
    rules = load_rules([ask.offering_pk for ask in asks], window=rules_window, staff=named)
    known = [(ask, rules[ask.offering_pk]) for ask in asks if ask.offering_pk in rules]
    staff = {staff.pk for ask, rows in known for staff in staff_of(ask, rows)}
    units = {pk for _, rows in known for _, _, pks in rows.needs for pk in pks}
    reaches = [_reach(visit_of(ask, rows)) for ask, rows in known]
    reach = max([*reaches, *[LONGEST_DAY] * fair_share], default=DAY)
    if together and known:
        wait = timedelta(minutes=known[0][1].outlet.max_wait_min)
        reach = max(reach, sum((each + wait for each in reaches), timedelta()))
    since = min([rows.outlet.grid.since(window.start) for _, rows in known], default=window.start)
    travellers = {
        staff.pk
        for ask, rows in known
        if where_of(ask, rows)
        for staff in staff_of(ask, rows)
        if staff.travels_by
    }
    if travellers:
        reach += LONGEST_WAY
    busy = load_busy(
        staff=staff,
        units=units,
        window=Span(since - reach, window.end + reach),
        besides_booking=besides_booking,
        travellers=travellers,
    )
    legs = Legs(absent, SlotTaken())
    journeys = {ask: _journeys(ask, rows, busy, legs) for ask, rows in known} if travellers else {}
    if legs.learns:
        legs.learn(trip for each in journeys.values() if each for trip in each.trips())
    now = clock.now()
    found: list[OpenTime | None] = []
    for ask in asks:
        rows = rules.get(ask.offering_pk)
        if rows is None:
            found.append(None)
            continue
        found.append(OpenTime(ask, rows, busy, window=window, now=now, journeys=journeys.get(ask)))
    return found


def unit_pks(offering: Offering) -> tuple[int, ...]:
    """Every resource unit (primary keys, in order) that a visit of this offering might take."""
    return tuple(
        Resource.objects.filter(
            outlet_id=offering.outlet_id,
            kind__in=offering.service.needs.values("kind"),
            archived_at__isnull=True,
        )
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def extra_minutes(service_pk: int, options: Sequence[str]) -> int:
    """What these options (public ids) add to a visit. Raises OptionUnknown."""
    wanted = set(options)
    if not wanted:
        return 0
    live = ServiceOption.objects.filter(service_id=service_pk, public_id__in=wanted, archived_at__isnull=True)
    found = dict(live.values_list("public_id", "extra_min"))
    if len(found) != len(wanted):
        raise OptionUnknown
    return sum(found.values())


def checked_window(start: datetime, end: datetime) -> Span:
    """The instants as a span in UTC. Raises SpanTooLong unless end follows start by at most 62 days."""
    try:
        window = Span(start.astimezone(UTC), end.astimezone(UTC))
    except OverflowError as error:
        raise SpanTooLong from error
    if not timedelta(0) < window.end - window.start <= LONGEST:
        raise SpanTooLong
    return window


def visit_of(ask: Ask, rows: OfferingRows) -> Visit:
    """What has to fit: the catalogue's visit, but for what the ask says."""
    catalogue = rows.visit

    def either(asked: int | None, usual: int) -> int:
        return usual if asked is None else asked

    duration_min = either(ask.duration_min, catalogue.duration_min)
    return Visit(
        duration_min,
        either(ask.buffer_before_min, catalogue.buffer_before_min),
        either(ask.buffer_after_min, catalogue.buffer_after_min),
        catalogue.buffers_in_hours,
        lasting(catalogue.phases if ask.phases is None else ask.phases, duration_min),
        either(ask.team, catalogue.team),
    )


def staff_of(ask: Ask, rows: OfferingRows) -> list[StaffRows]:
    """Who may do it: the asked people, or anyone able."""
    if ask.staff_pks is None:
        return rows.able
    return [staff for staff in rows.named if staff.pk in ask.staff_pks]


def where_of(ask: Ask, rows: OfferingRows) -> Position | None:
    """Where the visit takes place: at the outlet, or where the customer says; None when they did not yet."""
    return ask.where if rows.at_home else rows.outlet.point


def _journeys(ask: Ask, rows: OfferingRows, busy: Busy, legs: Legs) -> Journeys | None:
    """The ways of who might come to the visit from somewhere else, or go on; None when nobody does."""
    here = where_of(ask, rows)
    travellers = [
        Traveller(staff.pk, staff.travels_by, busy.placed[staff.pk])
        for staff in staff_of(ask, rows)
        if staff.travels_by and staff.pk in busy.placed
    ]
    return Journeys(here, travellers, legs, rows.outlet.zone) if here and travellers else None


def _reach(visit: Visit) -> timedelta:
    return timedelta(minutes=visit.duration_min + visit.buffer_before_min + visit.buffer_after_min)
