"""A provider's statement of a month: what was there, what came, what went, what is there now. All of it the ledger's.

The entries are those of the provider's `payable` account; commission and VAT are read from the same transactions.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Case, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce, TruncDate

from common import clock
from common.api import make_cursor, read_cursor
from common.errors import NotFound
from common.spans import Span
from payments.enums import AccountKind, TransactionKind
from payments.models import LedgerAccount, LedgerEntry, Payment
from payments.selectors.shares import home_of
from payments.selectors.spans import balance_before, within_spans
from providers.models import Provider

EARNING = (TransactionKind.RELEASE, TransactionKind.FEE, TransactionKind.COUNTER)
PAID_OUT = (TransactionKind.PAYOUT, TransactionKind.PAYOUT_PAID)


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month by a provider's clock: its first day, its zone, and the instants [start, end)."""

    first: date
    zone: str
    start: datetime
    end: datetime

    @property
    def name(self) -> str:
        """As addresses say it: 2026-11."""
        return f"{self.first:%Y-%m}"

    @property
    def before(self) -> date:
        """The first day of the month before."""
        return (self.first - timedelta(days=1)).replace(day=1)

    @property
    def after(self) -> date:
        """The first day of the month after."""
        return (self.first + timedelta(days=32)).replace(day=1)

    @property
    def is_over(self) -> bool:
        return self.end <= clock.now()

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)


def month_at(first: date, zone: str) -> Month:
    """The month that begins on `first` by the clock of `zone`."""
    first = first.replace(day=1)

    def begin(day: date) -> datetime:
        return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)

    return Month(first, zone, begin(first), begin((first + timedelta(days=32)).replace(day=1)))


def this_month(provider: Provider) -> Month:
    """The month that it is now by the provider's clock."""
    zone = home_of(provider).zone
    return month_at(clock.now().astimezone(ZoneInfo(zone)).date(), zone)


def month_named(provider: Provider, name: str) -> Month:
    """The month of a name (2026-11) by the provider's clock. Raises NotFound for what is none, or lies ahead."""
    present = this_month(provider)
    try:
        month = month_at(date.fromisoformat(f"{name}-01"), present.zone)
    except (ValueError, OverflowError) as error:
        raise NotFound from error
    if month.first > present.first or month.first.year < 2000:
        raise NotFound
    return month


@dataclass(frozen=True, slots=True)
class Sums:
    """What moved in a period, in minor units, as the balance sees it: what came is positive, what went negative, each
    less what was taken back. Together they are the difference between `opening` and `closing`."""

    opening: int
    # What customers paid online and the provider earned, before commission and VAT.
    gross: int
    # What went to the marketplace and the tax office: of that, and of what was paid at the counter.
    commission: int
    vat: int
    paid_out: int
    other: int
    closing: int

    @property
    def paid_out_shown(self) -> int:
        """What was paid out, as a positive number."""
        return -self.paid_out


@dataclass(frozen=True, slots=True)
class Statement:
    """A provider's month in one currency."""

    provider: Provider
    month: Month
    currency: str
    sums: Sums

    @property
    def number(self) -> str:
        """What the statement is called: the provider, the month and the currency."""
        return f"{self.provider.public_id}-{self.month.name}-{self.currency}"


def statement_of(provider: Provider, month: Month, currency: str) -> Statement:
    """The sums of a month; a period that goes on has what is there so far. However old the books are, it reads about a
    month of them."""
    account = _account(provider, currency)
    opening = balance_before(account.pk, month.start) if account else 0
    rows = (
        lines_of(provider, month.span, currency)
        .order_by()
        .values("meant")
        .annotate(amount_sum=Sum("amount"), commission_sum=Sum("commission"), vat_sum=Sum("vat"))
    )
    sums = {row["meant"]: row for row in rows}

    def of(kinds: Iterable[str], column: str) -> int:
        return sum(int(sums[kind][column] or 0) for kind in kinds if kind in sums)

    rest = set(sums) - set(EARNING) - set(PAID_OUT)

    def gross(kinds: Iterable[str]) -> int:
        return sum(of(kinds, column) for column in ("amount_sum", "commission_sum", "vat_sum"))

    return Statement(
        provider=provider,
        month=month,
        currency=currency,
        sums=Sums(
            opening=opening,
            gross=gross(EARNING),
            commission=-of(sums, "commission_sum"),
            vat=-of(sums, "vat_sum"),
            paid_out=of(PAID_OUT, "amount_sum"),
            other=gross(rest),
            closing=opening + of(sums, "amount_sum"),
        ),
    )


def lines_of(provider: Provider, span: Span, currency: str) -> QuerySet[Any]:
    """The entries of a span, the newest first, each with its transaction and, in minor units, the `commission` and
    `vat` of the same transaction; `meant` is the kind of what it does, or of what it takes back."""
    account = _account(provider, currency)
    entries: QuerySet[Any] = LedgerEntry.objects.none()
    if account:
        entries = LedgerEntry.objects.filter(within_spans([account.pk], span.start, span.end))
    return (
        entries.filter(transaction__at__gte=span.start, transaction__at__lt=span.end)
        .select_related("transaction", "transaction__reverses")
        .annotate(
            commission=_beside(AccountKind.COMMISSION),
            vat=_beside(AccountKind.TAX),
            meant=Case(
                When(transaction__reverses__isnull=False, then=F("transaction__reverses__kind")),
                default=F("transaction__kind"),
            ),
        )
        .order_by("-transaction__at", "-pk")
    )


def cut(lines: QuerySet[Any], *, of: str, limit: int, cursor: str | None) -> tuple[list[Any], str | None]:
    """A page of `lines_of`, and the next one's cursor (None at the end). `of` names the list. Raises CursorInvalid."""
    if cursor:
        at, pk = read_cursor(cursor, of=of)
        last = datetime.fromisoformat(at)
        lines = lines.filter(Q(transaction__at__lt=last) | Q(transaction__at=last, pk__lt=pk))
    rows = list(lines[: limit + 1])
    page = rows[:limit]
    more = len(rows) > limit
    return page, make_cursor([page[-1].transaction.at.isoformat(), page[-1].pk], of=of) if more else None


def earned_by_day(provider: Provider, month: Month, currency: str) -> dict[date, int]:
    """What was earned on each day by the provider's clock, after commission and VAT; days without any are missing."""
    rows = (
        lines_of(provider, month.span, currency)
        .exclude(meant__in=PAID_OUT)
        .order_by()
        .annotate(day=TruncDate("transaction__at", tzinfo=ZoneInfo(month.zone)))
        .values("day")
        .annotate(sum=Sum("amount"))
    )
    return {row["day"]: int(row["sum"]) for row in rows}


def held_for(provider: Provider, currency: str) -> int:
    """What customers paid online for visits of a provider that are not closed: in escrow still."""
    theirs = Payment.objects.filter(provider_id=provider.public_id).exclude(method="counter")
    held = LedgerAccount.objects.filter(
        kind=AccountKind.ESCROW, currency=currency, balance__gt=0, owner__in=theirs.values("booking_ref")
    )
    return int(held.aggregate(sum=Sum("balance"))["sum"] or 0)


def first_month(provider: Provider) -> date | None:
    """The first day of the first month with an entry, by the provider's clock; None without any."""
    accounts = LedgerAccount.objects.filter(kind=AccountKind.PAYABLE, owner=provider.public_id)
    first = (
        LedgerEntry.objects.filter(account__in=accounts).order_by("pk").values_list("transaction__at").first()
    )
    return first[0].astimezone(ZoneInfo(home_of(provider).zone)).date().replace(day=1) if first else None


def _account(provider: Provider, currency: str) -> LedgerAccount | None:
    return LedgerAccount.objects.filter(
        kind=AccountKind.PAYABLE, owner=provider.public_id, currency=currency
    ).first()


def _beside(kind: AccountKind) -> Any:
    """What the same transaction gave to accounts of a kind."""
    beside = (
        LedgerEntry.objects.filter(transaction=OuterRef("transaction"), account__kind=kind)
        .order_by()
        .values("transaction")
        .annotate(sum=Sum("amount"))
        .values("sum")
    )
    return Coalesce(Subquery(beside, output_field=IntegerField()), 0)
