"""Reading what the marketplace asks: rates, VAT, and what a provider turned over."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F, Q, QuerySet, Sum

from common import clock
from payments.enums import PaymentStatus
from payments.models import CommissionRule, CommissionVat, Payment
from payments.rules.commission import STANDARD, Rate
from providers.models import Category, Offering, Outlet, Provider
from providers.selectors.categories import lineage
from providers.selectors.papers import below


@dataclass(frozen=True, slots=True)
class Home:
    """Where a provider is at home: its first outlet's country (ISO 3166-1) and zone; "" and UTC without one."""

    country: str = ""
    zone: str = "UTC"


def home_of(provider: Provider) -> Home:
    """Whose VAT counts for a provider, and by which clock its months are told. One query."""
    first = Outlet.objects.filter(provider=provider).order_by(F("archived_at").asc(nulls_first=True), "pk")
    found = first.values_list("country", "timezone").first()
    return Home(*found) if found else Home()


def month_of(now: datetime, zone: str) -> tuple[date, datetime]:
    """Today's date in `zone`, and the instant at which its calendar month began there."""
    local = now.astimezone(ZoneInfo(zone))
    return local.date(), local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def rates_among(provider: Provider | None) -> dict[tuple[bool, int | None], Rate]:
    """Every rate that may count for a provider, by (its own, category's primary key or None). Two queries."""
    rules = CommissionRule.objects.filter(Q(provider=provider) | Q(provider__isnull=True))
    return {
        (rule.provider_id is not None, rule.category_id): rule.rate
        for rule in rules.prefetch_related("tiers")
    }


def nearest(rates: dict[tuple[bool, int | None], Rate], category_pk: int | None) -> Rate:
    """The rate for a category (None: what is sold is not known): the provider's for it, or one above it, or for all;
    then the marketplace's in the same order, else 5 %."""
    above: list[int | None] = [*(lineage(category_pk) if category_pk else []), None]
    found = (rates[own, pk] for own in (True, False) for pk in above if (own, pk) in rates)
    return next(found, STANDARD)


def rate_for(provider: Provider | None, category_pk: int | None = None) -> Rate:
    """What counts for a provider in a category (primary key), or in general; without a provider the marketplace's."""
    return nearest(rates_among(provider), category_pk)


@dataclass(frozen=True, slots=True)
class Effect:
    """So many businesses pay `after` instead of `before` (basis points, today, without any turnover) for something."""

    before: int
    after: int
    businesses: int


def rates_today(provider: Provider | None, category: Category | None) -> dict[tuple[int, int], Rate]:
    """What counts for each business and category (primary keys) in which it offers something now; within `category`
    and below it, of `provider`, where given. Three queries."""
    live = Offering.objects.filter(is_live=True)
    if provider:
        live = live.filter(service__provider=provider)
    if category:
        live = live.filter(service__category__in=below({category.pk}))
    pairs = live.values_list("service__provider_id", "service__category_id").distinct().order_by()
    common: dict[tuple[bool, int | None], Rate] = {}
    own: dict[int, dict[tuple[bool, int | None], Rate]] = {}
    for rule in CommissionRule.objects.prefetch_related("tiers"):
        into = common if rule.provider_id is None else own.setdefault(rule.provider_id, {})
        into[rule.provider_id is not None, rule.category_id] = rule.rate
    return {(business, sold): nearest({**common, **own.get(business, {})}, sold) for business, sold in pairs}


def effects(before: dict[tuple[int, int], Rate], after: dict[tuple[int, int], Rate]) -> list[Effect]:
    """How many businesses each difference touches; a business counts once for each, whatever it offers."""
    day = clock.now().date()
    whose: dict[tuple[int, int], set[int]] = {}
    for key, was in before.items():
        if (now := after[key]) != was:
            told = was.at(turnover=0, on=day), now.at(turnover=0, on=day)
            whose.setdefault(told, set()).add(key[0])
    return [Effect(*told, len(found)) for told, found in sorted(whose.items())]


def general_bp() -> int:
    """The rate that is told to everybody, in basis points: the marketplace's own, today, without any turnover."""
    return rate_for(None).at(turnover=0, on=clock.now().date())


def commission_rules() -> QuerySet[CommissionRule]:
    """All rates with whom they are for: the marketplace's first, then by provider, general before categories."""
    return (
        CommissionRule.objects.select_related("provider", "category")
        .prefetch_related("tiers")
        .order_by(F("provider__name").asc(nulls_first=True), F("category__slug").asc(nulls_first=True), "pk")
    )


def vat_for(country: str) -> int:
    """The VAT on the commission for providers of a country, in basis points; 0 where none is set."""
    found = CommissionVat.objects.filter(country=country).values_list("rate_bp", flat=True).first()
    return found or 0


def vat_rates() -> QuerySet[CommissionVat]:
    """The countries with VAT on the commission."""
    return CommissionVat.objects.order_by("country")


def turnover(provider_id: str, currency: str, since: datetime) -> int:
    """What customers paid a provider (public id), online and at the counter, since then, less what they asked back."""
    paid: QuerySet[Payment, Any] = Payment.objects.filter(
        provider_id=provider_id,
        currency=currency,
        status=PaymentStatus.CAPTURED,
        captured_at__gte=since,
        reversed_at__isnull=True,
    )
    return int(paid.aggregate(sum=Sum(F("amount") - F("refunded")))["sum"] or 0)


def tiers_matter(rates: Iterable[Rate]) -> bool:
    """Whether any of the rates asks for the turnover at all."""
    return any(rate.tiers for rate in rates)
