"""Paying the provider at the counter: nobody elsewhere to ask, and the money never passes through us."""

from collections.abc import Mapping
from datetime import date

from payments.enums import PaymentStatus
from payments.errors import GatewayRefused, WebhookInvalid
from payments.gateways.base import (
    CaptureOrder,
    CardOrder,
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


class CounterGateway:
    """A payment stays pending until the provider's staff note it (`record_counter_payment`)."""

    name = "counter"
    title = ""
    remote = False
    holds = False
    keeps_payees = False
    needs_payees = False
    keeps_cards = False

    def create(self, order: PaymentOrder) -> PaymentState:
        return PaymentState(
            reference=order.reference,
            gateway_ref=order.reference,
            status=PaymentStatus.PENDING,
            amount=order.amount,
            currency=order.currency,
        )

    def fetch(self, *, gateway_ref: str) -> PaymentState:
        raise GatewayRefused

    def open_holder(self, *, user: str, idempotency_key: str) -> str:
        raise GatewayRefused

    def confirm(self, order: CardOrder) -> PaymentState:
        raise GatewayRefused

    def forget_card(self, *, card: str) -> None:
        raise GatewayRefused

    def forget_holder(self, *, holder: str) -> None:
        raise GatewayRefused

    def capture(self, order: CaptureOrder) -> PaymentState:
        raise GatewayRefused

    def cancel(self, *, gateway_ref: str) -> PaymentState:
        raise GatewayRefused

    def refund(self, order: RefundOrder) -> RefundState:
        """The provider gives back what it took: not ours to do."""
        raise GatewayRefused

    def pay_out(self, order: PayoutOrder) -> PayoutState:
        """The marketplace has no till to pay out of."""
        raise GatewayRefused

    def open_payee(self, order: PayeeOrder) -> PayeeState:
        raise GatewayRefused

    def payee(self, *, account: str) -> PayeeState:
        raise GatewayRefused

    def payee_page(self, *, account: str, return_url: str, expired_url: str) -> str:
        raise GatewayRefused

    def report(self, day: date) -> list[ReportLine]:
        """Nothing: the money never passes through us."""
        return []

    def verify_webhook(self, *, headers: Mapping[str, str], body: bytes) -> WebhookEvent:
        raise WebhookInvalid
