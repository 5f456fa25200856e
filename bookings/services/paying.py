"""Paying for a hold: what bookings does when money is asked for, arrives, or arrives too late."""

from dataclasses import dataclass
from typing import Any

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
from common.errors import NotAllowed
from payments import gateways
from payments import services as payments
from payments.enums import PaymentStatus
from payments.errors import CardUnknown
from payments.selectors import held_amount, on_card_amount, open_payment_of
from payments.selectors.wallets import wallet_balance, wallet_part


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
    wallet: bool = False,
    card: str = "",
    keep_card: bool = False,
    agreed: ConsentSource | None = None,
) -> Payment:
    """Pay the held booking online, or promise to pay at the counter, which confirms it unpaid; or asks the
    provider, where the service asks for acceptance.

    Online, the agreed deposit is paid, or the whole price when `whole` or when no deposit is agreed; where a hold
    is agreed and the visit is near enough, the price is only held on the card, unless `whole`. `wallet`: what the
    signed-in customer has in their wallet is taken first, and only the rest is paid with `method`. `card`: it is paid
    with this card of theirs (public id) that the method's gateway keeps, on no page unless their bank asks them;
    `keep_card`: the one that they pay with is kept. `return_url` is where a gateway's page sends the customer back.
    `agreed`: where the customer was shown the terms that they agree to by it; nothing of that is noted when it is
    refused. Asked for what is so already, it answers that: the answer to a request is lost with the process that did
    it, and then it is sent again. Call it outside a transaction: a gateway is asked after the first one has ended.
    Raises NotAllowed, ContactNeeded, HoldEnded, MoveRefused, ProviderClosed, PaymentNotPossible, PrepaymentNeeded
    when the policy asks for money first, CardUnknown, PaymentClosed when the hold was given up or changed meanwhile,
    GatewayUnavailable, GatewayRefused.
    """
    access.require_counterpart()
    if method != "counter" and method not in gateways.methods():
        raise PaymentNotPossible
    actor = access.principal.actor
    with transaction.atomic():
        if agreed and access.is_customer and access.booking.customer:
            consents.accept_terms(customer=access.booking.customer, source=agreed)
        before = _so_already(core.lock(access.booking.ref), method=method, whole=whole)
        if before:
            return before
        booking = holds.lock_hold(access.booking.ref)
        _require_contact(booking, access)
        due = booking.asked_beforehand
        if method == "counter" or booking.total_amount == 0:
            if due and access.is_customer:
                raise PrepaymentNeeded(amount=due, currency=booking.currency)
            payments.cancel_open_payments(booking_ref=booking.ref, actor=actor)
            payments.return_wallet_part(booking_ref=booking.ref, actor=actor)
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
        asked = booking.total_amount if whole else due or booking.total_amount
        payments.return_wallet_part(booking_ref=booking.ref, actor=actor)
        owner = access.principal.user if wallet and access.is_customer else None
        part = min(asked, wallet_balance(owner.public_id, booking.currency)) if owner else 0
        cards = _cards(access, method, card, keep_card)
        # Written while the hold is locked: whoever ends or changes the hold after us finds it, and closes it.
        payment = (
            payments.prepare_payment(
                booking_ref=booking.ref,
                provider_id=booking.outlet.provider.public_id,
                amount=asked - part,
                currency=booking.currency,
                method=method,
                actor=actor,
                return_url=return_url,
                hold=not whole and not part and booking.is_held_on_card,
                cards=cards,
            )
            if part < asked
            else None
        )
        if owner and part:
            if payment is None:
                payments.cancel_open_payments(booking_ref=booking.ref, actor=actor)
            payments.pay_from_wallet(
                booking_ref=booking.ref,
                provider_id=booking.outlet.provider.public_id,
                user_id=owner.public_id,
                amount=part,
                currency=booking.currency,
                actor=actor,
            )
    if payment is None:
        return Payment(status="captured", redirect_url=None)
    payment = payments.start_payment(payment, actor=actor)
    # A kept card may have paid by now, or been declined: then there is nowhere to go.
    to = payment.redirect_url if payment.status == PaymentStatus.PENDING else ""
    return Payment(status=payment.status, redirect_url=to or None)


def _so_already(booking: Booking, *, method: str, whole: bool) -> Payment | None:
    """What the locked booking has come to, when it is what is asked for."""
    if booking.status not in (states.REQUESTED, states.CONFIRMED):
        return None
    total, state, prepaid = booking.total_amount, booking.payment_state, booking.prepaid_amount
    if method == "counter" or not total:
        promised = state == (PaymentState.COUNTER if total else PaymentState.PAID) and not prepaid
        return Payment(status=booking.status, redirect_url=None) if promised else None
    if state == PaymentState.ON_CARD and not whole:
        return Payment(status=PaymentStatus.AUTHORISED, redirect_url=None)
    if prepaid == total or (not whole and prepaid and prepaid == booking.asked_beforehand):
        return Payment(status=PaymentStatus.CAPTURED, redirect_url=None)
    return None


def _cards(access: Access, method: str, card: str, keep: bool) -> payments.CardChoice:
    """What the signed-in customer asks for about cards. Nobody pays with somebody's card but they, in a session: a
    token of an app does not. Raises CardUnknown, NotAllowed."""
    user = access.principal.user
    if user is None or not access.is_customer:
        if card:
            raise CardUnknown
        return payments.NO_CARD
    if (card or keep) and access.principal.scopes is not None:
        raise NotAllowed
    return payments.choose_card(user=user, method=method, card=card, keep=keep)


def given_up(*, booking_ref: str, actor: str, was_held: bool = False) -> None:
    """A payment ended without money. In the transaction that noted it, with the booking's row locked first.

    `was_held`: it was held on the card, and the bank has let it go: the shop takes it at the counter.
    """
    booking = core.lock(booking_ref)
    if was_held:
        if booking.payment_state == PaymentState.ON_CARD:
            state = PaymentState.COUNTER if booking.status in states.LIVE else PaymentState.UNPAID
            core.change(booking, event="booking.hold_lapsed", actor=actor, fields={"payment_state": state})
        return
    if (booking.status, booking.payment_state) != (states.HELD, PaymentState.PENDING):
        return
    if open_payment_of(booking_ref) is None:
        payments.return_wallet_part(booking_ref=booking_ref, actor=SYSTEM)
        core.change(
            booking,
            event="booking.payment_ended",
            actor=actor,
            fields={"payment_state": PaymentState.UNPAID},
        )


def captured(
    *, booking_ref: str, payment_id: str, amount: int, currency: str, actor: str, was_held: bool = False
) -> None:
    """The money is in escrow: confirm, or ask the provider. In the transaction that captured it, with the
    booking's row locked first.

    Paid for a hold that ended: take the time again if it is still free, else everything goes back. So does what
    is paid for a business that was suspended meanwhile: its hold ends. What was held on the card (`was_held`) and is
    now taken belongs to a visit that was agreed long ago: it goes where that has come to.
    """
    booking = core.lock(booking_ref)
    if was_held:
        _taken(booking, payment_id, amount, actor)
        return
    if till.rest_captured(booking, amount=amount, currency=currency, actor=actor):
        return
    if booking.status == states.HELD and open_payment_of(booking_ref) is not None:
        # A wallet's part: the rest is being paid.
        return
    taken, amount = amount, amount + wallet_part(booking_ref, besides=payment_id)
    asked = {booking.total_amount, booking.asked_beforehand}
    if (
        booking.status not in (states.HELD, states.EXPIRED)
        or amount not in asked
        or currency != booking.currency
    ):
        _give_back(booking, payment_id, taken, reason="not_due")
        return
    is_whole = amount == booking.total_amount
    paid = {
        "payment_state": PaymentState.PAID if is_whole else PaymentState.COUNTER,
        "prepaid_amount": amount,
    }
    if not _agreed(booking, paid, actor):
        core.change(booking, event="booking.paid_too_late", actor=actor, amount=amount)
        payments.return_wallet_part(booking_ref=booking_ref, actor=SYSTEM)
        _give_back(booking, payment_id, taken, reason="paid_too_late")


def authorised(*, booking_ref: str, amount: int, currency: str, actor: str) -> None:
    """The price is held on the card: confirm, or ask the provider. In the transaction that noted it, with the
    booking's row locked first. What is held for a time that is gone, or is not due, is let go."""
    booking = core.lock(booking_ref)
    due = booking.status in (states.HELD, states.EXPIRED) and (amount, currency) == (
        booking.total_amount,
        booking.currency,
    )
    if due and _agreed(booking, {"payment_state": PaymentState.ON_CARD}, actor):
        return
    if due:
        core.change(booking, event="booking.paid_too_late", actor=actor, amount=amount)
    payments.release_hold(booking_ref=booking.ref, actor=SYSTEM)


def take_held(*, booking_ref: str, actor: str) -> None:
    """Have what is held on the card taken: the visit is done, or somebody objects to it. In the caller's
    transaction."""
    booking = core.lock(booking_ref)
    if booking.payment_state == PaymentState.ON_CARD and (held := on_card_amount(booking_ref)):
        payments.take_hold(booking_ref=booking_ref, amount=min(held, booking.total_amount), actor=actor)


def won_back(*, booking_ref: str, dispute: str, actor: str) -> None:
    """A chargeback was won, and what it took from escrow is there again: it goes where the visit has come to. In the
    transaction that noted it, with the booking's row locked first."""
    booking = core.lock(booking_ref)
    held = held_amount(booking_ref)
    if booking.status == states.CLOSED:
        payments.release_escrow(booking_ref=booking_ref, actor=actor, key=dispute)
    elif booking.status not in states.LIVE and held:
        payments.refund_payment(
            booking_ref=booking_ref, amount=held, reason="cancelled", actor=actor, key=f"won:{dispute}"
        )


def _agreed(booking: Booking, fields: dict[str, Any], actor: str) -> bool:
    """Confirm the locked booking or ask its provider, taking its time again if its hold has ended. False when that is
    gone."""
    if booking.status == states.HELD and not core.is_open(booking):
        expiry.expire(booking)
    if booking.status == states.HELD:
        requests.confirm_or_ask(booking, who="gateway", actor=actor, fields=fields)
        return True
    try:
        with transaction.atomic():
            reserve.take_back(booking)
    except SlotTaken:
        return False
    requests.confirm_or_ask(booking, who="gateway", actor=actor, fields=fields, retake=True)
    return True


def _taken(booking: Booking, payment_id: str, amount: int, actor: str) -> None:
    # Its price may have changed since it was held; what is missing is paid at the counter.
    missing = booking.status in states.LIVE and amount < booking.total_amount
    ended = booking.status in (states.CANCELLED, states.NO_SHOW)
    # What was being taken when the business was found not to have come is nobody's fee.
    kept = min(amount, booking.fee_amount) if ended else amount
    core.change(
        booking,
        event="booking.hold_taken",
        actor=actor,
        fields={
            "payment_state": PaymentState.REFUNDED
            if kept < amount
            else PaymentState.COUNTER
            if missing
            else PaymentState.PAID,
            "prepaid_amount": min(amount, booking.total_amount),
        },
        amount=amount,
    )
    if booking.status == states.CLOSED:
        payments.release_escrow(booking_ref=booking.ref, actor=actor)
    elif ended:
        if kept:
            payments.keep_fee(booking_ref=booking.ref, amount=kept, key=f"held:{payment_id}", actor=actor)
        if kept < amount:
            _give_back(booking, payment_id, amount - kept, reason="not_due")
    elif booking.status not in states.LIVE:
        _give_back(booking, payment_id, amount, reason="not_due")


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
