"""The sandbox as a gateway: its words in, ours out."""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from common import clock
from payments.enums import (
    DisputeStatus,
    Movement,
    PayeeNeed,
    PayeeStatus,
    PaymentHint,
    PaymentStatus,
    PayoutResult,
    RefundStatus,
)
from payments.errors import GatewayRefused, WebhookInvalid
from payments.gateways.base import (
    CaptureOrder,
    CardOrder,
    CardState,
    DisputeState,
    PayeeOrder,
    PayeeState,
    PaymentOrder,
    PaymentState,
    PayoutOrder,
    PayoutState,
    RefundOrder,
    RefundState,
    ReportLine,
    WebhookEvent,
)
from payments.sandbox import cards, payees, report, service, signing
from payments.sandbox.wire import SandboxError, Wire

_STATUS = {
    "requires_payment": PaymentStatus.PENDING,
    "requires_action": PaymentStatus.PENDING,
    "processing": PaymentStatus.PENDING,
    "authorized": PaymentStatus.AUTHORISED,
    "succeeded": PaymentStatus.CAPTURED,
    "declined": PaymentStatus.FAILED,
    "canceled": PaymentStatus.CANCELLED,
}


_MOVED = {
    "payment": Movement.CAPTURE,
    "refund": Movement.REFUND_PAID,
    "payout": Movement.PAYOUT,
    "dispute": Movement.CHARGEBACK,
    "dispute_won": Movement.CHARGEBACK_WON,
    "bank": Movement.TO_BANK,
}


_PAYEE = {
    "new": (PayeeStatus.MISSING, (PayeeNeed.BUSINESS, PayeeNeed.PERSON, PayeeNeed.BANK)),
    "document_needed": (PayeeStatus.MISSING, (PayeeNeed.DOCUMENT,)),
    "verified": (PayeeStatus.ENABLED, ()),
    "refused": (PayeeStatus.REJECTED, ()),
}


class SandboxGateway:
    """Pays nothing, but as if."""

    name = "sandbox"
    title = _("Sandbox payments")
    remote = True
    holds = True
    keeps_payees = True
    needs_payees = False
    keeps_cards = True

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
                manual_capture=order.hold,
                customer=order.holder,
                save_card=order.keep,
                card=order.card,
            )
        )

    def open_holder(self, *, user: str, idempotency_key: str) -> str:
        made = _asked(cards.create_customer, reference=user, idempotency_key=idempotency_key)
        return str(made["id"])

    def confirm(self, order: CardOrder) -> PaymentState:
        return _state(_asked(service.confirm_intent, order.gateway_ref))

    def forget_card(self, *, card: str) -> None:
        cards.delete_card(card)

    def forget_holder(self, *, holder: str) -> None:
        cards.delete_customer(holder)

    def fetch(self, *, gateway_ref: str) -> PaymentState:
        return _state(_asked(service.get_intent, gateway_ref))

    def capture(self, order: CaptureOrder) -> PaymentState:
        return _state(_asked(service.capture_intent, order.gateway_ref, amount=order.amount))

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

    def open_payee(self, order: PayeeOrder) -> PayeeState:
        return _payee_state(
            _asked(
                payees.create_payee,
                merchant=settings.SITE_NAME,
                reference=order.provider,
                country=order.country,
                idempotency_key=order.idempotency_key,
            )
        )

    def payee(self, *, account: str) -> PayeeState:
        return _payee_state(_asked(payees.get_payee, account))

    def payee_page(self, *, account: str, return_url: str, expired_url: str) -> str:
        return str(_asked(payees.page_of, account, return_url=return_url)["url"])

    def report(self, day: date) -> list[ReportLine]:
        return [
            ReportLine(
                id=f"{line['kind']}:{line['id']}",
                moved=_MOVED[line["kind"]],
                reference=line["reference"],
                gateway_ref=line["id"],
                amount=int(line["amount"]),
                currency=line["currency"],
                at=datetime.fromisoformat(line["at"]),
                fee=int(line["fee"]),
                payment=line["payment"],
            )
            for line in report.report(day)
        ]

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


def _payee_state(payee: Wire) -> PayeeState:
    status, needs = _PAYEE[payee["status"]]
    return PayeeState(account=payee["id"], status=status, needs=needs)


def _asked(call: Callable[..., Wire], *args: Any, **kwargs: Any) -> Wire:
    try:
        return call(*args, **kwargs)
    except SandboxError as error:
        raise GatewayRefused(reason=error.code) from error


def _state(intent: Wire) -> PaymentState:
    return PaymentState(
        reference=intent["reference"],
        gateway_ref=intent["id"],
        status=_STATUS[intent["status"]],
        amount=int(intent["captured"] or intent["amount"]),
        currency=intent["currency"],
        revision=int(intent["revision"]),
        redirect_url=intent["url"],
        refunds=tuple(_refund_state(refund) for refund in intent["refunds"]),
        disputes=tuple(
            DisputeState(
                gateway_ref=dispute["id"],
                amount=int(dispute["amount"]),
                currency=dispute["currency"],
                status=DisputeStatus(dispute["status"]),
                reason=dispute["reason"],
                respond_by=datetime.fromisoformat(dispute["respond_by"]),
            )
            for dispute in intent["disputes"]
        ),
        hint=PaymentHint.STEP_UP if intent["status"] == "requires_action" else PaymentHint(intent["hint"]),
        held_until=datetime.fromisoformat(intent["expires_at"]) if intent["expires_at"] else None,
        card=_card_state(intent["card"]) if intent["card"] else None,
    )


def _card_state(card: Wire) -> CardState:
    return CardState(card["id"], card["brand"], card["last4"], card["exp_month"], card["exp_year"])


def _refund_state(refund: Wire) -> RefundState:
    return RefundState(
        reference=refund["reference"],
        gateway_ref=refund["id"],
        amount=int(refund["amount"]),
        currency=refund["currency"],
        status=RefundStatus.DONE,
    )
