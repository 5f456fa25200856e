"""A user's wallet: what goes in as compensation, is paid with, and comes back when a visit is given up.

One account per user and currency, which the database never lets fall below zero. Guests have none.
"""

from django.db import transaction

from common import clock
from payments import events
from payments.enums import AccountKind, PaymentStatus, TransactionKind
from payments.errors import InsufficientFunds, InvalidAmount, RefundTooMuch
from payments.models import LedgerTransaction, Payment, Refund
from payments.selectors.wallets import METHOD, into_wallet, returnable, wallet_balance, wallet_part
from payments.services.ledger import Account, Cause, Line, post
from payments.services.locks import lock_owner, lock_payment
from payments.services.news import tell
from payments.services.opening import opened_with
from payments.services.refunds import FIRST_RETRY, refund_payment


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


def send_wallet_back(*, user_id: str, currency: str, amount: int, actor: str) -> list[Refund]:
    """What a user (public id) chose to have in their wallet goes to where it came from after all: `amount` minor units,
    as it was shown, the newest first. It leaves the wallet at once, and the worker tells the gateways after commit.

    What a business gave, and what was paid from the wallet and came back, came from nowhere else: it stays. Call it
    outside a transaction: each refund goes on in one of its own, so that no two bookings are locked at once. Raises
    InvalidAmount, RefundTooMuch (another amount can go by now).
    """
    if amount <= 0:
        raise InvalidAmount
    if amount > returnable(user_id, currency):
        raise RefundTooMuch
    sent: list[Refund] = []
    left = amount
    for came in into_wallet(user_id, currency):
        if left and (refund := _send_on(came, left, user_id, actor)):
            sent.append(refund)
            left -= refund.amount
    return sent


@transaction.atomic
def _send_on(came: Refund, most: int, user_id: str, actor: str) -> Refund | None:
    """Up to `most` of what came in; None when it has gone on, or was spent, meanwhile."""
    lock_owner(came.payment.booking_ref)
    payment = lock_payment(came.payment_id)
    came = Refund.objects.select_for_update().get(pk=came.pk)
    amount = min(most, came.amount - came.sent_on, wallet_balance(user_id, payment.currency))
    if amount <= 0:
        return None
    came.sent_on += amount
    came.save(update_fields=["sent_on"])
    refund = Refund.objects.create(
        payment=payment,
        amount=amount,
        reason="wallet",
        # Each time some of it goes on, more has gone before.
        key=f"on:{came.public_id}:{came.sent_on}",
        actor=actor,
        from_wallet=user_id,
        next_try_at=clock.now() + FIRST_RETRY,
    )
    try:
        post(
            kind=TransactionKind.REFUND,
            booking_ref=payment.booking_ref,
            entries=[
                Line(Account(AccountKind.WALLET, user_id), -amount, payment.currency),
                Line(Account(AccountKind.REFUND_DUE, payment.booking_ref), amount, payment.currency),
            ],
            actor=actor,
            cause=Cause("refund", refund.public_id),
        )
    except InsufficientFunds as error:
        raise RefundTooMuch from error  # spent at this moment
    tell(
        payment,
        events.REFUND_REQUESTED,
        actor=actor,
        refund=refund.public_id,
        refund_amount=amount,
        reason="wallet",
    )
    return refund


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
