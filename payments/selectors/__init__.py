"""Reading payments and balances."""

from collections.abc import Iterable

from django.db.models import BigIntegerField, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from payments.enums import LIVE, AccountKind, PaymentStatus
from payments.models import LedgerAccount, LedgerEntry, Payment, PolicyBounds, PolicyRule
from payments.rules.bounds import UNBOUNDED, Bounds, within
from payments.rules.policy import DEFAULT, Policy
from providers.models import Category, Provider, Service
from providers.selectors.categories import lineage


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


def on_card_amount(booking_ref: str) -> int:
    """What is held on the customer's card for the booking, and neither taken nor let go."""
    held = Payment.objects.filter(
        booking_ref=booking_ref, status=PaymentStatus.AUTHORISED, capture_amount__isnull=True
    )
    return int(held.aggregate(sum=Sum("authorised_amount"))["sum"] or 0)


def hold_of(booking_ref: str) -> Payment | None:
    """The payment that is held on the customer's card for the booking, being taken or not."""
    return Payment.objects.filter(booking_ref=booking_ref, status=PaymentStatus.AUTHORISED).first()


def secured_amount(booking_ref: str) -> int:
    """What may be shared out when the booking ends: held in escrow, or on the customer's card."""
    return held_amount(booking_ref) + on_card_amount(booking_ref)


def paid_amount(booking_ref: str) -> int:
    """What the customer has paid for the booking, online and at the counter, less what goes or went back."""
    paid = Payment.objects.filter(
        booking_ref=booking_ref, status=PaymentStatus.CAPTURED, reversed_at__isnull=True
    )
    return int(paid.aggregate(sum=Sum(F("amount") - F("refunded")))["sum"] or 0)


def ledger_of(booking_ref: str) -> QuerySet[LedgerEntry]:
    """Every entry posted for the booking, in order, with its transaction and account."""
    return (
        LedgerEntry.objects.filter(transaction__booking_ref=booking_ref)
        .select_related("transaction", "account")
        .order_by("transaction_id", "pk")
    )


def derived_balance() -> Combinable:
    """Of ledger accounts that are queried: the last checkpoint and what came since, in minor units."""
    since = (
        LedgerEntry.objects.filter(account=OuterRef("pk"), pk__gt=Coalesce(OuterRef("checkpoint__upto"), 0))
        .order_by()
        .values("account")
        .annotate(sum=Sum("amount"))
        .values("sum")
    )
    return Coalesce("checkpoint__balance", 0) + Coalesce(Subquery(since, output_field=BigIntegerField()), 0)


def balance(kind: AccountKind, owner: str, currency: str) -> int:
    """An account's balance from its entries: what the marketplace owes the owner (negative: is owed).

    In one statement, so that others may post meanwhile.
    """
    account = LedgerAccount.objects.filter(kind=kind, owner=owner, currency=currency)
    found = account.values_list(derived_balance()).first()
    return int(found[0]) if found else 0


def provider_balance(provider_id: str, currency: str) -> int:
    """What the marketplace owes a provider in a currency; negative when the provider owes commission."""
    return balance(AccountKind.PAYABLE, provider_id, currency)


def policy_for(service: Service, *, total: int | None = None) -> Policy:
    """The terms a service is sold under, cut to the marketplace's bounds.

    The nearest rule counts: the service's own, its provider's for the category (or one above it) or for everything,
    then the marketplace's in the same order. `total` is the price of the visit, which a fixed deposit is bounded by.
    """
    above = lineage(service.category_id)
    rules = PolicyRule.objects.filter(Q(service=service) | _general(service.provider_id, above))
    return _nearest(rules, above, currency=service.currency, total=total)


def policy_of(provider: Provider | None, *, category: Category | None = None) -> Policy:
    """The terms of what a provider sells in a category, or sells at all, where a service has none of its own; without
    a provider the marketplace's."""
    above = lineage(category.pk) if category else []
    return _nearest(PolicyRule.objects.filter(_general(provider.pk if provider else None, above)), above)


def _general(provider_pk: int | None, above: list[int]) -> Q:
    of = Q(provider=provider_pk) | Q(provider__isnull=True) if provider_pk else Q(provider__isnull=True)
    return Q(of, _category_in(above), service__isnull=True)


def _nearest(
    rules: QuerySet[PolicyRule], above: list[int], *, currency: str = "", total: int | None = None
) -> Policy:
    fitting = [rule for rule in rules if rule.currency in ("", currency)]
    nearest = min(fitting, key=lambda rule: _distance(rule, above), default=None)
    return within(nearest.policy if nearest else DEFAULT, _bounds_among(above), total=total)


def rules_of(provider: Provider | None) -> QuerySet[PolicyRule]:
    """A provider's own rules (the marketplace's if None) with what they are for: all services first, then categories,
    then single services."""
    return (
        PolicyRule.objects.filter(provider=provider)
        .select_related("category", "service")
        .order_by(F("service__name").asc(nulls_first=True), F("category__slug").asc(nulls_first=True), "pk")
    )


def bounds_for(category_pk: int | None) -> Bounds:
    """How far terms may go in a category (primary key), or where none is named."""
    return _bounds_among(lineage(category_pk) if category_pk is not None else [])


def bounds_by_category() -> dict[int | None, PolicyBounds]:
    """Every bound that is drawn, by its category's primary key; None for everywhere."""
    return {row.category_id: row for row in PolicyBounds.objects.select_related("category")}


def _bounds_among(above: list[int]) -> Bounds:
    found = {row.category_id: row for row in PolicyBounds.objects.filter(_category_in(above))}
    row = next((found[pk] for pk in [*above, None] if pk in found), None)
    return row.bounds if row else UNBOUNDED


def _category_in(above: list[int]) -> Q:
    return Q(category__in=above) | Q(category__isnull=True)


def _distance(rule: PolicyRule, above: list[int]) -> tuple[bool, bool, int]:
    """How far a rule is from the service: its own before the provider's before the marketplace's, the nearest
    category first."""
    steps = above.index(rule.category_id) if rule.category_id else len(above)
    return rule.service_id is None, rule.provider_id is None, steps
