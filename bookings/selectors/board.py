"""The board of one outlet for one local day: people, then units, with what takes them and what is still free."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from bookings.models import Booking, BookingItem, GroupSession
from bookings.rules import states
from bookings.selectors.bookings import day_of
from bookings.selectors.open_time_rows import load_busy
from bookings.selectors.sessions import sessions_of
from bookings.selectors.sessions import taken as taken_seats
from bookings.selectors.working import WorkingHours
from common import clock
from common.spans import Span, merge, subtract
from providers.models import Outlet, Resource, StaffMember
from providers.rules.phases import read, worked
from providers.selectors.public import outlet_staff

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
# Without hours and visits a day still shows its middle.
USUAL = (9, 17)


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


@dataclass(slots=True)
class Column:
    """A person or a unit with the day's visits and group sessions; `off` is when a person does not work, `free` what
    can be sold from now on (people only)."""

    public_id: str
    name: str
    title: str = ""
    blocks: list[Block] = field(default_factory=list)
    sessions: list[SessionBlock] = field(default_factory=list)
    off: list[Span] = field(default_factory=list)
    free: list[Span] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Board:
    """The day from `span.start` to `span.end`, whole local hours around all there is to see."""

    span: Span
    people: list[Column]
    units: list[Column]
    count: int


def board_of(outlet: Outlet, day: date) -> Board:
    """What the board of `outlet` (with its zone) shows of a local `day`: about a dozen queries, however many visits."""
    zone, now = outlet.zone, clock.now()
    midnight = Span(
        datetime.combine(day, time(), tzinfo=zone).astimezone(UTC),
        datetime.combine(day + timedelta(days=1), time(), tzinfo=zone).astimezone(UTC),
    )
    booked = [one for one in day_of(outlet, day) if one.status != states.CANCELLED]
    # Whoever has a seat in a session is shown by the session.
    visits = [one for one in booked if not any(item.session_id for item in one.items.all())]
    sessions = list(sessions_of(outlet, midnight))
    staff = {person.pk: person for person in outlet_staff(outlet)}
    # Who works there no more still has visits today.
    staff |= {person.pk: person for one in visits for item in one.items.all() for person in item.people}
    staff |= {session.staff_id: session.staff for session in sessions}
    units = list(
        Resource.objects.filter(outlet=outlet, archived_at__isnull=True)
        .select_related("kind")
        .order_by("kind__name", "position", "name", "pk")
    )
    hours = WorkingHours(outlet.provider_id, [outlet], midnight)
    working = {pk: hours.of(outlet, pk) for pk in staff}
    shown = [Span(one.starts_at, one.ends_at) for one in visits]
    shown += [Span(session.starts_at, session.ends_at) for session in sessions]
    span = _around(shown, working, midnight)
    busy = load_busy(staff=list(staff), units=[], window=span)
    earliest = max(span.start, now.replace(second=0, microsecond=0))
    people = {
        pk: Column(
            person.public_id,
            person.name,
            person.title,
            off=subtract([span], working[pk]),
            free=subtract(
                [Span(max(each.start, earliest), each.end) for each in working[pk]], busy.staff.get(pk, ())
            ),
        )
        for pk, person in staff.items()
    }
    columns = {unit.pk: Column(unit.public_id, unit.name, unit.kind.name) for unit in units}
    for one in visits:
        for item in one.items.all():
            taken = [each.resource for each in item.allocations.all() if each.resource and each.live]
            names = [unit.name for unit in taken]
            for start, end in worked(read(item.phases), item.duration_min):
                at_it = Span(item.starts_at + start * MINUTE, item.starts_at + end * MINUTE)
                for person in item.people:
                    _put(people[person.pk], Block(one, item, names, at_it))
            for unit in taken:
                if unit.pk not in columns:
                    columns[unit.pk] = Column(unit.public_id, unit.name)
                _put(columns[unit.pk], Block(one, item, names, Span(item.starts_at, item.ends_at)))
    for session in sessions:
        used = [each.resource for each in session.allocations.all() if each.resource and each.live]
        span_of_it = Span(session.starts_at, session.ends_at)
        put = SessionBlock(session, taken_seats(session), [unit.name for unit in used], span_of_it)
        people[session.staff_id].sessions.append(put)
        for unit in used:
            if unit.pk not in columns:
                columns[unit.pk] = Column(unit.public_id, unit.name)
            columns[unit.pk].sessions.append(put)
    return Board(
        span=span,
        people=sorted(people.values(), key=lambda column: column.name),
        units=list(columns.values()),
        count=len([one for one in booked if one.status in states.LIVE]),
    )


def _put(column: Column, block: Block) -> None:
    """A visit that nobody came to makes room for who took its time."""
    if block.booking.status in states.LIVE:
        column.blocks = [one for one in column.blocks if not one.span.overlaps(block.span)] + [block]
    elif not any(one.span.overlaps(block.span) for one in column.blocks):
        column.blocks.append(block)


def _around(shown: list[Span], working: dict[int, list[Span]], midnight: Span) -> Span:
    """Whole hours around the day's work and visits; late ones reach into the next day."""
    seen = merge([each for spans in working.values() for each in spans] + shown)
    if not seen:
        return Span(midnight.start + USUAL[0] * HOUR, midnight.start + USUAL[1] * HOUR)
    start = midnight.start + (seen[0].start - midnight.start) // HOUR * HOUR
    end = midnight.start - (midnight.start - seen[-1].end) // HOUR * HOUR
    return Span(start, min(end, midnight.start + 30 * HOUR))


def first_column(board: Board, person: StaffMember | None) -> str:
    """The column that a member looks at first (public id): their own if they are on the board, else the first."""
    ids = [column.public_id for column in board.people]
    if person and person.public_id in ids:
        return person.public_id
    return ids[0] if ids else ""
