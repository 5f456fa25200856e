"""Weekly hours, date overrides, closures and time off."""

from datetime import date

from django.http import HttpRequest
from ninja import Query, Router, Status

from common.api import ERRORS, CursorPage, idempotent
from providers import presenters, schemas
from providers.api.given import Acknowledged, caller
from providers.enums import Role
from providers.models import Outlet, StaffMember
from providers.rules.hours import WeeklyRule
from providers.selectors import catalogue
from providers.selectors.access import (
    WRITE,
    access_closure,
    access_outlet,
    access_staff,
    access_time_off,
)
from providers.services import hours
from providers.services.affected import guarded

router = Router(tags=["provider"])


@router.get(
    "/provider/outlets/{outlet}/hours",
    response={200: schemas.WeekOut, **ERRORS},
    operation_id="get_hours",
)
def get_hours(
    request: HttpRequest, outlet: schemas.PublicId, staff: schemas.PublicId | None = None
) -> schemas.WeekOut:
    """The weekly hours of an outlet, or of one person there."""
    found = access_outlet(caller(request), outlet)
    return _week(found, _person(found, staff))


@router.put(
    "/provider/outlets/{outlet}/hours",
    response={200: schemas.WeekOut, **ERRORS},
    operation_id="replace_hours",
)
def replace_hours(
    request: HttpRequest, outlet: schemas.PublicId, body: schemas.WeekIn, acknowledge: Acknowledged = ""
) -> schemas.WeekOut:
    """Set all weekly hours at once."""
    principal = caller(request)
    found = access_outlet(principal, outlet, role=Role.MANAGER, scope=WRITE)
    person = _person(found, body.staff)
    rules = [
        WeeklyRule(rule.weekday, rule.opens, rule.closes, rule.valid_from, rule.valid_until, rule.every_weeks)
        for rule in body.rules
    ]
    with guarded(found.provider_id, acknowledged=acknowledge):
        hours.replace_week(outlet=found, staff=person, rules=rules, actor=principal.actor)
    return _week(found, person)


@router.get(
    "/provider/outlets/{outlet}/overrides",
    response={200: schemas.OverridesOut, **ERRORS},
    operation_id="list_overrides",
)
def list_overrides(
    request: HttpRequest, outlet: schemas.PublicId, staff: schemas.PublicId | None = None
) -> schemas.OverridesOut:
    """What holds on single dates from today on."""
    found = access_outlet(caller(request), outlet)
    return schemas.OverridesOut(items=presenters.overrides(catalogue.overrides(found, _person(found, staff))))


@router.put(
    "/provider/outlets/{outlet}/overrides/{on}",
    response={200: schemas.OverrideOut, **ERRORS},
    operation_id="set_override",
)
def set_override(
    request: HttpRequest,
    outlet: schemas.PublicId,
    on: date,
    body: schemas.OverrideIn,
    acknowledge: Acknowledged = "",
) -> schemas.OverrideOut:
    """Set what holds on one date; no periods: closed."""
    principal = caller(request)
    found = access_outlet(principal, outlet, role=Role.MANAGER, scope=WRITE)
    with guarded(found.provider_id, acknowledged=acknowledge):
        rows = hours.set_override(
            outlet=found,
            staff=_person(found, body.staff),
            on=on,
            periods=[(period.opens, period.closes) for period in body.periods],
            note=body.note,
            actor=principal.actor,
        )
    return presenters.overrides(rows)[0]


@router.delete(
    "/provider/outlets/{outlet}/overrides/{on}",
    response={204: None, **ERRORS},
    operation_id="clear_override",
)
def clear_override(
    request: HttpRequest,
    outlet: schemas.PublicId,
    on: date,
    staff: schemas.PublicId | None = None,
    acknowledge: Acknowledged = "",
) -> Status:
    """Let the weekly hours hold again on a date."""
    principal = caller(request)
    found = access_outlet(principal, outlet, role=Role.MANAGER, scope=WRITE)
    with guarded(found.provider_id, acknowledged=acknowledge):
        hours.clear_override(outlet=found, staff=_person(found, staff), on=on, actor=principal.actor)
    return Status(204, None)


@router.get(
    "/provider/outlets/{outlet}/closures",
    response={200: schemas.ClosuresOut, **ERRORS},
    operation_id="list_closures",
)
def list_closures(
    request: HttpRequest, outlet: schemas.PublicId, page: Query[CursorPage]
) -> schemas.ClosuresOut:
    """The closures that have not ended."""
    found = access_outlet(caller(request), outlet)
    rows, cursor = page.cut(catalogue.closures(found), of=f"closures:{outlet}")
    return schemas.ClosuresOut(items=[presenters.closure(row) for row in rows], next=cursor)


@router.post(
    "/provider/outlets/{outlet}/closures",
    response={201: schemas.ClosureOut, **ERRORS},
    operation_id="add_closure",
)
@idempotent
def add_closure(
    request: HttpRequest, outlet: schemas.PublicId, body: schemas.PeriodIn, acknowledge: Acknowledged = ""
) -> tuple[int, schemas.ClosureOut]:
    """Close an outlet for a period; bookings already made stay, once they were looked at."""
    principal = caller(request)
    found = access_outlet(principal, outlet, role=Role.MANAGER, scope=WRITE)
    with guarded(found.provider_id, acknowledged=acknowledge):
        made = hours.add_closure(
            outlet=found, start=body.start, end=body.end, reason=body.reason, actor=principal.actor
        )
    made.refresh_from_db(fields=["period"])
    return 201, presenters.closure(made)


@router.delete("/provider/closures/{closure}", response={204: None, **ERRORS}, operation_id="remove_closure")
def remove_closure(request: HttpRequest, closure: schemas.PublicId) -> Status:
    """Open the outlet again in that period."""
    principal = caller(request)
    found = access_closure(principal, closure, role=Role.MANAGER, scope=WRITE)
    hours.remove_closure(closure=found, actor=principal.actor)
    return Status(204, None)


@router.get(
    "/provider/staff/{staff}/time-off",
    response={200: schemas.TimeOffListOut, **ERRORS},
    operation_id="list_time_off",
)
def list_time_off(
    request: HttpRequest, staff: schemas.PublicId, page: Query[CursorPage]
) -> schemas.TimeOffListOut:
    """A person's time off that has not ended."""
    found = access_staff(caller(request), staff)
    rows, cursor = page.cut(catalogue.time_off(found.provider, found), of=f"time-off:{staff}")
    return schemas.TimeOffListOut(items=[presenters.time_off(row) for row in rows], next=cursor)


@router.post(
    "/provider/staff/{staff}/time-off",
    response={201: schemas.TimeOffOut, **ERRORS},
    operation_id="add_time_off",
)
@idempotent
def add_time_off(
    request: HttpRequest, staff: schemas.PublicId, body: schemas.PeriodIn, acknowledge: Acknowledged = ""
) -> tuple[int, schemas.TimeOffOut]:
    """A person works nowhere for a period; bookings already made stay, once they were looked at."""
    principal = caller(request)
    found = access_staff(principal, staff, role=Role.MANAGER, scope=WRITE)
    with guarded(found.provider_id, acknowledged=acknowledge):
        made = hours.add_time_off(
            staff=found, start=body.start, end=body.end, reason=body.reason, actor=principal.actor
        )
    made.refresh_from_db(fields=["period"])
    return 201, presenters.time_off(made)


@router.delete(
    "/provider/time-off/{time_off}", response={204: None, **ERRORS}, operation_id="remove_time_off"
)
def remove_time_off(request: HttpRequest, time_off: schemas.PublicId) -> Status:
    """The person works again in that period."""
    principal = caller(request)
    found = access_time_off(principal, time_off, role=Role.MANAGER, scope=WRITE)
    hours.remove_time_off(time_off=found, actor=principal.actor)
    return Status(204, None)


def _person(outlet: Outlet, staff: str | None) -> StaffMember | None:
    if staff is None:
        return None
    return catalogue.pick(StaffMember.objects.filter(provider_id=outlet.provider_id), [staff], field="staff")[
        0
    ]


def _week(outlet: Outlet, staff: StaffMember | None) -> schemas.WeekOut:
    rules = [presenters.rule(row) for row in catalogue.week(outlet, staff)]
    return schemas.WeekOut(timezone=outlet.timezone, rules=rules)
