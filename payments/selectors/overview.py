"""The marketplace's money on one page: what it holds and owes, by week, and what waits for a person.

The sums are the ledger's, from its sums by day (`LedgerDay`) and what came since, so that years of books cost no more
than a day of them. Weeks begin on Mondays, by UTC.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from common import clock
from payments.enums import AccountKind, PayoutStatus, RefundStatus, TransactionKind
from payments.models import LedgerAccount, LedgerEntry, Payout, PayoutHold, PayoutTerms, Refund
from payments.rules.payouts import MOST_DAYS, Terms
from payments.selectors import derived_balance
from payments.selectors.payouts import EARNED
from payments.selectors.spans import within_spans
from providers.models import BankAccount, Provider

WEEKS = 26
# A payout that has not arrived so long after it was planned is late: a weekend and two days of banks.
LATE_AFTER = timedelta(days=4)
# A refund that its gateway has not carried out so long after it was asked for.
REFUND_LATE_AFTER = timedelta(days=1)
SERIES = ("escrow", "payable", "overdue", "commission", "refunds")


@dataclass(frozen=True, slots=True)
class Week:
    """One week, minor units: `escrow`, `payable` and `overdue` as they were at its end (or are now), `commission` and
    `refunds` as what moved in it."""

    first: date
    escrow: int
    payable: int
    overdue: int
    commission: int
    refunds: int

    @property
    def last(self) -> date:
        return self.first + timedelta(days=6)


@dataclass(frozen=True, slots=True)
class Overview:
    """The money in one currency: balances by kind of account, and the weeks, the oldest first."""

    currency: str
    balances: Mapping[str, int]
    weeks: list[Week]

    def series(self, name: str) -> list[tuple[date, int]]:
        """One of SERIES: each week's first day, and the amount."""
        return [(week.first, getattr(week, name)) for week in self.weeks]


@dataclass(slots=True)
class _Moved:
    """What moved on the days of a week, by kind of account; and of it what was given back to customers."""

    by_kind: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    refunds: int = 0


# One statement, so that nothing is missed or counted twice while the sums by day move.
_MOVED = """
    SELECT greatest(day, %(before)s), account_kind, transaction_kind = %(refund)s, sum(amount)
    FROM (
        SELECT day, account_kind, transaction_kind, amount FROM payments_ledgerday WHERE currency = %(currency)s
        UNION ALL
        SELECT (t.at AT TIME ZONE 'UTC')::date, a.kind, t.kind, e.amount
        FROM payments_ledgerentry e JOIN payments_ledgertransaction t ON t.id = e.transaction_id
        JOIN payments_ledgeraccount a ON a.id = e.account_id
        WHERE e.id > (SELECT coalesce(max(upto), 0) FROM payments_ledgerday) AND e.currency = %(currency)s
    ) AS moved
    GROUP BY 1, 2, 3
"""
# What was under way too long at the end of each week: only those that ever were are looked at.
_OVERDUE = """
    WITH ended AS (
        SELECT created_at + make_interval(secs => %(late)s) AS since,
            coalesce(least(paid_at, failed_at), 'infinity') AS until, amount
        FROM payments_payout WHERE currency = %(currency)s AND created_at < %(now)s
    )
    SELECT week.at, sum(late.amount) FROM unnest(%(ends)s::timestamptz[]) AS week (at)
    JOIN (SELECT * FROM ended WHERE until > since) late ON late.since < week.at AND late.until >= week.at
    GROUP BY 1
"""


def currencies() -> list[str]:
    """The currencies in which money has moved, in order."""
    return sorted(
        LedgerAccount.objects.filter(kind__in=[AccountKind.GATEWAY, AccountKind.COMMISSION])
        .order_by()
        .values_list("currency", flat=True)
        .distinct()
    )


def overview(currency: str, *, weeks: int = WEEKS) -> Overview:
    """The marketplace's money in a currency: balances now, and the last `weeks` weeks, this one included. Two
    queries."""
    now = clock.now()
    this = now.date() - timedelta(days=now.date().weekday())
    firsts = [this - timedelta(days=7 * back) for back in range(weeks - 1, -1, -1)]
    moved = _moved(currency, before=firsts[0] - timedelta(days=1))
    ends = {first: min(_begin(first + timedelta(days=7)), now) for first in firsts}
    overdue = _overdue(currency, now, ends.values())
    balances: dict[str, int] = dict.fromkeys(AccountKind.values, 0)
    for kind, amount in moved[None].by_kind.items():
        balances[kind] += amount
    found = []
    for first in firsts:
        for kind, amount in moved[first].by_kind.items():
            balances[kind] += amount
        found.append(
            Week(
                first=first,
                escrow=balances[AccountKind.ESCROW],
                payable=balances[AccountKind.PAYABLE],
                overdue=overdue.get(ends[first], 0),
                commission=moved[first].by_kind[AccountKind.COMMISSION],
                refunds=moved[first].refunds,
            )
        )
    return Overview(currency=currency, balances=balances, weeks=found)


def _moved(currency: str, *, before: date) -> Mapping[date | None, _Moved]:
    """What moved by week, by its first day; up to `before` (a Sunday) all together under None."""
    found: dict[date | None, _Moved] = defaultdict(_Moved)
    with connection.cursor() as cursor:
        cursor.execute(
            _MOVED, {"before": before, "refund": str(TransactionKind.REFUND), "currency": currency}
        )
        for day, kind, is_refund, amount in cursor:
            week = None if day == before else day - timedelta(days=day.weekday())
            found[week].by_kind[kind] += int(amount)
            if is_refund and kind == AccountKind.REFUND_DUE:
                found[week].refunds += int(amount)
    return found


def _overdue(currency: str, now: datetime, ends: Iterable[datetime]) -> dict[datetime, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            _OVERDUE,
            {"currency": currency, "now": now, "late": LATE_AFTER.total_seconds(), "ends": list(ends)},
        )
        return {at.astimezone(UTC): int(amount) for at, amount in cursor}


def late_payouts(*, now: datetime | None = None) -> QuerySet[Payout]:
    """Payouts that should have arrived by now, the oldest first, with whom they are for."""
    before = (now or clock.now()) - LATE_AFTER
    return (
        Payout.objects.filter(status__in=[PayoutStatus.PLANNED, PayoutStatus.SENT], created_at__lt=before)
        .select_related("provider", "run")
        .order_by("created_at", "pk")
    )


def stuck_refunds(*, now: datetime | None = None) -> QuerySet[Refund]:
    """Refunds that their gateway refuses, or has not carried out for a day, the oldest first, with their payment."""
    before = (now or clock.now()) - REFUND_LATE_AFTER
    return (
        Refund.objects.exclude(status=RefundStatus.DONE)
        .filter(Q(status=RefundStatus.FAILED) | Q(created_at__lt=before))
        .select_related("payment")
        .order_by("created_at", "pk")
    )


@dataclass(frozen=True, slots=True)
class Unpaid:
    """What a run would pay a provider and does not: it is on hold, or has no bank account. Minor units."""

    provider: Provider
    currency: str
    amount: int
    hold: PayoutHold | None


def unpaid(limit: int = 50) -> list[Unpaid]:
    """Who has something to get and is not paid, the most first. Five queries."""
    held = Exists(PayoutHold.objects.filter(provider=OuterRef("pk"), lifted_at__isnull=True))
    has_account = Exists(BankAccount.objects.filter(provider=OuterRef("pk")))
    waiting = Provider.objects.filter(held | ~has_account)
    found: Mapping[int, LedgerAccount] = {
        account.pk: account
        for account in LedgerAccount.objects.filter(
            kind=AccountKind.PAYABLE, owner__in=waiting.values("public_id")
        )
        .annotate(found=derived_balance())
        .filter(found__gt=0)
        .order_by("-found")[:limit]
    }
    owners = {account.owner for account in found.values()}
    providers = {each.public_id: each for each in Provider.objects.filter(public_id__in=owners)}
    holds = {
        hold.provider_id: hold
        for hold in PayoutHold.objects.filter(provider__in=providers.values(), lifted_at__isnull=True)
    }
    terms = _terms(providers.values())
    young = _young(found, {pk: terms[account.owner] for pk, account in found.items()})
    answer = []
    for pk, account in found.items():
        amount = account.found - young.get(pk, 0)  # type: ignore[attr-defined]  # annotated above
        if amount < max(terms[account.owner].minimum_in(account.currency), 1):
            continue
        provider = providers[account.owner]
        answer.append(Unpaid(provider, account.currency, amount, holds.get(provider.pk)))
    return sorted(answer, key=lambda each: -each.amount)


def _terms(providers: Iterable[Provider]) -> dict[str, Terms]:
    """When each is paid, by public id. One query."""
    rows = PayoutTerms.objects.filter(Q(provider__isnull=True) | Q(provider__in=list(providers)))
    own = {row.provider_id: row.terms for row in rows}
    general = own.get(None, Terms())
    return {each.public_id: own.get(each.pk, general) for each in providers}


def _young(accounts: Iterable[int], terms: Mapping[int, Terms]) -> dict[int, int]:
    """What accounts (primary keys) got too lately to be paid. Two queries."""
    now = clock.now()
    earliest = now - timedelta(days=MOST_DAYS)
    entries = LedgerEntry.objects.filter(
        within_spans(accounts, earliest),
        amount__gt=0,
        transaction__kind__in=EARNED,
        transaction__reversed_by__isnull=True,
        transaction__at__gt=earliest,
    )
    found: dict[int, int] = defaultdict(int)
    for pk, amount, at in entries.values_list("account_id", "amount", "transaction__at"):
        if at > terms[pk].earned_until(now):
            found[pk] += amount
    return found


def _begin(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
