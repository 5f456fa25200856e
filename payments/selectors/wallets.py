"""Reading wallets: what the marketplace keeps for a user, by currency, and how it came and went."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum

from payments.enums import AccountKind, PaymentStatus, TransactionKind
from payments.models import LedgerAccount, LedgerEntry, Payment

METHOD = "wallet"


@dataclass(frozen=True, slots=True)
class WalletLine:
    """One movement: minor units, positive into the wallet."""

    at: datetime
    kind: TransactionKind
    booking_ref: str
    amount: int
    currency: str


def wallets_of(user_id: str) -> dict[str, int]:
    """What a user (public id) has, in minor units by currency; nothing for what was never used."""
    rows = LedgerAccount.objects.filter(kind=AccountKind.WALLET, owner=user_id).order_by("currency")
    return {row.currency: int(row.balance or 0) for row in rows}


def wallet_balance(user_id: str, currency: str) -> int:
    """What a user (public id) has in one currency, in minor units."""
    return wallets_of(user_id).get(currency, 0)


def wallet_lines(user_id: str) -> list[WalletLine]:
    """Every movement of a user's wallets, the newest first."""
    entries = LedgerEntry.objects.filter(account__kind=AccountKind.WALLET, account__owner=user_id)
    return [
        WalletLine(
            entry.transaction.at,
            TransactionKind(entry.transaction.kind),
            entry.transaction.booking_ref,
            entry.amount,
            entry.currency,
        )
        for entry in entries.select_related("transaction").order_by("-transaction_id", "-pk")
    ]


def wallet_part(booking_ref: str, *, besides: str = "") -> int:
    """What of the booking's money came from a wallet and has not gone back there, in minor units; `besides` one payment
    (public id)."""
    paid = Payment.objects.filter(booking_ref=booking_ref, method=METHOD, status=PaymentStatus.CAPTURED)
    sums = paid.exclude(public_id=besides).aggregate(paid=Sum("amount"), back=Sum("refunded"))
    return int(sums["paid"] or 0) - int(sums["back"] or 0)
