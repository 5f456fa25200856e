"""Giving money back after a visit: all of it, a part, or item by item; above a limit two people agree to it.

Managers of the business and operators do it. It goes to where it came from; what was released already is taken back
from the provider, with the commission and the VAT on it. Written with the booking's row locked.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.principals import Principal
from bookings.enums import PaymentState, RefundState
from bookings.errors import PolicyChanged, RefundEnded, RefundRefused, RefundWaits, SecondPersonNeeded
from bookings.models import Booking, RefundRequest
from bookings.rules import states
from bookings.selectors.access import Access, booking_for
from bookings.services import core
from common import clock
from common.errors import InvalidInput, NotAllowed, NotFound
from payments import services as payments
from payments.enums import AccountKind
from payments.errors import InvalidAmount, RefundTooMuch
from payments.selectors.refunds import refund_limit, refundable, where_from
from providers.services.parties import refuse_if_party

# It is over: until then a visit is cancelled, or its price lowered.
OVER = frozenset({states.COMPLETED, states.CLOSED, states.NO_SHOW, states.CANCELLED})
REASON_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Preview:
    """What giving `amount` back would mean, in minor units; `version` comes along when it is done.

    Of it `held` has not been released, `provider` is taken from the provider's balance, and `commission` and `vat` are
    given up by the marketplace. `refundable` is all that could be given back.
    """

    amount: int
    held: int
    provider: int
    commission: int
    vat: int
    refundable: int
    currency: str
    needs_second: bool
    version: str


def preview(*, access: Access, amount: int = 0, items: Sequence[str] = ()) -> Preview:
    """The exact amounts of giving back `amount` minor units, or what the `items` (public ids) cost; of neither, all.

    Raises NotAllowed, NotFound (no such item), RefundRefused (the visit is not over, or nothing was paid online),
    InvalidAmount, RefundTooMuch, ObjectionOpen.
    """
    require_refunder(access)
    booking = access.booking
    _require_over(booking)
    return _preview(booking, _amount(booking, amount, items))


def ask(
    *, access: Access, reason: str, version: str, amount: int = 0, items: Sequence[str] = ()
) -> RefundRequest:
    """Give it back: at once up to the limit, else once a second person has agreed (`approve`).

    `version` is the preview's; `reason` (up to 500 characters) is for both sides. Raises as `preview` does, and
    InvalidInput, PolicyChanged, RefundWaits (another one of the visit waits), OwnCause (an operator's own visit).
    """
    require_refunder(access)
    actor, text = access.principal.actor, reason.strip()
    if not text or len(text) > REASON_LENGTH:
        raise InvalidInput(_("Say why."), field="reason")
    with transaction.atomic():
        booking = core.lock(access.booking.ref)
        if not access.is_manager:
            _refuse_own(access.principal, booking)
        _require_over(booking)
        if booking.refund_requests.filter(state=RefundState.WAITING).exists():
            raise RefundWaits
        found = _preview(booking, _amount(booking, amount, items))
        if version != found.version:
            raise PolicyChanged
        prices = {item.public_id: item.price_amount for item in booking.items.all()}
        request = RefundRequest.objects.create(
            booking=booking,
            amount=found.amount,
            currency=booking.currency,
            items=[[each, prices[each]] for each in items],
            reason=text,
            needs_second=found.needs_second,
            asked_by=actor,
            **({} if found.needs_second else _decided(RefundState.DONE, actor)),
        )
        if found.needs_second:
            core.change(
                booking,
                event="booking.refund_asked",
                actor=actor,
                refund=request.public_id,
                amount=found.amount,
            )
        else:
            _carry_out(booking, request, actor=actor)
        return request


def approve(*, principal: Principal, request: str) -> RefundRequest:
    """An operator agrees to a large refund (public id), who is not the one who asked for it: it is done.

    Raises NotFound for everybody else, RefundEnded, SecondPersonNeeded, OwnCause, RefundTooMuch (less is left by now).
    """
    with transaction.atomic():
        booking, found = _waiting(principal, request)
        if found.asked_by == principal.actor:
            raise SecondPersonNeeded
        _end(found, RefundState.DONE, actor=principal.actor)
        _carry_out(booking, found, actor=principal.actor)
        return found


def refuse(*, principal: Principal, request: str) -> RefundRequest:
    """An operator does not agree, or who asked takes it back: nothing moves. Raises NotFound, RefundEnded, OwnCause."""
    with transaction.atomic():
        booking, found = _waiting(principal, request)
        _end(found, RefundState.REFUSED, actor=principal.actor)
        core.change(
            booking,
            event="booking.refund_refused",
            actor=principal.actor,
            refund=found.public_id,
            amount=found.amount,
        )
        return found


def require_refunder(access: Access) -> None:
    """Managers of the business and operators. Raises NotAllowed."""
    if not (access.is_manager or access.principal.is_operator):
        raise NotAllowed


def may_refund(access: Access) -> bool:
    """Whether the caller may give something of the visit back now."""
    booking = access.booking
    return (
        (access.is_manager or access.principal.is_operator)
        and booking.status in OVER
        and not booking.objection_open
        and refundable(booking.ref) > 0
    )


def _require_over(booking: Booking) -> None:
    core.refuse_while_objected(booking)
    if booking.status not in OVER or not refundable(booking.ref):
        raise RefundRefused


def _amount(booking: Booking, amount: int, items: Sequence[str]) -> int:
    """What is meant, in minor units."""
    if amount and items:
        raise InvalidInput(_("Choose items or write an amount, not both."), field="amount")
    if items:
        prices = {item.public_id: item.price_amount for item in booking.items.all()}
        if len(set(items)) != len(items) or not set(items) <= set(prices):
            raise NotFound
        amount = sum(prices[each] for each in items)
    elif not amount:
        amount = refundable(booking.ref)
    if amount <= 0:
        raise InvalidAmount
    return amount


def _preview(booking: Booking, amount: int) -> Preview:
    left = refundable(booking.ref)
    if amount > left:
        raise RefundTooMuch(refundable=left)
    source = where_from(booking.ref, amount)
    alone = booking.refund_requests.filter(state=RefundState.DONE, needs_second=False)
    # Many small ones are a large one.
    so_far = sum(request.amount for request in alone)
    needs_second = so_far + amount > refund_limit(booking.currency)
    return Preview(
        amount=amount,
        held=source.held,
        provider=source.of(AccountKind.PAYABLE),
        commission=source.of(AccountKind.COMMISSION),
        vat=source.of(AccountKind.TAX),
        refundable=left,
        currency=booking.currency,
        needs_second=needs_second,
        version=f"{booking.status}.{left}.{source.held}.{amount}.{int(needs_second)}",
    )


def _carry_out(booking: Booking, request: RefundRequest, *, actor: str) -> None:
    payments.refund_payment(
        booking_ref=booking.ref,
        amount=request.amount,
        reason="decided",
        actor=actor,
        key=f"refund:{request.public_id}",
        released_too=True,
    )
    core.change(
        booking,
        event="booking.refunded",
        actor=actor,
        fields={"payment_state": PaymentState.REFUNDED},
        refund=request.public_id,
        amount=request.amount,
    )


def _waiting(principal: Principal, request: str) -> tuple[Booking, RefundRequest]:
    """The locked booking and its request that waits, for an operator. Raises NotFound, RefundEnded, OwnCause."""
    principal.require_user()
    if not principal.is_operator:
        raise NotFound
    ref = Booking.objects.filter(refund_requests__public_id=request).values_list("ref", flat=True).first()
    if ref is None:
        raise NotFound
    booking = core.lock(ref)
    _refuse_own(principal, booking)
    found = booking.refund_requests.get(public_id=request)
    if found.state != RefundState.WAITING:
        raise RefundEnded
    core.refuse_while_objected(booking)
    return booking, found


def _refuse_own(principal: Principal, booking: Booking) -> None:
    refuse_if_party(
        operator=principal.require_user(),
        provider=booking.outlet.provider,
        customers=[booking.customer.user_id] if booking.customer else [],
    )


def _decided(state: RefundState, actor: str) -> dict[str, object]:
    return {"state": state, "decided_by": actor, "decided_at": clock.now()}


def _end(request: RefundRequest, state: RefundState, *, actor: str) -> None:
    for name, value in _decided(state, actor).items():
        setattr(request, name, value)
    request.save(update_fields=["state", "decided_by", "decided_at"])


def of_public_id(principal: Principal, request: str) -> tuple[Access, RefundRequest]:
    """A request and its visit, for an operator. Raises NotSignedIn, NotFound."""
    principal.require_user()
    if not principal.is_operator:
        raise NotFound
    found = RefundRequest.objects.filter(public_id=request).select_related("booking").first()
    if found is None:
        raise NotFound
    return booking_for(principal, found.booking.ref), found


def waiting() -> QuerySet[RefundRequest]:
    """What waits for a second person, the oldest first, with the visit."""
    return (
        RefundRequest.objects.filter(state=RefundState.WAITING)
        .select_related("booking__outlet__provider", "booking__customer")
        .order_by("asked_at", "pk")
    )
