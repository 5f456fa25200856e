"""The board of an outlet: people and bays in columns on one axis of time, by day or week, live like the list."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.http import HttpResponse
from django.utils import timezone as django_timezone
from django.utils.translation import gettext as _

from bookings.models import Booking, BookingItem
from bookings.rules import states
from bookings.selectors.board import (
    Beside,
    Block,
    Board,
    Column,
    SessionBlock,
    boards_of,
    first_column,
)
from bookings.services import changes, core, lengths
from common import clock
from common.clock import rfc3339
from common.spans import Span, intersect, subtract
from frontend import statuses
from frontend.formats import pattern
from frontend.timeplan import parse_day
from frontend.views.provider_day import FARTHEST_DAYS, day_outlet
from frontend.views.provider_desk import Desk, at_desk
from frontend.views.provider_requests import at_the_desk

# A gap shorter than this is not worth lighting.
WORTH_MIN = 15
STEP_MIN = 5
WEEK = 7
# Whose week: everybody's, as lists.
ALL = "all"


@dataclass(frozen=True, slots=True)
class Placed:
    """Something on the board with the classes that place it: no style attribute is needed.

    `clashes`: its time is taken in a calendar of another program; `moves`: this member may drag it; `minutes` it is
    long here, `lasts` the whole service if that may be changed.
    """

    css: str
    kind: str
    span: Span
    block: Block | None = None
    session: SessionBlock | None = None
    beside: Beside | None = None
    word: str = ""
    icon: str = ""
    minutes: int = 0
    is_now: bool = False
    clashes: bool = False
    moves: bool = False
    lasts: int = 0

    @property
    def seen(self) -> str:
        """What a drop is compared with: has somebody changed it since?"""
        return lengths.version_of(self.block.booking) if self.block else ""

    @property
    def booked_from(self) -> str:
        """When the whole visit begins (RFC 3339)."""
        return rfc3339(self.block.booking.starts_at) if self.block else ""


@dataclass(frozen=True, slots=True)
class Lane:
    """A column as the page shows it, in order of time: of a person or unit `who` on a `day`."""

    who: str
    day: date
    name: str
    title: str
    parts: list[Placed]
    is_unit: bool
    chosen: bool
    visits: int
    start: str
    is_today: bool
    now_css: str

    @property
    def key(self) -> str:
        return f"{self.who}-{self.day.isoformat()}"

    @property
    def is_off(self) -> bool:
        """Whether nothing can be there all day: a person who does not work, or a day on which all is closed."""
        return bool(self.parts) and all(part.kind == "off" for part in self.parts)


@dataclass(frozen=True, slots=True)
class Line:
    """A visit or session in the list of a day of everybody's week; neither is what another calendar takes."""

    start: datetime
    end: datetime
    who: str
    booking: Booking | None = None
    item: BookingItem | None = None
    session: SessionBlock | None = None
    word: str = ""
    icon: str = ""
    tone: str = ""


@at_desk()
def board(desk: Desk, outlet_id: str) -> HttpResponse:
    """One local day, `?day=` or today, or the week of it for `?view=week`.

    `?who=` is the column that a phone shows, and whose week it is; `all` is everybody's.
    """
    outlet = day_outlet(desk, outlet_id)
    now = clock.now()
    today = django_timezone.localtime(now, outlet.zone).date()
    chosen = parse_day(desk.request.GET.get("day", "")) or today
    if abs((chosen - today).days) > FARTHEST_DAYS:
        chosen = today
    is_week = desk.request.GET.get("view") == "week"
    first = chosen - timedelta(days=chosen.weekday()) if is_week else chosen
    found = boards_of(outlet, first, days=WEEK if is_week else 1)
    columns = [(is_unit, one) for is_unit, each in _both(found) for one in each]
    who = desk.request.GET.get("who", "")
    if who not in {column.public_id for _is_unit, column in columns} | ({ALL} if is_week else set()):
        who = next((mine for each in found if (mine := first_column(each, desk.membership.staff))), "")
    span = found[0].span
    hours = int((span.end - span.start).total_seconds()) // 3600
    step = WEEK if is_week else 1
    if is_week:
        lanes = [
            _lane(desk, each, column, now=now, is_unit=is_unit, chosen=each.day == chosen, by_day=True)
            for each in found
            for is_unit, some in ((False, each.people), (True, each.units))
            for column in some
            if column.public_id == who
        ]
    else:
        lanes = [
            _lane(desk, found[0], column, now=now, is_unit=is_unit, chosen=column.public_id == who)
            for is_unit, column in columns
        ]
    return desk.render(
        "board",
        nav=f"board:{outlet.public_id}",
        outlet=outlet,
        zone=outlet.timezone,
        day=chosen,
        first=first,
        last=found[-1].day,
        is_week=is_week,
        is_today=any(each.day == today for each in found),
        is_past=found[-1].day < today,
        before=chosen - timedelta(days=step),
        after=chosen + timedelta(days=step),
        count=sum(each.count for each in found),
        who=who,
        everybody=who == ALL,
        hours=hours,
        # Dragged to such minutes of the hour.
        grid=min(outlet.slot_step_min, 15),
        marks=[{"at": span.start + timedelta(hours=hour), "css": f"at-h{hour}"} for hour in range(hours + 1)],
        now=now,
        now_css=next((css for each in found if (css := _now(each, now))), ""),
        whose=list(dict.fromkeys((column.public_id, column.name, is_unit) for is_unit, column in columns)),
        lanes=lanes,
        lists=[(each.day, each.day == today, list(_lines(each))) for each in found] if who == ALL else [],
    )


def _both(found: list[Board]) -> list[tuple[bool, list[Column]]]:
    """The columns of all days, people before units, each once and in order."""
    people = {column.public_id: column for each in found for column in each.people}
    units = {column.public_id: column for each in found for column in each.units}
    return [
        (False, sorted(people.values(), key=lambda column: column.name)),
        (True, list(units.values())),
    ]


def _now(found: Board, now: datetime) -> str:
    return _at(found, now) if found.span.start <= now < found.span.end else ""


def _lane(
    desk: Desk,
    found: Board,
    column: Column,
    *,
    now: datetime,
    is_unit: bool,
    chosen: bool,
    by_day: bool = False,
) -> Lane:
    may_add = desk.can_manage or (
        desk.membership.staff is not None and desk.membership.staff.public_id == column.public_id
    )
    parts = [_visit(desk, found, block) for block in column.blocks]
    parts += [_session(found, block, now) for block in column.sessions]
    if column.elsewhere:
        parts = [replace(each, clashes=bool(intersect([each.span], column.elsewhere))) for each in parts]
        booked = [each.span for each in parts] + [each.span for each in column.besides]
        parts += [
            Placed(_place(found, span), "elsewhere", span, minutes=_minutes(span))
            for span in subtract(column.elsewhere, booked)
        ]
    parts += [Placed(_place(found, span), "off", span) for span in column.off]
    for beside in column.besides:
        where = _place(found, beside.span)
        parts.append(Placed(where, beside.kind, beside.span, beside=beside, minutes=_minutes(beside.span)))
    takes = [each.span for each in column.besides if each.kind == "processing"]
    free = column.free if may_add else []
    # Who is free while something takes is shown as free beside it.
    for meanwhile, spans in ((False, subtract(free, takes)), (True, intersect(free, takes))):
        for span in spans:
            if _minutes(span) >= WORTH_MIN:
                parts.append(
                    Placed(
                        _place(found, span),
                        "meanwhile" if meanwhile else "free",
                        span,
                        minutes=_minutes(span),
                        is_now=span.start <= now,
                    )
                )
    return Lane(
        who=column.public_id,
        day=found.day,
        name=pattern(found.day, "short") if by_day else column.name,
        title="" if by_day else column.title,
        parts=sorted(parts, key=lambda part: part.span),
        is_unit=is_unit,
        chosen=chosen,
        visits=len({block.item.pk for block in column.blocks if block.booking.status in states.LIVE})
        + len(column.sessions),
        start=rfc3339(found.span.start),
        is_today=found.span.start <= now < found.span.end,
        now_css=_now(found, now),
    )


def _minutes(span: Span) -> int:
    return int((span.end - span.start).total_seconds()) // 60


def _visit(desk: Desk, found: Board, block: Block) -> Placed:
    booking = block.booking
    tone, word, icon = _looks(booking)
    moves = (
        at_the_desk(desk, booking).may_move()
        and changes.is_movable(booking, by_customer=False)
        and booking.cancel_asked_at is None
        and not booking.objection_open
        and core.is_open(booking)
    )
    return Placed(
        _place(found, block.span),
        f"visit block--{tone}",
        block.span,
        block=block,
        word=word,
        icon=icon,
        minutes=_minutes(block.span),
        moves=moves,
        lasts=block.item.duration_min
        if moves and lengths.has_length(booking) and block.span.end == block.item.ends_at
        else 0,
    )


def _session(found: Board, block: SessionBlock, now: datetime) -> Placed:
    return Placed(
        _place(found, block.span),
        f"visit block--{_session_tone(block, now)}",
        block.span,
        session=block,
        minutes=_minutes(block.span),
    )


def _session_tone(block: SessionBlock, now: datetime) -> str:
    if block.session.ends_at <= now:
        return "granite"
    return "baltic" if block.session.starts_at <= now else "spruce"


def _looks(booking: Booking) -> tuple[str, str, str]:
    """The tone, the word and the icon of where a visit is."""
    if booking.arrived_at is not None and booking.status == states.CONFIRMED:
        return "baltic", _("Here, not checked in"), "map-pin"
    seen = statuses.look(booking.status)
    return _tone(booking), str(seen.word), seen.icon


def _tone(booking: Booking) -> str:
    return {
        states.HELD: "lamp",
        states.REQUESTED: "lamp-line",
        states.CONFIRMED: "spruce",
        states.ON_THE_WAY: "baltic",
        states.CHECKED_IN: "baltic",
        states.STARTED: "baltic-full",
        states.COMPLETED: "granite",
        states.CLOSED: "line",
        states.NO_SHOW: "brick",
    }.get(booking.status, "granite")


def _lines(found: Board) -> Iterator[Line]:
    """Everybody's visits and sessions of a day, each once, and what is taken elsewhere, in order of time."""
    items: dict[int, Line] = {}
    for block in (block for column in found.people for block in column.blocks):
        item, booking = block.item, block.booking
        tone, word, icon = _looks(booking)
        items[item.pk] = Line(
            item.starts_at,
            item.ends_at,
            item.staff_names,
            booking=booking,
            item=item,
            word=word,
            icon=icon,
            tone=tone,
        )
    held = [
        Line(
            each.span.start,
            each.span.end,
            column.name,
            session=each,
            tone=_session_tone(each, clock.now()),
        )
        for column in found.people
        for each in column.sessions
    ]
    elsewhere = [
        Line(span.start, span.end, column.name) for column in found.people for span in column.elsewhere
    ]
    yield from sorted([*items.values(), *held, *elsewhere], key=lambda line: (line.start, line.end, line.who))


def _at(found: Board, instant: datetime) -> str:
    """The classes that say how far below the board's top an instant lies, in steps of five minutes."""
    minutes = int((instant - found.span.start).total_seconds()) // 60 // STEP_MIN * STEP_MIN
    return f"at-h{minutes // 60} at-m{minutes % 60}"


def _place(found: Board, span: Span) -> str:
    """The classes of a period: where it begins and how long it is, cut to the board."""
    first = max(0, min(_steps(found, span.start), _steps(found, found.span.end) - 1))
    last = max(_steps(found, min(span.end, found.span.end)), first + 1)
    minutes, length = first * STEP_MIN, (last - first) * STEP_MIN
    return f"at-h{minutes // 60} at-m{minutes % 60} for-h{length // 60} for-m{length % 60}"


def _steps(found: Board, instant: datetime) -> int:
    return int((instant - found.span.start).total_seconds()) // 60 // STEP_MIN
