"""Slots, holds, and all that their customer does with them up to the visit."""

from typing import Annotated, Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from ninja import Query, Router
from pydantic import AwareDatetime, Field

from accounts.enums import ConsentSource
from bookings import schemas
from bookings.api.given import access_to, again, caller
from bookings.enums import Source
from bookings.presenters import present, present_event
from bookings.selectors import bookings as selectors
from bookings.selectors.access import Access, booking_for, day_list
from bookings.selectors.slots import ItemRequest, slots_for
from bookings.services import (
    changes,
    front_desk,
    holds,
    paying,
)
from bookings.services.served import Served, Vehicle
from bookings.slot_lists import slot_list
from common.api import ERRORS, CursorPage, idempotent, idempotent_together
from common.errors import InvalidInput
from common.network import network_address

router = Router(tags=["bookings"])
JSON = "application/json; charset=utf-8"


@router.get(
    "/services/{service}/slots", response={200: schemas.SlotsOut, **ERRORS}, operation_id="list_slots"
)
def list_slots(
    request: HttpRequest,
    service: schemas.PublicId,
    outlet: schemas.PublicId,
    from_: AwareDatetime = Query(..., alias="from"),
    to: AwareDatetime = Query(...),
    staff: schemas.PublicId | None = None,
    options: list[str] = Query(default_factory=list),
    seats: Annotated[int, Field(ge=1, le=1000)] | None = None,
) -> HttpResponse:
    """Free starts in [from, to), at most 62 days apart. `options` are repeated or comma-separated ids. Of a group
    service, the sessions with at least `seats` seats left."""
    found = slots_for(
        outlet=outlet,
        items=[ItemRequest(service, [part for value in options for part in value.split(",") if part], staff)],
        start=from_,
        end=to,
        seats=seats or 1,
    )
    return HttpResponse(slot_list(found), content_type=JSON)


@router.post("/slots", response={200: schemas.SlotsOut, **ERRORS}, operation_id="find_slots")
def find_slots(request: HttpRequest, body: schemas.SlotsIn) -> HttpResponse:
    """The same for a home address, which stays out of URLs, and for visits of several services.

    With the address of a home visit, its person's ways from the visit before and on to the next are counted. Of several
    services each start comes with the layout that waits least: who would do what, and when. Of a group service it is
    the sessions and courses with at least `seats` left.
    """
    where = None
    if body.address:
        address = holds.Address(**body.address.dict())
        where = holds.check_address(outlet=body.outlet, service=body.items[0].service, address=address)
    found = slots_for(
        outlet=body.outlet,
        items=[_request(item) for item in body.items],
        start=body.from_,
        end=body.to,
        any_order=body.any_order,
        seats=body.seats or 1,
        where=where,
    )
    return HttpResponse(slot_list(found, with_items=True), content_type=JSON)


def _options(access: Access, body: schemas.DetailsIn) -> dict[str, list[str]] | None:
    """The options of each item that changes, by its id. Raises InvalidInput."""
    if body.items is not None and body.options is not None:
        raise InvalidInput(errors=[{"field": "options", "message": "give either options or items"}])
    if body.items is not None:
        return {item.id: item.options for item in body.items}
    if body.options is not None:
        return {access.booking.items.all()[0].public_id: body.options}
    return None


def _request(item: schemas.ItemIn) -> ItemRequest:
    return ItemRequest(item.service, item.options, item.staff, item.guest)


@router.post("/bookings", response={201: schemas.BookingOut, **ERRORS}, operation_id="create_booking")
@idempotent_together  # a guest's token is in the answer only: it must not be lost with a killed process
def create_booking(request: HttpRequest, body: schemas.BookingIn) -> tuple[int, schemas.BookingOut]:
    """Hold a slot, or seats in a session. A guest gets a token; 409 `slot_taken` lists the nearest alternatives."""
    principal = caller(request, "bookings:write")
    if (body.service is None) == (body.items is None):
        raise InvalidInput(errors=[{"field": "service", "message": "give either service or items"}])
    items = body.items or [
        schemas.ItemIn(service=body.service or "", options=body.options, staff=body.staff, guest=1)
    ]
    held = holds.hold(
        principal=principal,
        outlet=body.outlet,
        items=[_request(item) for item in items],
        any_order=body.any_order,
        seats=body.seats or 1,
        session=body.session,
        start=body.start,
        address=holds.Address(**body.address.dict()) if body.address else None,
        contact=holds.Contact(**body.customer.dict()) if body.customer else None,
        source=Source.API,
        language=translation.get_language() or "en",
        network_address="" if principal.user else network_address(request.META),
    )
    return 201, present(booking_for(held.opened_by(principal), held.booking.ref), token=held.token)


@router.get("/bookings", response={200: schemas.BookingsOut, **ERRORS}, operation_id="list_bookings")
def list_bookings(request: HttpRequest, page: Query[CursorPage]) -> schemas.BookingsOut:
    """The signed-in user's own bookings, newest first."""
    principal = caller(request, "bookings:read")
    principal.require_user()
    rows, following = page.cut(selectors.bookings_of(principal), of="bookings", newest_first=True)
    return schemas.BookingsOut(
        items=[
            present(Access(booking=row, principal=principal, is_customer=True, role=None)) for row in rows
        ],
        next=following,
    )


@router.get(
    "/outlets/{outlet}/bookings",
    response={200: schemas.DayOut, **ERRORS},
    operation_id="list_outlet_bookings",
)
def list_outlet_bookings(request: HttpRequest, outlet: schemas.PublicId, day: schemas.Day) -> schemas.DayOut:
    """The visits that start on a local day of the outlet, in order: what a board fetches again when nudged."""
    found, visits_of_day = day_list(caller(request, "bookings:read"), outlet, day)
    return schemas.DayOut(timezone=found.timezone, items=[present(access) for access in visits_of_day])


@router.post(
    "/outlets/{outlet}/visits", response={201: schemas.BookingOut, **ERRORS}, operation_id="add_visit"
)
@idempotent_together
def add_visit(
    request: HttpRequest, outlet: schemas.PublicId, body: schemas.VisitIn
) -> tuple[int, schemas.BookingOut]:
    """Members book a walk-in or a call: confirmed at once, paid at the counter, any minute that is free."""
    principal = caller(request, "bookings:write")
    booking = front_desk.book_in(
        principal=principal,
        outlet=outlet,
        item=holds.ItemRequest(body.service, body.options, body.staff),
        start=body.start,
        contact=holds.Contact(**body.customer.dict()),
        source=Source(body.source),
        address=holds.Address(**body.address.dict()) if body.address else None,
        seats=body.seats,
    )
    return 201, present(booking_for(principal, booking.ref))


@router.get("/bookings/{ref}", response={200: schemas.BookingOut, **ERRORS}, operation_id="get_booking")
def get_booking(request: HttpRequest, ref: schemas.PublicId) -> schemas.BookingOut:
    return present(access_to(request, ref, "bookings:read"))


@router.get(
    "/bookings/{ref}/events", response={200: schemas.EventsOut, **ERRORS}, operation_id="list_booking_events"
)
def list_events(request: HttpRequest, ref: schemas.PublicId, after: int = 0) -> schemas.EventsOut:
    """What happened to the booking after event number `after`, in order."""
    access = access_to(request, ref, "bookings:read")
    return schemas.EventsOut(
        items=[present_event(event) for event in selectors.events_after(access.booking.ref, after)]
    )


@router.get(
    "/bookings/{ref}/preview", response={200: schemas.PreviewOut, **ERRORS}, operation_id="preview_change"
)
def preview_change(
    request: HttpRequest,
    ref: schemas.PublicId,
    action: Literal["cancel", "reschedule"],
    start: AwareDatetime | None = None,
) -> schemas.PreviewOut:
    """The exact amounts of cancelling or moving now; `version` goes along when it is done."""
    result = changes.preview(access=access_to(request, ref, "bookings:read"), action=action, start=start)
    return schemas.PreviewOut(
        refund=schemas.money(result.refund, result.currency),
        fee=schemas.money(result.fee, result.currency),
        version=result.version,
        back_at_shop=schemas.money(result.at_shop, result.currency) if result.at_shop else None,
        let_go=schemas.money(result.let_go, result.currency) if result.let_go else None,
        compensation=schemas.money(result.compensation, result.currency) if result.compensation else None,
    )


@router.post(
    "/bookings/{ref}/details", response={200: schemas.BookingOut, **ERRORS}, operation_id="fill_in_booking"
)
@idempotent
def fill_in(request: HttpRequest, ref: schemas.PublicId, body: schemas.DetailsIn) -> schemas.BookingOut:
    """While held: who books, the options, the address, whom it is for, the vehicle. What is left out stays."""
    access = access_to(request, ref)
    holds.details(
        access=access,
        contact=holds.Contact(**body.customer.dict()) if body.customer else None,
        options=_options(access, body),
        address=holds.Address(**body.address.dict()) if body.address else None,
        served=Served(**body.served.dict()) if body.served else None,
        vehicle=Vehicle(**body.vehicle.dict()) if body.vehicle else None,
        language=translation.get_language() or "en",
    )
    return again(access)


@router.post(
    "/bookings/{ref}/payments", response={200: schemas.PaymentOut, **ERRORS}, operation_id="pay_booking"
)
@idempotent
def pay(request: HttpRequest, ref: schemas.PublicId, body: schemas.PaymentIn) -> schemas.PaymentOut:
    """Pay online (follow `redirect_url`, if there is one: a kept card that pays at once has none, and one that is
    declined answers `failed`), or promise to pay at the counter, which confirms at once. What the policy
    asks `beforehand` is paid online, or held on a card (`on_card`); the counter alone is then refused (409
    `prepayment_needed`).

    Where the provider accepts bookings first (`accept_by`), either asks it: `requested`. A customer agrees to the terms
    and the notice in force by it (`/terms`, `/privacy`): show that beside the button.
    """
    access = access_to(request, ref)
    result = paying.pay(
        access=access,
        method=body.method,
        whole=body.whole,
        wallet=body.wallet,
        card=body.card or "",
        keep_card=body.keep_card,
        agreed=ConsentSource.API,
        return_url=f"{settings.SITE_URL}/b/{ref}",
    )
    return schemas.PaymentOut(status=result.status, redirect_url=result.redirect_url)


@router.post(
    "/bookings/{ref}/extend", response={200: schemas.BookingOut, **ERRORS}, operation_id="extend_hold"
)
@idempotent
def extend(request: HttpRequest, ref: schemas.PublicId) -> schemas.BookingOut:
    """Hold it once longer."""
    access = access_to(request, ref)
    holds.extend(access=access)
    return again(access)


@router.post(
    "/bookings/{ref}/cancel", response={200: schemas.BookingOut, **ERRORS}, operation_id="cancel_booking"
)
@idempotent
def cancel(request: HttpRequest, ref: schemas.PublicId, body: schemas.CancelIn) -> schemas.BookingOut:
    """Cancel under the agreed policy; `version` is the preview's (stale: 409 `policy_changed`)."""
    access = access_to(request, ref)
    changes.cancel(access=access, version=body.version, to_wallet=body.to_wallet)
    return again(access)


@router.post(
    "/bookings/{ref}/reschedule",
    response={200: schemas.BookingOut, **ERRORS},
    operation_id="reschedule_booking",
)
@idempotent
def reschedule(request: HttpRequest, ref: schemas.PublicId, body: schemas.RescheduleIn) -> schemas.BookingOut:
    """Move to another start; `version` is the preview's (stale: 409 `policy_changed`)."""
    access = access_to(request, ref)
    changes.reschedule(
        access=access,
        start=body.start,
        staff=body.staff,
        instead_of=body.instead_of,
        version=body.version,
    )
    return again(access)
