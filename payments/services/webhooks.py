"""Messages from gateways, from the raw request to the payment."""

import contextlib
import logging
from collections.abc import Mapping

from common import clock
from payments import gateways
from payments.errors import PaymentClosed, UnknownPayment
from payments.models import Payment, WebhookReceipt
from payments.services.gateway_state import apply_gateway_state
from payments.services.payees import hear_of_payee
from payments.services.reconcile import sync_payment

log = logging.getLogger(__name__)


def receive_webhook(*, gateway: str, headers: Mapping[str, str], body: bytes) -> None:
    """Verify a message, keep it, and apply it; one that was applied before changes nothing.

    Should this process die between keeping and applying, the gateway's next delivery (or our own check of the
    payment) does it. Raises NotFound (no such gateway), WebhookInvalid.
    """
    event = gateways.get(gateway).verify_webhook(headers=headers, body=body)
    receipt, _ = WebhookReceipt.objects.get_or_create(
        gateway=gateway, event_id=event.id, defaults={"body": body.decode()}
    )
    if receipt.processed_at:
        return
    if event.state is not None or event.about or event.payee:
        try:
            if event.payee:
                hear_of_payee(gateway=gateway, account=event.payee)
            elif event.state is not None:
                apply_gateway_state(gateway=gateway, state=event.state)
            else:
                _ask_about(gateway, event.about)
        except UnknownPayment:
            log.warning("webhook %s:%s is about no payment of ours", gateway, event.id)
        except Exception:
            # Left unprocessed: the gateway tries again, and so does our own check of the payment.
            log.exception("webhook %s:%s could not be applied", gateway, event.id)
            raise
    WebhookReceipt.objects.filter(pk=receipt.pk).update(processed_at=clock.now())


def _ask_about(gateway: str, payment_id: str) -> None:
    """The message only says that something happened: the gateway is asked what. Raises UnknownPayment and what asking
    does."""
    if not Payment.objects.filter(public_id=payment_id, gateway=gateway).exists():
        raise UnknownPayment
    with contextlib.suppress(PaymentClosed):  # closed here while it was being opened there: done
        sync_payment(payment_id=payment_id)
