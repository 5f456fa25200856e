"""Opening payments, and closing those that nobody is to pay any more."""

import re
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.db import transaction

from common import clock
from payments import events, gateways
from payments.enums import LIVE, PaymentStatus
from payments.errors import InvalidAmount, PaymentClosed, PaymentMethodUnavailable
from payments.gateways.base import Gateway, PaymentOrder
from payments.models import Payment
from payments.services.cards import NO_CARD, CardChoice, card_order, name_holder
from payments.services.gateway_state import apply_gateway_state
from payments.services.locks import lock_owner, lock_payments
from payments.services.news import tell
from payments.services.shares import agreed_share

# A gateway that has not told by now is asked.
FIRST_CHECK = timedelta(seconds=30)


def prepare_payment(
    *,
    booking_ref: str,
    provider_id: str,
    amount: int,
    method: str,
    currency: str,
    actor: str,
    return_url: str = "",
    hold: bool = False,
    cards: CardChoice = NO_CARD,
) -> Payment:
    """Write a payment of `amount` minor units, or take up the open one if it asks for the same. In the
    caller's transaction, which decides that it is due; after it comes `start_payment`.

    An open payment that asks for something else is cancelled. `return_url` is where the gateway sends the
    customer afterwards. `hold`: it is only held on the card, until `take_hold` or `release_hold`. `cards`: with which
    kept card, or that it is to be kept. Raises InvalidAmount, PaymentMethodUnavailable.
    """
    if amount <= 0 or not re.fullmatch("[A-Z]{3}", currency):
        raise InvalidAmount
    gateway = gateways.for_method(method)
    if hold and not gateway.holds:
        raise PaymentMethodUnavailable(method=method)
    with transaction.atomic():
        lock_owner(booking_ref)
        payment = lock_payments(booking_ref).filter(status__in=LIVE).first()
        if payment and not _asks_for(payment, provider_id, amount, method, currency, hold, cards):
            _close(payment, actor=actor)
            payment = None
        if payment is None:
            payment = Payment.objects.create(
                booking_ref=booking_ref,
                provider_id=provider_id,
                amount=amount,
                currency=currency,
                method=method,
                gateway=gateway.name,
                return_url=return_url,
                is_hold=hold,
                card_holder=cards.holder,
                card=cards.card,
                keep_card=cards.keep,
                **opened_with(booking_ref=booking_ref, provider_id=provider_id, currency=currency),
                next_check_at=clock.now() + FIRST_CHECK if gateway.remote else None,
            )
            tell(
                payment,
                events.OPENED,
                actor=actor,
                # Their consent to it, with its instant.
                **({"keep_card": True} if cards.keep else {}),
            )
        return payment


def opened_with(*, booking_ref: str, provider_id: str, currency: str) -> dict[str, Any]:
    """The columns of a payment that is opened now that say what the marketplace's share of it is."""
    return asdict(agreed_share(booking_ref=booking_ref, provider_id=provider_id, currency=currency))


def _asks_for(
    payment: Payment,
    provider_id: str,
    amount: int,
    method: str,
    currency: str,
    hold: bool,
    cards: CardChoice,
) -> bool:
    asked = (payment.provider_id, payment.amount, payment.method, payment.currency, payment.is_hold)
    card = (payment.card_id, payment.keep_card)
    return asked == (provider_id, amount, method, currency, hold) and card == (
        cards.card and cards.card.pk,
        cards.keep,
    )


def start_payment(payment: Payment, *, actor: str, present: bool = True) -> Payment:
    """Make the payment known to its gateway, unless it is. Repeatable: the gateway sees the same key.

    The answer is pending; with `redirect_url` when the customer has to go somewhere to pay. With a kept card it is
    paid now, and may be captured, held or failed; unless the customer is not `present`: then nothing is taken. Call it
    outside a transaction: it asks the gateway, and notes the answer in one of its own. Raises GatewayUnavailable and
    GatewayRefused (try again: the row stays), PaymentClosed (replaced or cancelled meanwhile).
    """
    payment.refresh_from_db()
    gateway = gateways.get(payment.gateway)
    if not payment.gateway_ref:
        payment = _open(payment, gateway, actor=actor)
    if payment.status == PaymentStatus.CANCELLED:
        raise PaymentClosed
    if present and (order := card_order(payment)):
        # The gateway says how it went: it is the one who acts.
        payment = apply_gateway_state(gateway=gateway.name, state=gateway.confirm(order))
    return payment


def _open(payment: Payment, gateway: Gateway, *, actor: str) -> Payment:
    state = gateway.create(
        PaymentOrder(
            reference=payment.public_id,
            amount=payment.amount,
            currency=payment.currency,
            return_url=payment.return_url,
            idempotency_key=str(payment.idempotency_key),
            hold=payment.is_hold,
            holder=name_holder(payment, gateway),
            keep=payment.keep_card,
            card=payment.card.token if payment.card else "",
        )
    )
    payment = apply_gateway_state(gateway=gateway.name, state=state, actor=actor)
    if payment.status == PaymentStatus.CANCELLED and gateway.remote:
        # Closed while the gateway was opening it. Should this process die here, the next check closes it.
        apply_gateway_state(
            gateway=gateway.name, state=gateway.cancel(gateway_ref=state.gateway_ref), actor=actor
        )
    return payment


def cancel_open_payments(*, booking_ref: str, actor: str) -> None:
    """Close what is open for the booking, in the caller's transaction; the gateway is told after commit.

    Should the customer have paid just before, the gateway says so then, and `payment.captured` follows.
    """
    with transaction.atomic():
        lock_owner(booking_ref)
        for payment in lock_payments(booking_ref).filter(status__in=LIVE):
            _close(payment, actor=actor)


def _close(payment: Payment, *, actor: str) -> None:
    payment.status = PaymentStatus.CANCELLED
    payment.save(update_fields=["status"])
    tell(payment, events.CANCELLED, actor=actor)
