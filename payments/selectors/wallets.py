"""Reading wallets: what the marketplace keeps for a user, by currency, and how it came and went."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, QuerySet, Sum

from payments.enums import (
    AccountKind,
    DisputeStatus,
    PaymentStatus,
    TransactionKind,
    WalletPayoutState,
)
from payments.models import Dispute, LedgerAccount, LedgerEntry, Payment, Refund, WalletPayout

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


def wallet_entries(user_id: str) -> QuerySet[LedgerEntry]:
    """Every movement of a user's wallets (public id), with its transaction, the newest first."""
    entries = LedgerEntry.objects.filter(account__kind=AccountKind.WALLET, account__owner=user_id)
    return entries.select_related("transaction").order_by("-pk")


def wallet_line(entry: LedgerEntry) -> WalletLine:
    """What may be said of one movement."""
    posted = entry.transaction
    return WalletLine(
        posted.at, TransactionKind(posted.kind), posted.booking_ref, entry.amount, entry.currency
    )


def wallet_lines(user_id: str, most: int | None = None) -> list[WalletLine]:
    """The newest `most` movements of a user's wallets (public id), or all."""
    return [wallet_line(entry) for entry in wallet_entries(user_id)[:most]]


def into_wallet(user_id: str, currency: str) -> list[Refund]:
    """The refunds that a user (public id) has in their wallet though they were paid another way, as far as they have
    not gone on there, the newest first, with their payments. What the customer's bank took back, or may yet keep, goes
    nowhere."""
    disputed = Dispute.objects.exclude(status=DisputeStatus.WON).values("payment")
    rows = Refund.objects.filter(wallet=user_id, payment__currency=currency, sent_on__lt=F("amount"))
    return list(
        rows.exclude(payment__method=METHOD)
        .exclude(payment__in=disputed)
        .select_related("payment")
        .order_by("-pk")
    )


def went_to_wallets(booking_ref: str) -> int:
    """What went back of the booking's money into wallets, in minor units, and has not gone on."""
    rows = Refund.objects.filter(payment__booking_ref=booking_ref).exclude(wallet="")
    return int(rows.aggregate(sum=Sum(F("amount") - F("sent_on")))["sum"] or 0)


def returnable(user_id: str, currency: str) -> int:
    """How much of a user's wallet can go to where it came from, in minor units."""
    came = sum(row.amount - row.sent_on for row in into_wallet(user_id, currency))
    return min(came, wallet_balance(user_id, currency))


def payable_out(user_id: str, currency: str) -> int:
    """How much of a user's wallet can go to a bank account: what cannot go to where it came from. Minor units."""
    return wallet_balance(user_id, currency) - returnable(user_id, currency)


def wallet_payouts_of(user_id: str) -> list[WalletPayout]:
    """What a user asked to have in their bank account, the newest first."""
    return list(WalletPayout.objects.filter(user=user_id).order_by("-pk"))


def waiting_wallet_payouts() -> QuerySet[WalletPayout]:
    """What operators have still to pay, the oldest first."""
    return WalletPayout.objects.filter(state=WalletPayoutState.ASKED).order_by("asked_at", "pk")


def wallet_part(booking_ref: str, *, besides: str = "") -> int:
    """What of the booking's money came from a wallet and has not gone back there, in minor units; `besides` one payment
    (public id)."""
    paid = Payment.objects.filter(booking_ref=booking_ref, method=METHOD, status=PaymentStatus.CAPTURED)
    sums = paid.exclude(public_id=besides).aggregate(paid=Sum("amount"), back=Sum("refunded"))
    return int(sums["paid"] or 0) - int(sums["back"] or 0)
