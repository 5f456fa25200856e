"""The sandbox's report of a day: every movement of a merchant's money, from its own books."""

from datetime import UTC, date, datetime, timedelta

from common.clock import rfc3339
from payments.sandbox.bank import fee_of
from payments.sandbox.models import (
    SandboxBankPayout,
    SandboxDispute,
    SandboxIntent,
    SandboxPayout,
    SandboxRefund,
)
from payments.sandbox.wire import Wire


def report(day: date) -> list[Wire]:
    """What was moved on a day (UTC): `{"kind", "id", "reference", "amount", "currency", "at", "fee", "payment"}`,
    amounts positive to the merchant, `fee` what is kept of it. Kinds: payment, refund, payout, dispute, dispute_won,
    bank."""
    start = datetime.combine(day, datetime.min.time(), tzinfo=UTC)
    end = start + timedelta(days=1)
    lines: list[Wire] = []

    def add(
        kind: str,
        id: str,
        reference: str,
        amount: int,
        currency: str,
        at: datetime,
        payment: str = "",
        fee: int = 0,
    ) -> None:
        lines.append(
            {
                "kind": kind,
                "id": id,
                "reference": reference,
                "amount": amount,
                "currency": currency,
                "at": rfc3339(at),
                "fee": fee,
                "payment": payment,
            }
        )

    for intent in SandboxIntent.objects.filter(captured_at__gte=start, captured_at__lt=end):
        assert intent.captured_at
        add(
            "payment",
            intent.public_id,
            intent.merchant_reference,
            intent.captured,
            intent.currency,
            intent.captured_at,
            intent.merchant_reference,
            fee_of(intent.captured),
        )
    for refund in SandboxRefund.objects.filter(created_at__gte=start, created_at__lt=end).select_related(
        "intent"
    ):
        add(
            "refund",
            refund.public_id,
            refund.merchant_reference,
            -refund.amount,
            refund.intent.currency,
            refund.created_at,
            refund.intent.merchant_reference,
        )
    for payout in SandboxPayout.objects.filter(created_at__gte=start, created_at__lt=end):
        add(
            "payout",
            payout.public_id,
            payout.merchant_reference,
            -payout.amount,
            payout.currency,
            payout.created_at,
        )
    disputes = SandboxDispute.objects.select_related("intent")
    for dispute in disputes.filter(created_at__gte=start, created_at__lt=end):
        add(
            "dispute",
            dispute.public_id,
            dispute.public_id,
            -dispute.amount,
            dispute.intent.currency,
            dispute.created_at,
            dispute.intent.merchant_reference,
        )
    for dispute in disputes.filter(status="won", closed_at__gte=start, closed_at__lt=end):
        assert dispute.closed_at
        add(
            "dispute_won",
            dispute.public_id,
            dispute.public_id,
            dispute.amount,
            dispute.intent.currency,
            dispute.closed_at,
            dispute.intent.merchant_reference,
        )
    for sent in SandboxBankPayout.objects.filter(created_at__gte=start, created_at__lt=end):
        add("bank", sent.public_id, "", -sent.amount, sent.currency, sent.created_at)
    return lines
