"""The sandbox as a gateway: its words in, ours out."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings

from common import clock
from payments.enums import PaymentStatus, PayoutResult, RefundStatus
from payments.errors import GatewayRefused, WebhookInvalid
from payments.gateways.base import (
    PaymentOrder,
    PaymentState,
    PayoutOrder,
    PayoutState,
    RefundOrder,
    RefundState,
    WebhookEvent,
)
from payments.sandbox import service, signing

_STATUS = {
    "requires_payment": PaymentStatus.PENDING,
    "processing": PaymentStatus.PENDING,
    "succeeded": PaymentStatus.CAPTURED,
    "declined": PaymentStatus.FAILED,
    "canceled": PaymentStatus.CANCELLED,
}


class SandboxGateway:
    """Pays nothing, but as if."""

    name = "sandbox"
    remote = True

    def create(self, order: PaymentOrder) -> PaymentState:
        return _state(
            _asked(
                service.create_intent,
                merchant=settings.SITE_NAME,
                reference=order.reference,
                amount=order.amount,
                currency=order.currency,
                return_url=order.return_url,
                idempotency_key=order.idempotency_key,
            )
        )

    def fetch(self, *, gateway_ref: str) -> PaymentState:
        return _state(_asked(service.get_intent, gateway_ref))

    def cancel(self, *, gateway_ref: str) -> PaymentState:
        return _state(_asked(service.cancel_intent, gateway_ref))

    def refund(self, order: RefundOrder) -> RefundState:
        return _refund_state(
            _asked(
                service.create_refund,
                intent_id=order.gateway_ref,
                reference=order.reference,
                amount=order.amount,
                idempotency_key=order.idempotency_key,
            )
        )

    def pay_out(self, order: PayoutOrder) -> PayoutState:
        payout = _asked(
            service.create_payout,
            destination=order.destination,
            reference=order.reference,
            amount=order.amount,
            currency=order.currency,
            idempotency_key=order.idempotency_key,
        )
        return PayoutState(
            reference=payout["reference"],
            gateway_ref=payout["id"],
            amount=int(payout["amount"]),
            currency=payout["currency"],
            result=PayoutResult.PAID,
        )

    def verify_webhook(self, *, headers: Mapping[str, str], body: bytes) -> WebhookEvent:
        header = headers.get(signing.HEADER, "")
        now = int(clock.now().timestamp())
        if not signing.is_valid(secret=settings.SANDBOX_SECRET, body=body, header=header, now=now):
            raise WebhookInvalid
        try:
            event = json.loads(body)
            return WebhookEvent(id=str(event["id"])[:64], state=_state(event["intent"]))
        except (ValueError, KeyError, TypeError) as error:
            raise WebhookInvalid from error


def _asked(call: Callable[..., service.Wire], *args: Any, **kwargs: Any) -> service.Wire:
    try:
        return call(*args, **kwargs)
    except service.SandboxError as error:
        raise GatewayRefused(reason=error.code) from error


def _state(intent: service.Wire) -> PaymentState:
    return PaymentState(
        reference=intent["reference"],
        gateway_ref=intent["id"],
        status=_STATUS[intent["status"]],
        amount=int(intent["amount"]),
        currency=intent["currency"],
        revision=int(intent["revision"]),
        redirect_url=intent["url"],
        refunds=tuple(_refund_state(refund) for refund in intent["refunds"]),
    )


def _refund_state(refund: service.Wire) -> RefundState:
    return RefundState(
        reference=refund["reference"],
        gateway_ref=refund["id"],
        amount=int(refund["amount"]),
        currency=refund["currency"],
        status=RefundStatus.DONE,
    )
