"""Reading payouts: what is due, who waits for what, and what was paid."""

from datetime import datetime

from django.db.models import Count, F, Q, QuerySet, Sum

from common import clock
from payments.enums import AccountKind, PayoutStatus, TransactionKind
from payments.models import LedgerAccount, LedgerEntry, Payout, PayoutHold, PayoutRun, PayoutTerms
from payments.rules.payouts import Due, Terms
from payments.selectors import balance
from payments.selectors.spans import within_spans
from providers.models import Provider

# What a provider earns, and is paid only some days later. What it owes counts at once.
EARNED = (TransactionKind.RELEASE, TransactionKind.FEE)


def terms_of(provider: Provider | None) -> Terms:
    """When and how a provider is paid: its own terms, else everybody's, else those that are built in."""
    rows = PayoutTerms.objects.filter(Q(provider=provider) | Q(provider__isnull=True))
    row = rows.order_by(F("provider").asc(nulls_last=True)).first()
    return row.terms if row else Terms()


def own_terms(provider: Provider | None) -> PayoutTerms | None:
    """The terms that were set for a provider (for everybody if None), if any."""
    return PayoutTerms.objects.filter(provider=provider).first()


def due_of(provider_id: str, currency: str, terms: Terms, *, now: datetime | None = None) -> Due:
    """A provider's balance (public id) in a currency, and of it what it earned too lately to be paid now."""
    account = LedgerAccount.objects.filter(
        kind=AccountKind.PAYABLE, owner=provider_id, currency=currency
    ).first()
    if account is None:
        return Due(balance=0, young=0)
    until = terms.earned_until(now or clock.now())
    young = LedgerEntry.objects.filter(
        within_spans([account.pk], until),
        amount__gt=0,
        transaction__kind__in=EARNED,
        transaction__reversed_by__isnull=True,
        transaction__at__gt=until,
    )
    return Due(
        balance=balance(AccountKind.PAYABLE, provider_id, currency),
        young=int(young.aggregate(sum=Sum("amount"))["sum"] or 0),
    )


def payable_accounts() -> QuerySet[LedgerAccount]:
    """Every provider's balance, one account per currency."""
    return LedgerAccount.objects.filter(kind=AccountKind.PAYABLE).order_by("pk")


def currencies_of(provider: Provider) -> list[str]:
    """The currencies in which a provider has earned or owes something, in order."""
    accounts = LedgerAccount.objects.filter(kind=AccountKind.PAYABLE, owner=provider.public_id)
    return sorted(accounts.values_list("currency", flat=True))


def hold_on(provider: Provider) -> PayoutHold | None:
    """Why a provider is not paid just now; None when nothing stands in the way."""
    return PayoutHold.objects.filter(provider=provider, lifted_at__isnull=True).first()


def holds() -> QuerySet[PayoutHold]:
    """Everybody who is not paid just now, the longest first."""
    return (
        PayoutHold.objects.filter(lifted_at__isnull=True)
        .select_related("provider")
        .order_by("placed_at", "pk")
    )


def payouts_of(provider: Provider) -> QuerySet[Payout]:
    """A provider's payouts, the newest first."""
    return Payout.objects.filter(provider=provider).order_by("-pk")


def runs() -> QuerySet[PayoutRun]:
    """The runs, the newest first, each with how many payouts it has and how many of them are still to be done."""
    open_ = Q(payouts__status__in=[PayoutStatus.PLANNED, PayoutStatus.SENT])
    return PayoutRun.objects.annotate(
        count=Count("payouts"),
        open_count=Count("payouts", filter=open_),
        failed_count=Count("payouts", filter=Q(payouts__status=PayoutStatus.FAILED)),
    ).order_by("-pk")


def payouts_in(run: PayoutRun) -> QuerySet[Payout]:
    """A run's payouts with whom they are for: the open ones first."""
    return run.payouts.select_related("provider").order_by("paid_at", "provider__name", "pk")


def waiting_payouts() -> QuerySet[Payout]:
    """What operators have to do: payouts for the bank or by hand that are not marked yet."""
    return Payout.objects.filter(status__in=[PayoutStatus.PLANNED, PayoutStatus.SENT], gateway="").order_by(
        "created_at"
    )
