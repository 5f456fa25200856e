"""Waiting for something to become free. What is offered is a held booking: it is paid or cancelled as any."""

from django.http import HttpRequest
from django.utils.translation import get_language
from ninja import Router

from bookings import schemas
from bookings.api.given import caller
from bookings.enums import WaitState
from bookings.models import WaitEntry
from bookings.schemas import waitlist as s
from bookings.schemas.sessions import ServiceRef
from bookings.selectors import waitlist as selectors
from bookings.services import waitlist
from bookings.services.holders import Contact
from common.api import ERRORS, idempotent, idempotent_together

router = Router(tags=["waitlist"])


@router.post("/waitlist", response={201: s.WaitOut, **ERRORS}, operation_id="join_waitlist")
@idempotent_together
def join_waitlist(request: HttpRequest, body: s.WaitIn) -> tuple[int, s.WaitOut]:
    """Wait for a service at an outlet. Who waits for it already gets that entry, as it is asked for now."""
    wanted = body.dict()
    contact = wanted.pop("customer")
    entry = waitlist.join(
        principal=caller(request, "bookings:write"),
        contact=Contact(**contact) if contact else None,
        language=get_language() or "en",
        **wanted,
    )
    return 201, wait_out(selectors.told().get(pk=entry.pk))


@router.get("/waitlist", response={200: s.WaitsOut, **ERRORS}, operation_id="list_waits")
def list_waits(request: HttpRequest) -> s.WaitsOut:
    """What the signed-in user waits for, the oldest first."""
    principal = caller(request, "bookings:read")
    principal.require_user()
    return s.WaitsOut(items=[wait_out(entry) for entry in selectors.waits_of(principal)])


@router.get("/waitlist/{wait}", response={200: s.WaitOut, **ERRORS}, operation_id="get_wait")
def get_wait(request: HttpRequest, wait: schemas.PublicId) -> s.WaitOut:
    """One entry: which one they are, what was offered, and why others came before."""
    access = selectors.wait_for(caller(request, "bookings:read"), wait)
    return wait_out(access.entry, named=access.is_staff)


@router.post("/waitlist/{wait}/leave", response={200: s.WaitOut, **ERRORS}, operation_id="leave_waitlist")
@idempotent
def leave_waitlist(request: HttpRequest, wait: schemas.PublicId) -> s.WaitOut:
    """Wait no more. A time that is held just now stays so until it is answered or its minutes are over."""
    access = selectors.wait_for(caller(request, "bookings:write"), wait)
    waitlist.leave(access=access)
    return wait_out(selectors.told().get(pk=access.entry.pk), named=access.is_staff)


@router.get(
    "/outlets/{outlet}/waitlist", response={200: s.WaitsOut, **ERRORS}, operation_id="list_outlet_waits"
)
def list_outlet_waits(request: HttpRequest, outlet: schemas.PublicId) -> s.WaitsOut:
    """Who waits at an outlet, in the order in which they are asked."""
    _found, entries = selectors.list_of(caller(request, "bookings:read"), outlet)
    return s.WaitsOut(items=[wait_out(entry, named=True) for entry in entries])


def wait_out(entry: WaitEntry, *, named: bool = False) -> s.WaitOut:
    """An entry as selectors.waitlist.told reads it; `named` with the customer's name."""
    waits = entry.state == WaitState.WAITING
    return s.WaitOut(
        id=entry.public_id,
        outlet=schemas.OutletRef(id=entry.outlet.public_id, name=entry.outlet.name),
        service=ServiceRef(id=entry.service.public_id, name=entry.service.name),
        staff=schemas.PersonRef(id=entry.staff.public_id, name=entry.staff.name) if entry.staff else None,
        seats=entry.seats,
        first_day=entry.first_day,
        last_day=entry.last_day,
        from_time=entry.from_time,
        until_time=entry.until_time,
        state=entry.state,
        place=entry.place if waits else None,  # type: ignore[attr-defined]  # annotated by told()
        offers=[
            s.OfferOut(
                booking=offer.booking.ref,
                start=offer.starts_at,
                state=offer.state,
                until=offer.booking.hold_expires_at if offer.state == "open" else None,
            )
            for offer in entry.offers.all()
        ],
        passed_over=[
            s.PassOut(start=each.offer.starts_at, reason=each.reason) for each in entry.passes.all()
        ],
        customer_name=entry.customer.name if named else None,
    )
