"""Paying for a hold: what bookings does when money is asked for, arrives, or arrives too late."""

from dataclasses import dataclass

from django.db import transaction

from accounts.enums import ConsentSource
from accounts.services import consents
from bookings.enums import PaymentState
from bookings.errors import ContactNeeded, PaymentNotPossible, PrepaymentNeeded, SlotTaken
from bookings.models import Booking
from bookings.rules import states
from bookings.selectors.access import Access
from bookings.services import core, expiry, holds, requests, reserve, till
from common.actors import SYSTEM
from payments import gateways
from payments import services as payments
from payments.selectors import open_payment_of


@dataclass(frozen=True, slots=True)
class Payment:
    """How it went: the payment's status, and where to send the customer (None when there is nothing to pay)."""

    status: str
    redirect_url: str | None


def pay(
    *,
    access: Access,
    method: str,
    return_url: str,
    whole: bool = False,
    agreed: ConsentSource | None = None,
) -> Payment:
    """Pay the held booking online, or promise to pay at the counter, which confirms it unpaid; or asks the
    provider, where the service asks for acceptance.

    Online, the agreed deposit is paid, or the whole price when `whole` or when no deposit is agreed. `return_url` is
    where a gateway's page sends the customer back. `agreed`: where the customer was shown the terms that they agree
    to by it; nothing of that is noted when it is refused. Call it outside a transaction: a gateway is asked after the
    first one has ended. Raises NotAllowed, ContactNeeded, HoldEnded, MoveRefused, ProviderClosed, PaymentNotPossible,
    PrepaymentNeeded when the policy asks for money first, PaymentClosed when the hold was given up or changed
    meanwhile, GatewayUnavailable, GatewayRefused.
    """
    access.require_counterpart()
    if method != "counter" and method not in gateways.methods():
        raise PaymentNotPossible
    actor = access.principal.actor
    with transaction.atomic():
        if agreed and access.is_customer and access.booking.customer:
            consents.accept_terms(customer=access.booking.customer, source=agreed)
        booking = holds.lock_hold(access.booking.ref)
        _require_contact(booking, access)
        due = booking.asked_beforehand
        if method == "counter" or booking.total_amount == 0:
            if due and access.is_customer:
                raise PrepaymentNeeded(amount=due, currency=booking.currency)
            payments.cancel_open_payments(booking_ref=booking.ref, actor=actor)
            state = PaymentState.COUNTER if booking.total_amount else PaymentState.PAID
            requests.confirm_or_ask(
                booking,
                who="customer" if access.is_customer else "staff",
                actor=actor,
                fields={"payment_state": state},
            )
            return Payment(status=booking.status, redirect_url=None)
        booking.payment_state = PaymentState.PENDING
        booking.save(update_fields=["payment_state"])
        # Written while the hold is locked: whoever ends or changes the hold after us finds it, and closes it.
        payment = payments.prepare_payment(
            booking_ref=booking.ref,
            provider_id=booking.outlet.provider.public_id,
            amount=booking.total_amount if whole else due or booking.total_amount,
            currency=booking.currency,
            method=method,
            actor=actor,
            return_url=return_url,
        )
    payment = payments.start_payment(payment, actor=actor)
    return Payment(status=payment.status, redirect_url=payment.redirect_url or None)


def given_up(*, booking_ref: str, actor: str) -> None:
    """A payment ended without money. In the transaction that noted it, with the booking's row locked first."""
    booking = core.lock(booking_ref)
    if (booking.status, booking.payment_state) != (states.HELD, PaymentState.PENDING):
        return
    if open_payment_of(booking_ref) is None:
        core.change(
            booking,
            event="booking.payment_ended",
            actor=actor,
            fields={"payment_state": PaymentState.UNPAID},
        )


def captured(*, booking_ref: str, payment_id: str, amount: int, currency: str, actor: str) -> None:
    """The money is in escrow: confirm, or ask the provider. In the transaction that captured it, with the
    booking's row locked first.

    Paid for a hold that ended: take the time again if it is still free, else everything goes back. So does what
    is paid for a business that was suspended meanwhile: its hold ends.
    """
    booking = core.lock(booking_ref)
    if till.rest_captured(booking, amount=amount, currency=currency, actor=actor):
        return
    asked = {booking.total_amount, booking.asked_beforehand}
    if (
        booking.status not in (states.HELD, states.EXPIRED)
        or amount not in asked
        or currency != booking.currency
    ):
        _give_back(booking, payment_id, amount, reason="not_due")
        return
    is_whole = amount == booking.total_amount
    paid = {
        "payment_state": PaymentState.PAID if is_whole else PaymentState.COUNTER,
        "prepaid_amount": amount,
    }
    if booking.status == states.HELD and not core.is_open(booking):
        expiry.expire(booking)
    if booking.status == states.HELD:
        requests.confirm_or_ask(booking, who="gateway", actor=actor, fields=paid)
        return
    try:
        with transaction.atomic():
            reserve.take_back(booking)
    except SlotTaken:
        core.change(booking, event="booking.paid_too_late", actor=actor, amount=amount)
        _give_back(booking, payment_id, amount, reason="paid_too_late")
        return
    requests.confirm_or_ask(booking, who="gateway", actor=actor, fields=paid, retake=True)


def _give_back(booking: Booking, payment_id: str, amount: int, *, reason: str) -> None:
    payments.refund_payment(
        booking_ref=booking.ref,
        amount=amount,
        reason=reason,
        actor=SYSTEM,
        key=f"{reason}:{payment_id}",
        payment_id=payment_id,
    )


def _require_contact(booking: Booking, access: Access) -> None:
    """Customers leave a name and an e-mail; staff may confirm a walk-in with less."""
    customer = booking.customer
    if customer is None or (
        not access.is_staff and not (customer.user_id or (customer.name and customer.email))
    ):
        raise ContactNeeded
