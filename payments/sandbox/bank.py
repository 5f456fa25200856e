"""What the sandbox keeps for its services, and what it sends to its merchant's own bank."""

from datetime import timedelta
from typing import Any

from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Coalesce

from common import clock
from payments.sandbox.models import (
    SandboxBankPayout,
    SandboxDispute,
    SandboxIntent,
    SandboxPayout,
    SandboxRefund,
)

FEE, FEE_PER_MILLE = 25, 15
# What came lately stays, so that those whom the merchant pays can be paid out of it.
STAYS = timedelta(days=7)


def fee_of(amount: int) -> int:
    """What is kept of a payment, in minor units: 0.25 and 1.5 %, rounded down."""
    return FEE + amount * FEE_PER_MILLE // 1000


def balance(currency: str) -> int:
    """What the sandbox holds for its merchant in a currency, in minor units."""
    taken = SandboxIntent.objects.filter(currency=currency, captured__gt=0)
    fees = taken.aggregate(sum=Sum(FEE + F("captured") * FEE_PER_MILLE / 1000))["sum"] or 0
    out = (
        _sum(SandboxRefund.objects.filter(intent__currency=currency))
        + _sum(SandboxPayout.objects.filter(currency=currency))
        + _sum(SandboxBankPayout.objects.filter(currency=currency))
        + _sum(SandboxDispute.objects.filter(intent__currency=currency).exclude(status="won"))
    )
    return int(taken.aggregate(sum=Sum("captured"))["sum"] or 0) - int(fees) - out


def pay_bank() -> int:
    """Send to the merchant's bank what has been there for some days, once a day and currency; answers how many."""
    now, sent = clock.now(), 0
    for currency in SandboxIntent.objects.values_list("currency", flat=True).distinct().order_by("currency"):
        young = SandboxIntent.objects.filter(currency=currency, captured_at__gt=now - STAYS)
        amount = balance(currency) - int(young.aggregate(sum=Sum("captured"))["sum"] or 0)
        if amount > 0:
            _row, is_new = SandboxBankPayout.objects.get_or_create(
                day=now.date(), currency=currency, defaults={"amount": amount}
            )
            sent += is_new
    return sent


def _sum(rows: QuerySet[Any]) -> int:
    return int(rows.aggregate(sum=Coalesce(Sum("amount"), 0))["sum"])
