"""Group sessions, for the business that holds them. Customers find them among the slots."""

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import AwareDatetime

from accounts.principals import Principal
from bookings import schemas
from bookings.api.given import caller
from bookings.models import GroupSession
from bookings.presenters import present
from bookings.schemas import sessions as s
from bookings.selectors import sessions as selectors
from bookings.selectors.access import as_member
from bookings.selectors.open_time import checked_window
from bookings.services import sessions
from common.api import ERRORS, idempotent, idempotent_together
from providers.api.given import Acknowledged
from providers.enums import Role
from providers.selectors.access import access_outlet

router = Router(tags=["sessions"])


@router.get(
    "/outlets/{outlet}/sessions", response={200: s.SessionsOut, **ERRORS}, operation_id="list_sessions"
)
def list_sessions(
    request: HttpRequest,
    outlet: schemas.PublicId,
    from_: AwareDatetime = Query(..., alias="from"),
    to: AwareDatetime = Query(...),
) -> s.SessionsOut:
    """The sessions that start in [from, to), at most 62 days apart, without the cancelled ones."""
    found = access_outlet(caller(request, "bookings:read"), outlet, scope="bookings:read")
    rows = selectors.sessions_of(found, checked_window(from_, to))
    return s.SessionsOut(timezone=found.timezone, items=[session_out(row) for row in rows])


@router.post(
    "/outlets/{outlet}/sessions", response={201: s.SessionsOut, **ERRORS}, operation_id="add_sessions"
)
@idempotent_together
def add_sessions(
    request: HttpRequest, outlet: schemas.PublicId, body: s.SessionsIn
) -> tuple[int, s.SessionsOut]:
    """Put a session, a weekly row of them, or a course on the calendar; all dates or none."""
    principal = caller(request, "bookings:write")
    found = access_outlet(principal, outlet, role=Role.MANAGER, scope="bookings:write")
    made = sessions.add_sessions(outlet=found, actor=principal.actor, **body.dict())
    rows = selectors.these(made)
    return 201, s.SessionsOut(timezone=found.timezone, items=[session_out(row) for row in rows])


@router.get("/sessions/{session}", response={200: s.RosterOut, **ERRORS}, operation_id="get_session")
def get_session(request: HttpRequest, session: schemas.PublicId) -> s.RosterOut:
    """One session and who is in it."""
    principal = caller(request, "bookings:read")
    return _roster(principal, selectors.access_session(principal, session))


@router.post(
    "/sessions/{session}/seats", response={200: s.SessionOut, **ERRORS}, operation_id="change_session_seats"
)
@idempotent
def change_session_seats(
    request: HttpRequest, session: schemas.PublicId, body: s.SessionSeatsIn
) -> s.SessionOut:
    """More or fewer seats, but never fewer than are taken (409 `seats_sold`)."""
    found = _to_change(request, session)
    actor = caller(request, "bookings:write").actor
    sessions.change_capacity(session=found, capacity=body.capacity, actor=actor)
    return _again(request, session)


@router.post("/sessions/{session}/move", response={200: s.SessionOut, **ERRORS}, operation_id="move_session")
@idempotent
def move_session(
    request: HttpRequest, session: schemas.PublicId, body: s.SessionMoveIn, acknowledge: Acknowledged = ""
) -> s.SessionOut:
    """To another start, with its bookings, which are listed first and told."""
    found = _to_change(request, session)
    actor = caller(request, "bookings:write").actor
    sessions.move_session(session=found, start=body.start, actor=actor, acknowledged=acknowledge)
    return _again(request, session)


@router.post(
    "/sessions/{session}/cancel", response={200: s.SessionOut, **ERRORS}, operation_id="cancel_session"
)
@idempotent
def cancel_session(
    request: HttpRequest, session: schemas.PublicId, acknowledge: Acknowledged = ""
) -> s.SessionOut:
    """Off the calendar, of a course with all its coming dates. Its bookings are listed first, then cancelled at no
    cost to the customers."""
    found = _to_change(request, session)
    actor = caller(request, "bookings:write").actor
    sessions.cancel_session(session=found, actor=actor, acknowledged=acknowledge)
    return _again(request, session)


def session_out(row: GroupSession) -> s.SessionOut:
    """A session as selectors.sessions reads it."""
    return s.SessionOut(
        id=row.public_id,
        outlet=schemas.OutletRef(id=row.outlet.public_id, name=row.outlet.name),
        service=s.ServiceRef(id=row.service.public_id, name=row.service.name),
        staff=s.PersonRef(id=row.staff.public_id, name=row.staff.name),
        course=s.CourseRef(id=row.course.public_id, name=row.course.name) if row.course else None,
        start=row.starts_at,
        end=row.ends_at,
        capacity=row.capacity,
        seats_taken=selectors.taken(row),
        cancelled=row.cancelled_at is not None,
    )


def _to_change(request: HttpRequest, session: str) -> GroupSession:
    principal = caller(request, "bookings:write")
    return selectors.access_session(principal, session, role=Role.MANAGER, scope="bookings:write")


def _again(request: HttpRequest, session: str) -> s.SessionOut:
    principal = caller(request, "bookings:write")
    return session_out(selectors.access_session(principal, session, scope="bookings:write"))


def _roster(principal: Principal, session: GroupSession) -> s.RosterOut:
    seated = as_member(principal, session.outlet.provider_id, selectors.roster(session))
    return s.RosterOut(
        session=session_out(session),
        timezone=session.outlet.timezone,
        items=[
            s.SeatOut(seats=selectors.seats_in(access.booking, session), booking=present(access))
            for access in seated
        ],
    )
