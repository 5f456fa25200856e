"""Reading what gateways took back, and where their reports and the ledger differ."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet, Sum

from payments.enums import AccountKind, DisputeStatus
from payments.models import Dispute, GatewayDay, GatewayDifference, LedgerAccount
from payments.selectors import balance


def disputes_of(booking_refs: Iterable[str]) -> QuerySet[Dispute]:
    """The chargebacks of these bookings' payments, the newest first."""
    found = Dispute.objects.filter(payment__booking_ref__in=list(booking_refs))
    return found.select_related("payment").order_by("-pk")


def lost_amount(booking_ref: str) -> int:
    """What the customer's bank took back of the booking's payments for good, in minor units."""
    lost = Dispute.objects.filter(payment__booking_ref=booking_ref, status=DisputeStatus.LOST)
    return int(lost.aggregate(sum=Sum("amount"))["sum"] or 0)


def open_disputes() -> QuerySet[Dispute]:
    """Chargebacks that are not decided, those first that have to be answered first."""
    return (
        Dispute.objects.filter(status=DisputeStatus.OPEN)
        .select_related("payment")
        .order_by("respond_by", "pk")
    )


def closed_disputes() -> QuerySet[Dispute]:
    """Chargebacks that are decided, the newest first."""
    closed = Dispute.objects.exclude(status=DisputeStatus.OPEN).select_related("payment")
    return closed.order_by("-closed_at", "-pk")


def open_differences() -> QuerySet[GatewayDifference]:
    """What gateways and the ledger do not agree about, the oldest first."""
    return GatewayDifference.objects.filter(settled_at__isnull=True).order_by("found_at", "pk")


def settled_differences() -> QuerySet[GatewayDifference]:
    """What was settled, the newest first."""
    return GatewayDifference.objects.filter(settled_at__isnull=False).order_by("-settled_at", "-pk")


def compared_days(since: date) -> QuerySet[GatewayDay]:
    """The days that were compared, the newest first."""
    return GatewayDay.objects.filter(day__gte=since).order_by("-day", "gateway", "currency")


@dataclass(frozen=True, slots=True)
class Holding:
    """What the ledger says that a gateway holds for us in a currency, and has kept for itself so far: minor units."""

    gateway: str
    currency: str
    held: int
    fees: int


def holdings() -> list[Holding]:
    """Of every gateway and currency in which something moved, in order."""
    accounts = LedgerAccount.objects.filter(kind=AccountKind.GATEWAY).order_by("owner", "currency")
    return [
        Holding(
            gateway=each.owner,
            currency=each.currency,
            held=-balance(AccountKind.GATEWAY, each.owner, each.currency),
            fees=-balance(AccountKind.FEES, each.owner, each.currency),
        )
        for each in accounts
    ]
