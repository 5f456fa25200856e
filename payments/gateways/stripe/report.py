"""Stripe's report of a day: its balance transactions."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from common import clock
from payments.enums import Movement
from payments.gateways.base import ReportLine
from payments.gateways.stripe.wire import Wire, instant, listed, v1

_MOVED = {
    "charge": Movement.CAPTURE,
    "payment": Movement.CAPTURE,
    "refund": Movement.REFUND_PAID,
    "payment_refund": Movement.REFUND_PAID,
    "transfer": Movement.PAYOUT,
    "stripe_fee": Movement.FEE,
    "stripe_fx_fee": Movement.FEE,
    "tax_fee": Movement.FEE,
    "network_cost": Movement.FEE,
    # To our bank, back from it when it did not arrive, and from it when somebody fills the balance up.
    "payout": Movement.TO_BANK,
    "payout_failure": Movement.TO_BANK,
    "payout_cancel": Movement.TO_BANK,
    "topup": Movement.TO_BANK,
    "topup_reversal": Movement.TO_BANK,
}
# Under which name our id stands in the metadata of what moved.
_NAMES = {Movement.CAPTURE: "payment", Movement.REFUND_PAID: "refund", Movement.PAYOUT: "payout"}


def report(day: date, about: Callable[[Wire], str]) -> list[ReportLine]:
    """Every balance transaction of a day (UTC); `about` names the payment of ours that something is about."""
    start = datetime.combine(day, datetime.min.time(), tzinfo=UTC)
    created = {"gte": int(start.timestamp()), "lt": int((start + timedelta(days=1)).timestamp())}
    lines = listed(
        lambda: v1().balance_transactions.list({"created": created, "limit": 100, "expand": ["data.source"]})
    )
    return [_line(each, about) for each in lines]


def _line(entry: Wire, about: Callable[[Wire], str]) -> ReportLine:
    moved = _MOVED.get(entry["type"], Movement.OTHER)
    source: Wire = entry["source"] if isinstance(entry["source"], dict) else {}
    names = source.get("metadata") or {}
    is_dispute = source.get("object") == "dispute"
    if is_dispute:
        moved = Movement.CHARGEBACK if entry["amount"] < 0 else Movement.CHARGEBACK_WON
    source_id = source.get("id") or str(entry["source"] or entry["id"])
    return ReportLine(
        id=entry["id"],
        moved=moved,
        reference=source_id if is_dispute else names.get(_NAMES.get(moved, ""), ""),
        gateway_ref=source_id,
        amount=entry["amount"],
        currency=entry["currency"].upper(),
        at=instant(entry["created"]) or clock.now(),
        fee=entry["fee"],
        payment=about(source) if source else "",
    )
