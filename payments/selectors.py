"""Reading payments and balances."""

from collections.abc import Iterable

from django.db.models import F, Q, QuerySet, Sum

from payments.enums import LIVE, AccountKind, PaymentStatus
from payments.models import CancellationPolicy, LedgerAccount, LedgerEntry, Payment
from payments.rules.policy import DEFAULT, Policy
from providers.models import Service


def payments_of(booking_ref: str) -> QuerySet[Payment]:
    """The booking's payments, oldest first, with their refunds."""
    return Payment.objects.filter(booking_ref=booking_ref).order_by("pk").prefetch_related("refunds")


def open_payment_of(booking_ref: str) -> Payment | None:
    """The one payment of the booking that waits for the customer, if any."""
    return Payment.objects.filter(booking_ref=booking_ref, status__in=LIVE).first()


def counter_payments_of(booking_refs: Iterable[str]) -> dict[str, Payment]:
    """What was taken at the counter and stands, by booking: one each. One query."""
    found = Payment.objects.filter(
        booking_ref__in=list(booking_refs),
        method="counter",
        status=PaymentStatus.CAPTURED,
        reversed_at__isnull=True,
    )
    return {payment.booking_ref: payment for payment in found}


def held_amount(booking_ref: str) -> int:
    """What is in escrow for the booking: paid online, and neither released, kept nor asked back."""
    held = LedgerAccount.objects.filter(kind=AccountKind.ESCROW, owner=booking_ref)
    return int(held.aggregate(sum=Sum("balance"))["sum"] or 0)


def ledger_of(booking_ref: str) -> QuerySet[LedgerEntry]:
    """Every entry posted for the booking, in order, with its transaction and account."""
    return (
        LedgerEntry.objects.filter(transaction__booking_ref=booking_ref)
        .select_related("transaction", "account")
        .order_by("transaction_id", "pk")
    )


def balance(kind: AccountKind, owner: str, currency: str) -> int:
    """An account's balance from its entries: what the marketplace owes the owner (negative: is owed)."""
    entries = LedgerEntry.objects.filter(account__kind=kind, account__owner=owner, account__currency=currency)
    return int(entries.aggregate(sum=Sum("amount"))["sum"] or 0)


def provider_balance(provider_id: str, currency: str) -> int:
    """What the marketplace owes a provider in a currency; negative when the provider owes commission."""
    return balance(AccountKind.PAYABLE, provider_id, currency)


def policy_for(service: Service) -> Policy:
    """The rules a service is sold under: its own, else its provider's, else the marketplace's."""
    row = (
        CancellationPolicy.objects.filter(provider_id=service.provider_id)
        .filter(Q(service=service) | Q(service__isnull=True))
        .order_by(F("service").asc(nulls_last=True))
        .first()
    )
    return row.rules if row else DEFAULT
