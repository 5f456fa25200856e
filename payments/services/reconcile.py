"""Asking gateways what they have not told, and finishing what a crash interrupted."""

import contextlib
import logging
from datetime import timedelta

from django.db import transaction

from common import clock
from common.actors import SYSTEM
from common.errors import NotFound
from payments import gateways
from payments.enums import LIVE, PaymentStatus
from payments.errors import GatewayRefused, GatewayUnavailable, PaymentClosed
from payments.gateways.base import CaptureOrder, Gateway, PaymentState
from payments.models import Payment, Refund
from payments.services.gateway_state import apply_gateway_state
from payments.services.opening import cancel_open_payments, start_payment
from payments.services.refunds import FIRST_RETRY, LONGEST_RETRY, carry_out_refund

log = logging.getLogger(__name__)

BATCH = 50
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=15)
# A payment nobody has paid by then is closed.
ABANDONED = timedelta(hours=24)


def sync_payment(*, payment_id: str) -> Payment:
    """Ask the gateway about a payment (by public id) and apply what it says. Call it outside a transaction.

    A payment that we closed is closed there too. Raises NotFound, GatewayUnavailable, GatewayRefused,
    PaymentClosed.
    """
    payment = Payment.objects.filter(public_id=payment_id).first()
    if payment is None:
        raise NotFound
    gateway = gateways.get(payment.gateway)
    if not gateway.remote:
        return payment
    if not payment.gateway_ref:
        return start_payment(payment, actor=SYSTEM, present=False)
    return apply_gateway_state(gateway=gateway.name, state=_ask(gateway, payment))


def _ask(gateway: Gateway, payment: Payment) -> PaymentState:
    """Have the gateway do what we decided about the payment; it answers how it stands then."""
    if payment.status in (PaymentStatus.CANCELLED, PaymentStatus.FAILED):
        return gateway.cancel(gateway_ref=payment.gateway_ref)
    if payment.status == PaymentStatus.AUTHORISED and payment.capture_amount is not None:
        with contextlib.suppress(GatewayRefused):  # it lapsed, or was taken: asking says which
            return gateway.capture(
                CaptureOrder(
                    reference=payment.public_id,
                    gateway_ref=payment.gateway_ref,
                    amount=payment.capture_amount,
                    currency=payment.currency,
                    idempotency_key=f"{payment.idempotency_key}-capture",
                )
            )
    return gateway.fetch(gateway_ref=payment.gateway_ref)


def sync_booking(*, booking_ref: str) -> None:
    """Ask about the booking's payments that the gateway has not settled: for the page people come back to.

    Call it outside a transaction. A gateway that does not answer leaves things as they are.
    """
    for payment in Payment.objects.filter(booking_ref=booking_ref, next_check_at__isnull=False):
        _sync_quietly(payment)


def settle_at_gateway(*, payment_id: str) -> None:
    """Close a payment at its gateway that we closed here, or take what is held as we decided. If the gateway does not
    answer, the next check does it."""
    payment = Payment.objects.get(public_id=payment_id)
    if payment.next_check_at and payment.gateway_ref:
        _sync_quietly(payment)


def check_payments() -> int:
    """Ask about the payments whose time has come; answers how many. Any number of workers may run this."""
    now = clock.now()
    with transaction.atomic():
        due = list(
            Payment.objects.select_for_update(skip_locked=True, no_key=True)
            .filter(next_check_at__lte=now)
            .order_by("next_check_at")[:BATCH]
        )
        for payment in due:
            payment.next_check_at = now + min(FIRST_PAUSE * 2 ** min(payment.checks, 10), LONGEST_PAUSE)
            payment.checks += 1
            payment.save(update_fields=["next_check_at", "checks"])
    for payment in due:
        try:
            _check(payment)
        except Exception:  # one bad row must not keep the others waiting
            log.exception("payment %s could not be checked", payment.public_id)
    return len(due)


def _check(payment: Payment) -> None:
    if payment.status in LIVE and payment.created_at < clock.now() - ABANDONED:
        cancel_open_payments(booking_ref=payment.booking_ref, actor=SYSTEM)
    _sync_quietly(payment)


def _sync_quietly(payment: Payment) -> None:
    try:
        sync_payment(payment_id=payment.public_id)
    except (GatewayUnavailable, GatewayRefused, PaymentClosed) as error:
        log.warning("payment %s could not be checked: %s", payment.public_id, error.code)


def retry_refunds() -> int:
    """Carry out the refunds whose time has come; answers how many. Any number of workers may run this."""
    now = clock.now()
    with transaction.atomic():
        due = list(
            Refund.objects.select_for_update(skip_locked=True)
            .filter(next_try_at__lte=now)
            .order_by("next_try_at")[:BATCH]
        )
        for refund in due:
            refund.next_try_at = now + min(FIRST_RETRY * 2 ** min(refund.tries, 10), LONGEST_RETRY)
            refund.tries += 1
            refund.save(update_fields=["next_try_at", "tries"])
    for refund in due:
        try:
            carry_out_refund(refund_id=refund.public_id)
        except Exception:  # the same
            log.exception("refund %s could not be carried out", refund.public_id)
    return len(due)
