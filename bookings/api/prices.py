"""The price of a visit while it takes place, and what is left to pay of it."""

from django.conf import settings
from django.http import HttpRequest
from ninja import Router

from bookings import schemas
from bookings.api.given import access_to, again, caller
from bookings.models import PriceChange
from bookings.presenters import price_change as present_change
from bookings.schemas import prices as price_schemas
from bookings.selectors.access import payer_for
from bookings.services import price_changes, rest
from common.api import ERRORS, idempotent, idempotent_together

router = Router(tags=["bookings"])


@router.post(
    "/bookings/{ref}/price-changes",
    response={201: schemas.PriceChangeOut, **ERRORS},
    operation_id="propose_price_change",
)
@idempotent_together
def propose(
    request: HttpRequest, ref: schemas.PublicId, body: price_schemas.PriceChangeIn
) -> tuple[int, schemas.PriceChangeOut]:
    """Staff add an item or another price: more waits for the customer (`open`), less counts at once."""
    access = access_to(request, ref)
    wish = price_changes.Wish(
        option=body.option or "",
        name=body.name,
        amount=body.amount,
        reason=body.reason,
        item=body.item,
        minutes=body.minutes,
    )
    return 201, _shown(price_changes.propose(access=access, wish=wish))


@router.post(
    "/bookings/{ref}/price-changes/{change}/approve",
    response={200: schemas.BookingOut, **ERRORS},
    operation_id="approve_price_change",
)
@idempotent
def approve(request: HttpRequest, ref: schemas.PublicId, change: schemas.PublicId) -> schemas.BookingOut:
    """The customer agrees: it is the price from now on, and what is not paid yet is due."""
    access = access_to(request, ref)
    price_changes.approve(access=access, change=change)
    return again(access)


@router.post(
    "/bookings/{ref}/price-changes/{change}/decline",
    response={200: schemas.BookingOut, **ERRORS},
    operation_id="decline_price_change",
)
@idempotent
def decline(request: HttpRequest, ref: schemas.PublicId, change: schemas.PublicId) -> schemas.BookingOut:
    """The customer does not agree: the price stays."""
    access = access_to(request, ref)
    price_changes.decline(access=access, change=change)
    return again(access)


@router.post(
    "/bookings/{ref}/price-changes/{change}/withdraw",
    response={200: schemas.BookingOut, **ERRORS},
    operation_id="withdraw_price_change",
)
@idempotent
def withdraw(request: HttpRequest, ref: schemas.PublicId, change: schemas.PublicId) -> schemas.BookingOut:
    """The business takes its proposal back."""
    access = access_to(request, ref)
    price_changes.withdraw(access=access, change=change)
    return again(access)


@router.post(
    "/bookings/{ref}/rest", response={200: schemas.PaymentOut, **ERRORS}, operation_id="pay_booking_rest"
)
@idempotent
def pay_rest(request: HttpRequest, ref: schemas.PublicId, body: price_schemas.RestIn) -> schemas.PaymentOut:
    """The customer pays what is left of an agreed visit online (follow `redirect_url`): `due_at_counter`."""
    result = rest.pay_rest(
        access=payer_for(caller(request, "bookings:write"), ref),
        amount=body.amount,
        method=body.method,
        return_url=f"{settings.SITE_URL}/b/{ref}",
    )
    return schemas.PaymentOut(status=result.status, redirect_url=result.redirect_url)


@router.post(
    "/bookings/{ref}/pay-link",
    response={201: price_schemas.PayLinkOut, **ERRORS},
    operation_id="show_pay_link",
)
@idempotent
def show_pay_link(request: HttpRequest, ref: schemas.PublicId) -> tuple[int, price_schemas.PayLinkOut]:
    """Staff show a square by which whoever scans it pays what is left. A new one ends the last."""
    return 201, price_schemas.PayLinkOut(url=rest.show_link(access=access_to(request, ref)))


def _shown(change: PriceChange) -> schemas.PriceChangeOut:
    change.refresh_from_db()
    return present_change(change)
