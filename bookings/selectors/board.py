"""The board of an outlet by local days: people, then units, with what takes them, lies beside it, and is free."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from bookings.models import Allocation, Booking, BookingItem, GroupSession
from bookings.rules import states
from bookings.selectors.bookings import days_of
from bookings.selectors.busy_calendars import taken_elsewhere
from bookings.selectors.day_ways import WayThere, ways_there
from bookings.selectors.open_time_rows import Busy, load_busy
from bookings.selectors.sessions import sessions_of
from bookings.selectors.sessions import taken as taken_seats
from bookings.selectors.working import WorkingHours
from common import clock
from common.spans import Span, intersect, merge, subtract
from providers.models import Outlet, Resource, StaffMember
from providers.rules.phases import read, worked
from providers.selectors.public import outlet_staff

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# Without hours and visits a day still shows its middle, in hours from its midnight.
USUAL = (9, 17)
# Late visits reach into the next day, at most to here.
LATEST = 30


@dataclass(frozen=True, slots=True)
class Block:
    """One service of a visit in one column, without buffers: of a person only while they are at it, of a unit from its
    start to its end."""

    booking: Booking
    item: BookingItem
    units: list[str]
    span: Span


@dataclass(frozen=True, slots=True)
class SessionBlock:
    """One group session in one column, however many are in it; `taken` counts the seats."""

    session: GroupSession
    taken: int
    units: list[str]
    span: Span


@dataclass(frozen=True, slots=True)
class Beside:
    """What belongs to a visit but is no service in this column: a `buffer`, the `way` to it, or a phase that is
    `processing`, in which the unit is taken and the person is free."""

    kind: Literal["buffer", "way", "processing"]
    span: Span
    booking: Booking | None = None
    way: WayThere | None = None


@dataclass(slots=True)
class Column:
    """A person or a unit with the day's visits and group sessions; `off` is when a person does not work,
    `elsewhere` what calendars of other programs take, booked or not, and `free` what can be sold from now on (people
    only)."""

    public_id: str
    name: str
    title: str = ""
    blocks: list[Block] = field(default_factory=list)
    sessions: list[SessionBlock] = field(default_factory=list)
    besides: list[Beside] = field(default_factory=list)
    off: list[Span] = field(default_factory=list)
    elsewhere: list[Span] = field(default_factory=list)
    free: list[Span] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Board:
    """A day from `span.start` to `span.end`, whole local hours around all there is to see."""

    day: date
    span: Span
    people: list[Column]
    units: list[Column]
    count: int


def board_of(outlet: Outlet, day: date) -> Board:
    """What the board of `outlet` (with its zone) shows of a local `day`: about sixteen queries, however many visits."""
    [board] = boards_of(outlet, day, days=1)
    return board


def boards_of(outlet: Outlet, first: date, *, days: int) -> list[Board]:
    """The same for some days in a row, from the local day `first`; all begin and end at the same hours of the clock.

    As many queries as for one day.
    """
    around = Span(_midnight(outlet, first), _midnight(outlet, first + days * DAY))
    booked = [one for one in days_of(outlet, first, days) if one.status != states.CANCELLED]
    # Whoever has a seat in a session is shown by the session.
    visits = [one for one in booked if not any(item.session_id for item in one.items.all())]
    sessions = list(sessions_of(outlet, around))
    staff = {person.pk: person for person in outlet_staff(outlet)}
    # Who works there no more still has visits today.
    staff |= {person.pk: person for one in visits for item in one.items.all() for person in item.people}
    staff |= {session.staff_id: session.staff for session in sessions}
    hours = WorkingHours(outlet.provider_id, [outlet], around)
    working = {pk: hours.of(outlet, pk) for pk in staff}
    shown = [Span(one.starts_at, one.ends_at) for one in visits]
    shown += [Span(session.starts_at, session.ends_at) for session in sessions]
    worked = merge([each for spans in working.values() for each in spans])
    opens, closes = _frame(outlet, worked, shown, [first + day * DAY for day in range(days)])
    # The last day may reach beyond its midnight.
    window = Span(around.start, around.end + DAY)
    busy = load_busy(staff=list(staff), units=[], window=window)
    loaded = _Loaded(
        outlet,
        staff,
        working,
        list(
            Resource.objects.filter(outlet=outlet, archived_at__isnull=True)
            .select_related("kind")
            .order_by("kind__name", "position", "name", "pk")
        ),
        busy,
        taken_elsewhere(staff, window),
        ways_there(outlet, visits),
    )
    boards = []
    for day in (first + n * DAY for n in range(days)):
        start = _at(outlet, day, opens)
        of_day = Span(_midnight(outlet, day), _midnight(outlet, day + DAY))
        boards.append(
            loaded.board(
                day,
                Span(start, start + (closes - opens) * HOUR),
                [one for one in visits if of_day.start <= one.starts_at < of_day.end],
                [one for one in sessions if of_day.start <= one.starts_at < of_day.end],
                count=len(
                    [
                        one
                        for one in booked
                        if one.status in states.LIVE and of_day.start <= one.starts_at < of_day.end
                    ]
                ),
            )
        )
    return boards


@dataclass(frozen=True, slots=True)
class _Loaded:
    """What all days of a board have in common."""

    outlet: Outlet
    staff: dict[int, StaffMember]
    working: dict[int, list[Span]]
    units: list[Resource]
    busy: Busy
    elsewhere: dict[int, list[Span]]
    ways: dict[str, WayThere]

    def board(
        self,
        day: date,
        span: Span,
        visits: Sequence[Booking],
        sessions: Sequence[GroupSession],
        *,
        count: int,
    ) -> Board:
        people = {pk: self._person(pk, person, span) for pk, person in self.staff.items()}
        columns = {unit.pk: Column(unit.public_id, unit.name, unit.kind.name) for unit in self.units}
        for one in visits:
            self._put_visit(one, people, columns)
        for session in sessions:
            _put_session(session, people[session.staff_id], columns)
        for column in people.values():
            ways = [each.span for each in column.besides if each.kind == "way"]
            column.free = subtract(column.free, ways)
        return Board(
            day=day,
            span=span,
            people=sorted(people.values(), key=lambda column: column.name),
            units=list(columns.values()),
            count=count,
        )

    def _person(self, pk: int, person: StaffMember, span: Span) -> Column:
        earliest = max(span.start, clock.now().replace(second=0, microsecond=0))
        open_to = [Span(max(each.start, earliest), min(each.end, span.end)) for each in self.working[pk]]
        return Column(
            person.public_id,
            person.name,
            person.title,
            off=subtract([span], self.working[pk]),
            elsewhere=intersect(self.elsewhere.get(pk, []), [span]),
            free=subtract(open_to, self.busy.staff.get(pk, ())),
        )

    def _put_visit(self, one: Booking, people: dict[int, Column], units: dict[int, Column]) -> None:
        taken: dict[tuple[str, int], list[Span]] = {}
        for item in one.items.all():
            rows = [each for each in item.allocations.all() if each.live]
            used = [each.resource for each in rows if each.resource]
            names = [unit.name for unit in used]
            whole = Span(item.starts_at, item.ends_at)
            at_it = [
                Span(item.starts_at + start * MINUTE, item.starts_at + end * MINUTE)
                for start, end in worked(read(item.phases), item.duration_min)
            ]
            for person in item.people:
                for span in at_it:
                    _put(people[person.pk], Block(one, item, names, span))
                if one.status in states.LIVE:
                    people[person.pk].besides += [
                        Beside("processing", span, one) for span in subtract([whole], at_it)
                    ]
            for unit in used:
                if unit.pk not in units:
                    units[unit.pk] = Column(unit.public_id, unit.name)
                _put(units[unit.pk], Block(one, item, names, whole))
            for key, span in _periods(rows):
                taken.setdefault(key, []).append(span)
        items = [Span(item.starts_at, item.ends_at) for item in one.items.all()]
        for (kind, pk), spans in taken.items():
            column = (people if kind == "person" else units)[pk]
            column.besides += [Beside("buffer", span, one) for span in subtract(spans, items)]
        way = self.ways.get(one.ref)
        if way and way.staff in people:
            before = Span(way.until - way.minutes * MINUTE, way.until)
            people[way.staff].besides.append(Beside("way", before, one, way))


def _put_session(session: GroupSession, person: Column, units: dict[int, Column]) -> None:
    rows = [each for each in session.allocations.all() if each.live]
    used = [each.resource for each in rows if each.resource]
    span = Span(session.starts_at, session.ends_at)
    put = SessionBlock(session, taken_seats(session), [unit.name for unit in used], span)
    person.sessions.append(put)
    for unit in used:
        if unit.pk not in units:
            units[unit.pk] = Column(unit.public_id, unit.name)
        units[unit.pk].sessions.append(put)
    for (kind, pk), period in _periods(rows):
        column = person if kind == "person" else units[pk]
        column.besides += [Beside("buffer", rest) for rest in subtract([period], [span])]


def _periods(rows: Iterable[Allocation]) -> Iterable[tuple[tuple[str, int], Span]]:
    """Whom each row takes, and when, buffers included."""
    for row in rows:
        whom = ("person", row.staff_id) if row.staff_id else ("unit", row.resource_id)
        yield whom, Span(row.period.lower.astimezone(UTC), row.period.upper.astimezone(UTC))  # type: ignore[misc]


def _put(column: Column, block: Block) -> None:
    """A visit that nobody came to makes room for who took its time."""
    if block.booking.status in states.LIVE:
        column.blocks = [one for one in column.blocks if not one.span.overlaps(block.span)] + [block]
    elif not any(one.span.overlaps(block.span) for one in column.blocks):
        column.blocks.append(block)


def _midnight(outlet: Outlet, day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=outlet.zone).astimezone(UTC)


def _at(outlet: Outlet, day: date, hour: int) -> datetime:
    """That hour of the clock of a local day, which counts on beyond 24."""
    local = datetime.combine(day + hour // 24 * DAY, time(hour % 24), tzinfo=outlet.zone)
    return local.astimezone(UTC)


def _frame(
    outlet: Outlet, worked: Sequence[Span], shown: Sequence[Span], days: Sequence[date]
) -> tuple[int, int]:
    """The whole hours around what there is to see of these days, counted from each one's midnight.

    Work that goes on through the night ends with the day: the next day's column goes on with it.
    """
    opens, closes = [], []
    for day in days:
        start, end = _midnight(outlet, day), _midnight(outlet, day + DAY)
        for spans, farthest in ((worked, 24), (shown, LATEST)):
            for span in spans:
                if span.end <= start or end <= span.start:
                    continue
                opens.append(max(span.start, start).astimezone(outlet.zone).hour)
                last = span.end.astimezone(outlet.zone)
                hour = (last.date() - day).days * 24 + last.hour + (1 if last.minute or last.second else 0)
                closes.append(hour if hour <= LATEST else farthest)
    if not opens:
        return USUAL
    return min(opens), max(*closes, min(opens) + 1)


def first_column(board: Board, person: StaffMember | None) -> str:
    """The column that a member looks at first (public id): their own if they are on the board, else the first."""
    ids = [column.public_id for column in board.people]
    if person and person.public_id in ids:
        return person.public_id
    return ids[0] if ids else ""
