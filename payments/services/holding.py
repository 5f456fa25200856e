"""Taking what is held on a card, or letting it go: decided in the caller's transaction, told to the gateway after."""

from django.db import transaction

from common import clock
from payments import events
from payments.enums import PaymentStatus
from payments.errors import InsufficientFunds, InvalidAmount
from payments.models import Payment
from payments.services.locks import lock_owner, lock_payments
from payments.services.news import tell
from payments.services.opening import FIRST_CHECK


def take_hold(*, booking_ref: str, amount: int, actor: str) -> Payment | None:
    """Have `amount` minor units of what is held on the card for the booking taken, and the rest let go; it is in
    escrow when `payment.captured` follows. In the caller's transaction.

    None when nothing is held, or it is being taken already. Raises InvalidAmount, InsufficientFunds when less is held.
    """
    if amount <= 0:
        raise InvalidAmount
    with transaction.atomic():
        payment = _held(booking_ref)
        if payment is None:
            return None
        if amount > (payment.authorised_amount or 0):
            raise InsufficientFunds
        payment.capture_amount = amount
        payment.next_check_at, payment.checks = clock.now() + FIRST_CHECK, 0
        payment.save(update_fields=["capture_amount", "next_check_at", "checks"])
        tell(payment, events.CAPTURE_REQUESTED, actor=actor, capture_amount=amount)
        return payment


def release_hold(*, booking_ref: str, actor: str) -> None:
    """Let what is held on the card for the booking go. In the caller's transaction; the gateway is told after commit.

    What is being taken already is not let go.
    """
    with transaction.atomic():
        payment = _held(booking_ref)
        if payment is None:
            return
        payment.status = PaymentStatus.CANCELLED
        payment.next_check_at, payment.checks = clock.now() + FIRST_CHECK, 0
        payment.save(update_fields=["status", "next_check_at", "checks"])
        tell(payment, events.CANCELLED, actor=actor, was_held=True)


def _held(booking_ref: str) -> Payment | None:
    lock_owner(booking_ref)
    held = lock_payments(booking_ref).filter(status=PaymentStatus.AUTHORISED, capture_amount__isnull=True)
    return held.first()
