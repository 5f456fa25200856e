"""The board of an outlet's day: columns of people and bays on one axis of time, live like the day's list."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpResponse
from django.utils import timezone as django_timezone
from django.utils.translation import gettext as _

from bookings.models import Booking
from bookings.rules import states
from bookings.selectors.board import Block, Board, Column, SessionBlock, board_of, first_column
from common import clock
from common.clock import rfc3339
from common.spans import Span
from frontend import statuses
from frontend.timeplan import parse_day
from frontend.views.provider_day import FARTHEST_DAYS, day_outlet
from frontend.views.provider_desk import Desk, at_desk

# A gap shorter than this is not worth lighting.
WORTH_MIN = 15
STEP_MIN = 5


@dataclass(frozen=True, slots=True)
class Placed:
    """Something on the board with the classes that place it: no style attribute is needed."""

    css: str
    kind: str
    span: Span
    block: Block | None = None
    session: SessionBlock | None = None
    word: str = ""
    icon: str = ""
    minutes: int = 0
    start: str = ""
    is_now: bool = False


@dataclass(frozen=True, slots=True)
class Lane:
    """A column as the page shows it, in order of time."""

    column: Column
    parts: list[Placed]
    is_unit: bool
    chosen: bool
    visits: int


@at_desk()
def board(desk: Desk, outlet_id: str) -> HttpResponse:
    """One local day, `?day=` or today; on a phone one column at a time, `?who=`."""
    outlet = day_outlet(desk, outlet_id)
    now = clock.now()
    today = django_timezone.localtime(now, outlet.zone).date()
    chosen = parse_day(desk.request.GET.get("day", "")) or today
    if abs((chosen - today).days) > FARTHEST_DAYS:
        chosen = today
    found = board_of(outlet, chosen)
    who = desk.request.GET.get("who", "")
    if who not in {column.public_id for column in [*found.people, *found.units]}:
        who = first_column(found, desk.membership.staff)
    hours = int((found.span.end - found.span.start).total_seconds()) // 3600
    return desk.render(
        "board",
        nav=f"board:{outlet.public_id}",
        outlet=outlet,
        zone=outlet.timezone,
        day=chosen,
        is_today=chosen == today,
        is_past=chosen < today,
        before=chosen - timedelta(days=1),
        after=chosen + timedelta(days=1),
        count=found.count,
        who=who,
        hours=hours,
        marks=[
            {"at": found.span.start + timedelta(hours=hour), "css": f"at-h{hour}"}
            for hour in range(hours + 1)
        ],
        now=now,
        now_css=_at(found, now) if found.span.start <= now < found.span.end else "",
        lanes=[
            _lane(desk, found, column, is_unit=is_unit, chosen=column.public_id == who)
            for is_unit, columns in ((False, found.people), (True, found.units))
            for column in columns
        ],
    )


def _lane(desk: Desk, found: Board, column: Column, *, is_unit: bool, chosen: bool) -> Lane:
    parts = [_visit(found, block) for block in column.blocks]
    parts += [_session(found, block) for block in column.sessions]
    parts += [Placed(_place(found, span), "off", span) for span in column.off]
    may_add = desk.can_manage or (
        desk.membership.staff is not None and desk.membership.staff.public_id == column.public_id
    )
    for span in column.free if may_add else []:
        minutes = _minutes(span)
        if minutes >= WORTH_MIN:
            parts.append(
                Placed(
                    _place(found, span),
                    "free",
                    span,
                    minutes=minutes,
                    start=rfc3339(span.start),
                    is_now=span.start <= clock.now(),
                )
            )
    return Lane(
        column,
        sorted(parts, key=lambda part: part.span),
        is_unit,
        chosen,
        len({block.item.pk for block in column.blocks if block.booking.status in states.LIVE})
        + len(column.sessions),
    )


def _minutes(span: Span) -> int:
    return int((span.end - span.start).total_seconds()) // 60


def _visit(found: Board, block: Block) -> Placed:
    is_here = block.booking.arrived_at is not None and block.booking.status == states.CONFIRMED
    seen = statuses.look(block.booking.status)
    return Placed(
        _place(found, block.span),
        f"visit block--{'baltic' if is_here else _tone(block.booking)}",
        block.span,
        block=block,
        word=_("Here, not checked in") if is_here else str(seen.word),
        icon="map-pin" if is_here else seen.icon,
        minutes=_minutes(block.span),
    )


def _session(found: Board, block: SessionBlock) -> Placed:
    begun = block.session.starts_at <= clock.now()
    tone = "granite" if block.session.ends_at <= clock.now() else "baltic" if begun else "spruce"
    return Placed(
        _place(found, block.span),
        f"visit block--{tone}",
        block.span,
        session=block,
        minutes=_minutes(block.span),
    )


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


def _at(found: Board, instant: datetime) -> str:
    """The classes that say how far below the board's top an instant lies, in steps of five minutes."""
    minutes = int((instant - found.span.start).total_seconds()) // 60 // STEP_MIN * STEP_MIN
    return f"at-h{minutes // 60} at-m{minutes % 60}"


def _place(found: Board, span: Span) -> str:
    """The classes of a period: where it begins and how long it is, cut to the board."""
    first = _steps(found, max(span.start, found.span.start))
    last = max(_steps(found, min(span.end, found.span.end)), first + 1)
    minutes, length = first * STEP_MIN, (last - first) * STEP_MIN
    return f"at-h{minutes // 60} at-m{minutes % 60} for-h{length // 60} for-m{length % 60}"


def _steps(found: Board, instant: datetime) -> int:
    return int((instant - found.span.start).total_seconds()) // 60 // STEP_MIN
