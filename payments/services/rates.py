"""Setting what the marketplace asks of whom, and the VAT on it. Payments opened before keep their share."""

from dataclasses import asdict
from typing import Any

from django.db import transaction

from common import audit
from payments.errors import RateInvalid
from payments.models import CommissionRule, CommissionTier, CommissionVat
from payments.rules.commission import MOST_BP, Rate
from payments.services.own_cause import refuse_own_cause
from providers.models import Category, Provider
from providers.rules import checks


def set_commission(
    *, provider: Provider | None, rate: Rate, actor: str, category: Category | None = None
) -> CommissionRule:
    """Set the commission of a provider, of a category (and those below it), or of both; of neither, everybody's.

    Raises OwnCause.
    """
    with transaction.atomic():
        refuse_own_cause(actor=actor, provider=provider)
        row, _ = CommissionRule.objects.select_for_update().update_or_create(
            provider=provider,
            category=category,
            defaults={
                "rate_bp": rate.rate_bp,
                "intro_bp": rate.intro_bp,
                "intro_until": rate.intro_until,
            },
        )
        row.tiers.all().delete()
        CommissionTier.objects.bulk_create(CommissionTier(rule=row, **asdict(tier)) for tier in rate.tiers)
        facts = {**asdict(rate), "intro_until": rate.intro_until and rate.intro_until.isoformat()}
        _record("commission.set", row, actor, **facts)
    return row


def drop_commission(*, rule: CommissionRule, actor: str) -> None:
    """Take a rate away: the next one above it counts. Raises OwnCause."""
    with transaction.atomic():
        refuse_own_cause(actor=actor, provider=rule.provider)
        _record("commission.dropped", rule, actor)
        rule.delete()


def set_commission_vat(*, country: str, rate_bp: int, actor: str) -> CommissionVat:
    """Add VAT of `rate_bp` basis points to the commission of providers of a country (ISO 3166-1).

    Raises CountryUnknown, RateInvalid.
    """
    country = checks.country(country)
    if not 0 < rate_bp <= MOST_BP:
        raise RateInvalid(field="rate")
    with transaction.atomic():
        row, _ = CommissionVat.objects.update_or_create(country=country, defaults={"rate_bp": rate_bp})
        audit.record(
            actor=actor,
            action="commission_vat.set",
            object_type="marketplace",
            object_id="commission",
            country=country,
            rate_bp=rate_bp,
        )
    return row


def drop_commission_vat(*, country: str, actor: str) -> None:
    """Add no VAT for providers of that country from now on; without a rate nothing happens."""
    with transaction.atomic():
        if CommissionVat.objects.filter(country=country).delete()[0]:
            audit.record(
                actor=actor,
                action="commission_vat.dropped",
                object_type="marketplace",
                object_id="commission",
                country=country,
            )


def _record(action: str, rule: CommissionRule, actor: str, **facts: Any) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_type="provider" if rule.provider else "marketplace",
        object_id=rule.provider.public_id if rule.provider else "commission",
        category=rule.category.slug if rule.category else None,
        **facts,
    )
