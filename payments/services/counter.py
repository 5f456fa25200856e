"""Money that the provider took at the counter."""

from django.db import transaction

from common import clock
from payments import events
from payments.enums import LIVE, AccountKind, PaymentStatus, TransactionKind
from payments.errors import AlreadyPaid, InvalidAmount, NotPaidAtCounter
from payments.gateways.counter import CounterGateway
from payments.models import LedgerTransaction, Payment
from payments.services.ledger import Account, Cause, Line, post, reverse
from payments.services.locks import lock_owner, lock_payments
from payments.services.news import tell
from payments.services.opening import cancel_open_payments, opened_with
from payments.services.shares import owed

METHOD = CounterGateway.name


def record_counter_payment(
    *,
    booking_ref: str,
    provider_id: str,
    amount: int,
    currency: str,
    actor: str,
    reason: str = "",
    means: str = "",
    note: str = "",
) -> Payment:
    """Note that the provider took `amount` minor units for the booking. Joins the transaction.

    `means` says how (CounterMeans), `note` what the shop wants beside it.

    The money is the provider's already; it owes the marketplace the commission. An open payment of the
    booking is taken up if it was to be paid at the counter, else cancelled. Raises InvalidAmount,
    AlreadyPaid.
    """
    if amount <= 0:
        raise InvalidAmount
    with transaction.atomic():
        lock_owner(booking_ref)
        counter = lock_payments(booking_ref).filter(method=METHOD)
        if counter.filter(status=PaymentStatus.CAPTURED, reversed_at__isnull=True).exists():
            raise AlreadyPaid
        payment = counter.filter(status__in=LIVE, provider_id=provider_id, currency=currency).first()
        if payment is None:
            cancel_open_payments(booking_ref=booking_ref, actor=actor)
            payment = Payment(
                booking_ref=booking_ref,
                provider_id=provider_id,
                method=METHOD,
                gateway=METHOD,
                currency=currency,
                **opened_with(booking_ref=booking_ref, provider_id=provider_id, currency=currency),
            )
        payment.amount, payment.means, payment.note = amount, means, note
        payment.status, payment.captured_at = PaymentStatus.CAPTURED, clock.now()
        payment.save()
        _owe_commission(payment, actor)
        tell(payment, events.CAPTURED, actor=actor, reason=reason, means=means)
        payment.refresh_from_db()
        return payment


def reverse_counter_payment(*, booking_ref: str, actor: str, reason: str = "") -> Payment:
    """What was taken at the counter no longer counts: it was noted by mistake, or handed back there.

    The commission is owed no more: its ledger transaction is reversed. Joins the transaction; once per payment.
    `reason` is for people. Raises NotPaidAtCounter.
    """
    with transaction.atomic():
        lock_owner(booking_ref)
        payment = (
            lock_payments(booking_ref)
            .filter(method=METHOD, status=PaymentStatus.CAPTURED, reversed_at__isnull=True)
            .first()
        )
        if payment is None:
            raise NotPaidAtCounter
        payment.reversed_at, payment.reversal_reason = clock.now(), reason
        payment.save(update_fields=["reversed_at", "reversal_reason"])
        owed = LedgerTransaction.objects.filter(
            kind=TransactionKind.COUNTER, cause_type="payment", cause_id=payment.public_id
        ).first()
        if owed is not None:
            reverse(original=owed, actor=actor)
        tell(payment, events.REVERSED, actor=actor)
        return payment


def give_back_at_counter(*, booking_ref: str, keep_amount: int, actor: str, reason: str) -> None:
    """The visit was given up: the provider hands back what it took at the counter, but for `keep_amount`.

    What it took no longer counts, and what it keeps is noted as taken: it owes the commission of that only. Joins
    the transaction. Raises InvalidAmount, NotPaidAtCounter.
    """
    if keep_amount < 0:
        raise InvalidAmount
    with transaction.atomic():
        taken = reverse_counter_payment(booking_ref=booking_ref, actor=actor, reason=reason)
        if keep_amount > taken.amount:
            raise InvalidAmount
        if keep_amount:
            record_counter_payment(
                booking_ref=booking_ref,
                provider_id=taken.provider_id,
                amount=keep_amount,
                currency=taken.currency,
                actor=actor,
                reason="kept",
                means=taken.means,
            )


def _owe_commission(payment: Payment, actor: str) -> None:
    parts, ours = owed(payment, payment.amount)
    if not ours:
        return
    post(
        kind=TransactionKind.COUNTER,
        booking_ref=payment.booking_ref,
        entries=[
            Line(
                Account(AccountKind.PAYABLE, payment.provider_id),
                -parts.commission - parts.vat,
                payment.currency,
            ),
            *ours,
        ],
        actor=actor,
        cause=Cause("payment", payment.public_id),
    )
