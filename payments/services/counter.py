"""Money that the provider took at the counter."""

from django.db import transaction

from common import clock
from payments import events
from payments.enums import LIVE, AccountKind, PaymentStatus, TransactionKind
from payments.errors import AlreadyPaid, InvalidAmount
from payments.gateways.counter import CounterGateway
from payments.models import Payment
from payments.rules.commission import commission
from payments.services.ledger import MARKETPLACE, Account, Cause, Line, post
from payments.services.locks import lock_owner, lock_payments
from payments.services.news import tell
from payments.services.opening import cancel_open_payments

METHOD = CounterGateway.name


def record_counter_payment(
    *, booking_ref: str, provider_id: str, amount: int, currency: str, actor: str, reason: str = ""
) -> Payment:
    """Note that the provider took `amount` minor units for the booking. Joins the transaction.

    The money is the provider's already; it owes the marketplace the commission. An open payment of the
    booking is taken up if it was to be paid at the counter, else cancelled. Raises InvalidAmount,
    AlreadyPaid.
    """
    if amount <= 0:
        raise InvalidAmount
    with transaction.atomic():
        lock_owner(booking_ref)
        counter = lock_payments(booking_ref).filter(method=METHOD)
        if counter.filter(status=PaymentStatus.CAPTURED).exists():
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
            )
        payment.amount = amount
        payment.status, payment.captured_at = PaymentStatus.CAPTURED, clock.now()
        payment.save()
        _owe_commission(payment, actor)
        tell(payment, events.CAPTURED, actor=actor, reason=reason)
        payment.refresh_from_db()
        return payment


def _owe_commission(payment: Payment, actor: str) -> None:
    share = commission(payment.amount, payment.commission_bp)
    if not share:
        return
    post(
        kind=TransactionKind.COUNTER,
        booking_ref=payment.booking_ref,
        entries=[
            Line(Account(AccountKind.PAYABLE, payment.provider_id), -share, payment.currency),
            Line(Account(AccountKind.COMMISSION, MARKETPLACE), share, payment.currency),
        ],
        actor=actor,
        cause=Cause("payment", payment.public_id),
    )
