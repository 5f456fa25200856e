"""A user's wallet: what goes in as compensation, is paid with, and comes back when a visit is given up.

One account per user and currency, which the database never lets fall below zero. Guests have none.
"""

from django.db import transaction

from common import clock
from payments import events
from payments.enums import AccountKind, PaymentStatus, TransactionKind
from payments.errors import InvalidAmount
from payments.models import LedgerTransaction, Payment
from payments.selectors.wallets import METHOD, wallet_part
from payments.services.ledger import Account, Cause, Line, post
from payments.services.locks import lock_owner
from payments.services.news import tell
from payments.services.opening import opened_with
from payments.services.refunds import refund_payment


def pay_from_wallet(
    *, booking_ref: str, provider_id: str, user_id: str, amount: int, currency: str, actor: str
) -> Payment:
    """Pay `amount` minor units of a booking from the wallet of a user (public id): it is in escrow at once.

    In the caller's transaction. `payment.captured` is told in it, as of any payment. Raises InvalidAmount,
    InsufficientFunds.
    """
    if amount <= 0:
        raise InvalidAmount
    with transaction.atomic():
        lock_owner(booking_ref)
        payment = Payment.objects.create(
            booking_ref=booking_ref,
            provider_id=provider_id,
            amount=amount,
            currency=currency,
            method=METHOD,
            gateway=METHOD,
            wallet=user_id,
            status=PaymentStatus.CAPTURED,
            captured_at=clock.now(),
            **opened_with(booking_ref=booking_ref, provider_id=provider_id, currency=currency),
        )
        post(
            kind=TransactionKind.CAPTURE,
            booking_ref=booking_ref,
            entries=[
                Line(Account(AccountKind.WALLET, user_id), -amount, currency),
                Line(Account(AccountKind.ESCROW, booking_ref), amount, currency),
            ],
            actor=actor,
            cause=Cause("payment", payment.public_id),
        )
        tell(payment, events.CAPTURED, actor=actor)
        return payment


def return_wallet_part(*, booking_ref: str, actor: str) -> int:
    """What came from a wallet goes back there: the rest was not paid. Answers how much, in minor units.

    In the caller's transaction.
    """
    with transaction.atomic():
        lock_owner(booking_ref)
        back = wallet_part(booking_ref)
        if back:
            for payment in Payment.objects.filter(booking_ref=booking_ref, method=METHOD):
                if part := payment.amount - payment.refunded:
                    refund_payment(
                        booking_ref=booking_ref,
                        amount=part,
                        reason="not_paid",
                        actor=actor,
                        key=f"wallet:{payment.public_id}",
                        payment_id=payment.public_id,
                    )
        return back


def compensate(
    *, booking_ref: str, provider_id: str, user_id: str, amount: int, currency: str, actor: str
) -> LedgerTransaction:
    """The provider (public id) broke its word: `amount` minor units go from its balance, which may fall below zero,
    into the wallet of a user (public id). Once per booking, in the caller's transaction. Raises InvalidAmount."""
    if amount <= 0:
        raise InvalidAmount
    with transaction.atomic():
        lock_owner(booking_ref)
        return post(
            kind=TransactionKind.COMPENSATION,
            booking_ref=booking_ref,
            entries=[
                Line(Account(AccountKind.PAYABLE, provider_id), -amount, currency),
                Line(Account(AccountKind.WALLET, user_id), amount, currency),
            ],
            actor=actor,
            cause=Cause("breach", booking_ref),
        )
