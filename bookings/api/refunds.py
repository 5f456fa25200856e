"""Money that people give back after a visit."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from bookings.api.given import access_to, caller
from bookings.models import RefundRequest
from bookings.schemas import PublicId, money
from bookings.schemas import prices as schemas
from bookings.services import refunds
from common.api import ERRORS, idempotent
from common.errors import NotFound

router = Router(tags=["bookings"])


@router.get(
    "/bookings/{ref}/refund-preview",
    response={200: schemas.RefundPreviewOut, **ERRORS},
    operation_id="preview_refund",
)
def preview_refund(
    request: HttpRequest,
    ref: PublicId,
    amount: Annotated[int, Field(ge=0, le=10**12)] = 0,
    items: list[str] = Query(default_factory=list),
) -> schemas.RefundPreviewOut:
    """For managers and operators: what giving back `amount` minor units, or `items` (ids, repeated), would mean now. Of
    neither, all."""
    found = refunds.preview(access=access_to(request, ref, "bookings:read"), amount=amount, items=items[:40])
    parts = {
        name: money(getattr(found, name), found.currency)
        for name in ("amount", "held", "provider", "commission", "vat", "refundable")
    }
    return schemas.RefundPreviewOut(**parts, needs_second=found.needs_second, version=found.version)


@router.post(
    "/bookings/{ref}/refunds", response={201: schemas.RefundOut, **ERRORS}, operation_id="refund_booking"
)
@idempotent
def refund(request: HttpRequest, ref: PublicId, body: schemas.RefundIn) -> tuple[int, schemas.RefundOut]:
    """Give it back: at once, or `waiting` for a second person above the limit. To where it came from; commission and
    VAT go back with it. A stale `version` is 409 `policy_changed`."""
    made = refunds.ask(
        access=access_to(request, ref),
        amount=body.amount,
        items=body.items,
        reason=body.reason,
        version=body.version,
    )
    return 201, _shown(made)


@router.get(
    "/desk/refunds", response={200: schemas.RefundsOut, **ERRORS}, operation_id="list_refunds", tags=["desk"]
)
def list_refunds(request: HttpRequest) -> schemas.RefundsOut:
    """What waits for a second person, the oldest first, in an operator's session."""
    principal = caller(request, "bookings:read")
    principal.require_user()
    if not principal.is_operator:
        raise NotFound
    return schemas.RefundsOut(items=[_shown(each) for each in refunds.waiting()[:200]])


@router.post(
    "/desk/refunds/{refund}/approve",
    response={200: schemas.RefundOut, **ERRORS},
    operation_id="approve_refund",
    tags=["desk"],
)
@idempotent
def approve_refund(request: HttpRequest, refund: PublicId) -> schemas.RefundOut:
    """An operator who is not the one who asked agrees: it is done."""
    return _shown(refunds.approve(principal=caller(request, "bookings:write"), request=refund))


@router.post(
    "/desk/refunds/{refund}/refuse",
    response={200: schemas.RefundOut, **ERRORS},
    operation_id="refuse_refund",
    tags=["desk"],
)
@idempotent
def refuse_refund(request: HttpRequest, refund: PublicId) -> schemas.RefundOut:
    """An operator does not agree: nothing moves."""
    return _shown(refunds.refuse(principal=caller(request, "bookings:write"), request=refund))


def _shown(found: RefundRequest) -> schemas.RefundOut:
    found.refresh_from_db(fields=["asked_at"])
    return schemas.RefundOut(
        id=found.public_id,
        booking=found.booking.ref,
        amount=money(found.amount, found.currency),
        items=[item for item, _amount in found.items],
        reason=found.reason,
        state=found.state,
        asked_at=found.asked_at,
        decided_at=found.decided_at,
    )
