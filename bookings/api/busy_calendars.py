"""Calendars of other programs whose times take a person's open time: for the person and managers."""

from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Router
from ninja.files import UploadedFile

from bookings.api.given import caller
from bookings.errors import CalendarUnreadable
from bookings.models import BusyCalendar
from bookings.schemas import PublicId
from bookings.schemas import calendars as schemas
from bookings.selectors.busy_calendars import access_person, calendars_of, conflicts_of
from bookings.services import busy_calendars
from common.api import ERRORS, idempotent
from providers.selectors.access import READ, WRITE

router = Router(tags=["provider"])


@router.get(
    "/provider/staff/{staff}/busy-calendars",
    response={200: schemas.BusyCalendarsOut, **ERRORS},
    operation_id="list_busy_calendars",
)
def list_busy_calendars(request: HttpRequest, staff: PublicId) -> schemas.BusyCalendarsOut:
    """Whose times take the person's open time, and what was booked into them before. Addresses are not told."""
    person = access_person(caller(request, READ), staff)
    return schemas.BusyCalendarsOut(
        items=[_shown(each) for each in calendars_of(person)],
        conflicts=[
            schemas.ConflictOut(
                booking=each.ref or None, session=each.session or None, name=each.name, start=each.start
            )
            for each in conflicts_of(person)
        ],
    )


@router.post(
    "/provider/staff/{staff}/busy-calendars",
    response={201: schemas.BusyCalendarOut, **ERRORS},
    operation_id="subscribe_busy_calendar",
)
@idempotent
def subscribe(
    request: HttpRequest, staff: PublicId, body: schemas.BusyCalendarIn
) -> tuple[int, schemas.BusyCalendarOut]:
    """Follow a calendar's address: read in a moment, and every quarter of an hour."""
    made = busy_calendars.subscribe(
        principal=caller(request, WRITE), staff=staff, name=body.name, url=body.url
    )
    return 201, _shown(made)


@router.post(
    "/provider/staff/{staff}/busy-calendars/file",
    response={201: schemas.BusyCalendarOut, **ERRORS},
    operation_id="upload_busy_calendar",
)
@idempotent
def upload(
    request: HttpRequest,
    staff: PublicId,
    body: Form[schemas.BusyFileIn],
    file: File[UploadedFile | None] = None,
) -> tuple[int, schemas.BusyCalendarOut]:
    """A calendar file (.ics, up to 5 MB), read at once."""
    principal = caller(request, WRITE)
    access_person(principal, staff, scope=WRITE)
    if file is None:
        raise CalendarUnreadable(field="file")
    return 201, _shown(busy_calendars.add_file(principal=principal, staff=staff, name=body.name, file=file))


@router.post(
    "/provider/busy-calendars/{busy_calendar}/read",
    response={200: schemas.BusyCalendarOut, **ERRORS},
    operation_id="read_busy_calendar",
)
@idempotent
def read(request: HttpRequest, busy_calendar: PublicId) -> schemas.BusyCalendarOut:
    """Read it in a moment, not only when its time has come. Of a file: nothing."""
    return _shown(busy_calendars.ask_to_read(principal=caller(request, WRITE), calendar=busy_calendar))


@router.delete(
    "/provider/busy-calendars/{busy_calendar}",
    response={204: None, **ERRORS},
    operation_id="remove_busy_calendar",
)
def remove(request: HttpRequest, busy_calendar: PublicId) -> HttpResponse:
    """Its times take nothing any more."""
    busy_calendars.remove(principal=caller(request, WRITE), calendar=busy_calendar)
    return HttpResponse(status=204)


def _shown(found: BusyCalendar) -> schemas.BusyCalendarOut:
    return schemas.BusyCalendarOut(
        id=found.public_id,
        name=found.name,
        kind="address" if found.url else "file",
        read_at=found.read_at,
        events=found.events,
        skipped=found.skipped,
        unknown_zones=found.unknown_zones,
        failure=found.failure,
        failures=found.failures,
    )
