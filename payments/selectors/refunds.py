"""What can be given back of a booking, and where it would come from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from babel.numbers import get_currency_precision
from django.db.models import Q, Sum

from payments.enums import AccountKind, DisputeStatus, PaymentStatus, TransactionKind
from payments.errors import RefundTooMuch
from payments.models import Dispute, LedgerEntry, Payment, RefundLimit
from payments.rules.refunds import DEFAULT_LIMIT_MAJOR, taken_back
from payments.selectors import held_amount

Owner = tuple[AccountKind, str]
# Who has a share of what was released: the provider, the marketplace, a tax office.
_EARNS = (AccountKind.PAYABLE, AccountKind.COMMISSION, AccountKind.TAX)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a refund comes from, in minor units: of what is held, and `parts` of what was released, by account."""

    held: int
    parts: Mapping[Owner, int] = field(default_factory=dict)

    @property
    def released(self) -> int:
        """How much was released already."""
        return sum(self.parts.values())

    def of(self, kind: AccountKind) -> int:
        """What accounts of this kind give back."""
        return sum(part for (of, _owner), part in self.parts.items() if of == kind)


def refundable(booking_ref: str) -> int:
    """What was paid online for the booking and has not been asked back, in minor units."""
    sums = (
        Payment.objects.filter(booking_ref=booking_ref, status=PaymentStatus.CAPTURED)
        .exclude(method="counter")
        .aggregate(paid=Sum("amount"), back=Sum("refunded"))
    )
    # What the customer's bank took back, or may yet keep, does not go back a second time.
    disputed = Dispute.objects.filter(payment__booking_ref=booking_ref).exclude(status=DisputeStatus.WON)
    taken = disputed.aggregate(sum=Sum("amount"))["sum"] or 0
    return max(0, int(sums["paid"] or 0) - int(sums["back"] or 0) - int(taken))


def where_from(booking_ref: str, amount: int) -> Source:
    """Where `amount` (minor units) of a refund would come from: what is held first. Raises RefundTooMuch."""
    held = min(amount, held_amount(booking_ref))
    if held == amount:
        return Source(held)
    earned = _earned(booking_ref)
    provider = next((owner for owner in earned if owner[0] == AccountKind.PAYABLE), None)
    if provider is None or amount - held > sum(earned.values()):
        raise RefundTooMuch
    parts = taken_back(amount - held, earned, last=provider)
    return Source(held, {owner: part for owner, part in parts.items() if part})


def refund_limit(currency: str) -> int:
    """Up to how much (minor units) one person gives back alone."""
    row = RefundLimit.objects.filter(currency=currency).first()
    return row.amount if row else int(DEFAULT_LIMIT_MAJOR * 10 ** get_currency_precision(currency))


def refund_limits() -> list[RefundLimit]:
    """The limits that were set, by currency."""
    return list(RefundLimit.objects.order_by("currency"))


def _earned(booking_ref: str) -> dict[Owner, int]:
    """What each has of what was released for the booking, less what was taken back: read from the ledger. What the
    counter's commission moved is no part of it: that money never came to us."""
    counter = Q(transaction__kind=TransactionKind.COUNTER) | Q(
        transaction__reverses__kind=TransactionKind.COUNTER
    )
    rows = (
        LedgerEntry.objects.filter(transaction__booking_ref=booking_ref, account__kind__in=_EARNS)
        .exclude(counter)
        .order_by("account_id")
        .values_list("account__kind", "account__owner")
        .annotate(has=Sum("amount"))
    )
    return {(AccountKind(kind), owner): int(has) for kind, owner, has in rows if has > 0}
