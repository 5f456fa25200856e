"""Giving money back: decided in the caller's transaction, sent to the gateway after it."""

from datetime import timedelta

from django.db import transaction

from common import clock
from common.actors import gateway_actor
from common.errors import IdempotencyKeyReused
from payments import events, gateways
from payments.enums import AccountKind, PaymentStatus, RefundStatus, TransactionKind
from payments.errors import (
    GatewayRefused,
    GatewayUnavailable,
    InsufficientFunds,
    InvalidAmount,
    RefundTooMuch,
)
from payments.gateways.base import RefundOrder, RefundState
from payments.models import Payment, Refund
from payments.selectors.refunds import where_from
from payments.services.gateway_state import finish_refund, refuse_refund
from payments.services.ledger import Account, Cause, Line, post
from payments.services.locks import lock_owner, lock_payment, lock_payments
from payments.services.news import tell

FIRST_RETRY = timedelta(seconds=30)
LONGEST_RETRY = timedelta(hours=1)


def refund_payment(
    *,
    booking_ref: str,
    amount: int,
    reason: str,
    actor: str,
    key: str,
    payment_id: str = "",
    released_too: bool = False,
    wallet: str = "",
) -> list[Refund]:
    """Ask back `amount` minor units of what was paid online for the booking, the newest payment first; of one
    payment only when `payment_id` (its public id) is given. `released_too`: what is held goes first, and what was
    released already is taken back from the provider, with the commission and the VAT on it. `wallet`: the customer
    rather has it in their wallet (a user's public id), where it is at once.

    Runs in the caller's transaction (or its own): the refunds are written, their money leaves escrow, and
    `refund.requested` has the worker tell the gateway after commit. The same `key` (up to 100 characters,
    names the decision) asks once and answers the same refunds again.

    Raises InvalidAmount, RefundTooMuch, IdempotencyKeyReused (the key came with another amount).
    """
    if amount <= 0:
        raise InvalidAmount
    with transaction.atomic():
        lock_owner(booking_ref)
        payments = list(
            lock_payments(booking_ref).filter(status=PaymentStatus.CAPTURED).exclude(method="counter")
        )
        if payment_id:
            payments = [payment for payment in payments if payment.public_id == payment_id]
        before = list(Refund.objects.filter(payment__in=payments, key=key).order_by("pk"))
        if before:
            if sum(refund.amount for refund in before) != amount:
                raise IdempotencyKeyReused
            return before
        if amount > sum(payment.amount - payment.refunded for payment in payments):
            raise RefundTooMuch
        refunds: list[Refund] = []
        for payment in reversed(payments):
            part = min(amount, payment.amount - payment.refunded)
            if part:
                refunds.append(_ask_back(payment, part, reason, actor, key, released_too, wallet))
                amount -= part
        return refunds


def _ask_back(
    payment: Payment, amount: int, reason: str, actor: str, key: str, released_too: bool, wallet: str
) -> Refund:
    # What came from a wallet goes back there.
    wallet = payment.wallet or wallet
    payment.refunded += amount
    payment.save(update_fields=["refunded"])
    now = clock.now()
    # What goes to a wallet is there at once: nobody elsewhere has to be asked.
    how = (
        {"status": RefundStatus.DONE, "done_at": now, "wallet": wallet}
        if wallet
        else {"next_try_at": now + FIRST_RETRY}
    )
    refund = Refund.objects.create(payment=payment, amount=amount, reason=reason, key=key, actor=actor, **how)
    source = where_from(payment.booking_ref, amount)
    if source.released and not released_too:
        raise RefundTooMuch
    try:
        post(
            kind=TransactionKind.REFUND,
            booking_ref=payment.booking_ref,
            entries=[
                Line(Account(AccountKind.ESCROW, payment.booking_ref), -source.held, payment.currency),
                *(
                    Line(Account(kind, owner), -part, payment.currency)
                    for (kind, owner), part in source.parts.items()
                ),
                Line(Account(AccountKind.REFUND_DUE, payment.booking_ref), amount, payment.currency),
            ],
            actor=actor,
            cause=Cause("refund", refund.public_id),
        )
    except InsufficientFunds as error:
        raise RefundTooMuch from error
    tell(
        payment,
        events.REFUND_REQUESTED,
        actor=actor,
        refund=refund.public_id,
        refund_amount=amount,
        reason=reason,
    )
    if wallet:
        _to_wallet(refund, payment, actor)
    return refund


def _to_wallet(refund: Refund, payment: Payment, actor: str) -> None:
    post(
        kind=TransactionKind.REFUND_PAID,
        booking_ref=payment.booking_ref,
        entries=[
            Line(Account(AccountKind.REFUND_DUE, payment.booking_ref), -refund.amount, payment.currency),
            Line(Account(AccountKind.WALLET, refund.wallet), refund.amount, payment.currency),
        ],
        actor=actor,
        cause=Cause("refund", refund.public_id),
    )
    tell(
        payment,
        events.REFUND_DONE,
        actor=actor,
        refund=refund.public_id,
        refund_amount=refund.amount,
        wallet=True,
    )


def carry_out_refund(*, refund_id: str) -> None:
    """Have the gateway do a refund (by public id), and note it. Repeatable: the gateway sees the same key.

    Call it outside a transaction. A gateway that does not answer leaves it for the next try.
    """
    refund = Refund.objects.select_related("payment").get(public_id=refund_id)
    if refund.status != RefundStatus.REQUESTED:
        return
    payment = refund.payment
    actor = gateway_actor(payment.gateway)
    state: RefundState | None = None
    try:
        state = gateways.get(payment.gateway).refund(
            RefundOrder(
                reference=refund.public_id,
                gateway_ref=payment.gateway_ref,
                amount=refund.amount,
                currency=payment.currency,
                idempotency_key=str(refund.idempotency_key),
                payment=payment.public_id,
            )
        )
    except GatewayUnavailable:
        return
    except GatewayRefused:
        pass
    with transaction.atomic(durable=True):
        lock_owner(payment.booking_ref)
        lock_payment(payment.pk)
        if state is None:
            refuse_refund(refund_pk=refund.pk, payment_pk=payment.pk, actor=actor)
        else:
            finish_refund(state, payment_pk=payment.pk, actor=actor)
