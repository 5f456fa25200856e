"""Setting what the marketplace asks of whom, and the VAT on it. Payments opened before keep their share."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max

from common import audit
from common.events import publish
from common.locks import lock_named
from common.models import Event
from payments import events
from payments.errors import CommissionStale, RateInvalid
from payments.models import CommissionRule, CommissionTier, CommissionVat
from payments.rules.commission import MOST_BP, Rate, RateTier
from payments.selectors import shares
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
        _lock_rates()
        refuse_own_cause(actor=actor, provider=provider)
        present = CommissionRule.objects.filter(provider=provider, category=category).first()
        before = told(present.rate) if present else None
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
        _record("commission.set", row, actor, before=before, after=told(rate))
    return row


def drop_commission(*, rule: CommissionRule, actor: str) -> None:
    """Take a rate away: the next one above it counts. Raises OwnCause."""
    with transaction.atomic():
        _lock_rates()
        refuse_own_cause(actor=actor, provider=rule.provider)
        _record("commission.dropped", rule, actor, before=told(rule.rate), after=None)
        rule.delete()


@dataclass(frozen=True, slots=True)
class Weighed:
    """A change of a rate and whom it touches. `token` names exactly that; `is_done` when it was made."""

    effects: list[shares.Effect]
    token: str
    is_done: bool


def change_commission(
    *,
    provider: Provider | None,
    category: Category | None,
    rate: Rate | None,
    version: str,
    seen: str,
    actor: str,
) -> Weighed:
    """Set a rate, or take it away (None), if its maker has `seen` whom that touches.

    It is made, looked at, and taken back unless `seen` is the token of exactly what it does. `version` is what
    `version_of` answered when the maker looked. Raises CommissionStale, OwnCause.
    """
    with transaction.atomic():
        _lock_rates()
        rule = CommissionRule.objects.filter(provider=provider, category=category).first()
        if version_of(rule) != version:
            raise CommissionStale
        before = shares.rates_today(provider, category)
        if rate is not None:
            set_commission(provider=provider, category=category, rate=rate, actor=actor)
        elif rule is not None:
            drop_commission(rule=rule, actor=actor)
        found = shares.effects(before, shares.rates_today(provider, category))
        told = repr((version, rate, found))
        token = hashlib.sha256(told.encode()).hexdigest()[:32]
        if seen != token:
            transaction.set_rollback(True)
    return Weighed(found, token, seen == token)


def version_of(rule: CommissionRule | None) -> str:
    """Names the rate as it is now, or that there is none."""
    return hashlib.sha256(repr(rule and rule.rate).encode()).hexdigest()[:16]


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


def told(rate: Rate) -> dict[str, Any]:
    """A rate as the audit trail has it."""
    return {**asdict(rate), "intro_until": rate.intro_until and rate.intro_until.isoformat()}


def read_told(data: Mapping[str, Any]) -> Rate:
    """The rate that `told` wrote down."""
    until = data["intro_until"]
    tiers = tuple(RateTier(**tier) for tier in data["tiers"])
    return Rate(data["rate_bp"], tiers, data["intro_bp"], date.fromisoformat(until) if until else None)


def _lock_rates() -> None:
    # A rate that is not there yet has no row to lock.
    lock_named("commission", "rates")


def _record(
    action: str,
    rule: CommissionRule,
    actor: str,
    *,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> None:
    category = rule.category.slug if rule.category else None
    audit.record(
        actor=actor,
        action=action,
        object_type="provider" if rule.provider else "marketplace",
        object_id=rule.provider.public_id if rule.provider else "commission",
        category=category,
        before=before,
        after=after,
    )
    # All rates are one subject, numbered under their lock: a rate that is dropped leaves no row to count in.
    told_before = Event.objects.filter(subject_type="commission", subject_id="rates")
    last = told_before.aggregate(seq=Max("seq"))["seq"] or 0
    publish(
        subject_type="commission",
        subject_id="rates",
        seq=last + 1,
        type=events.COMMISSION_CHANGED,
        actor=actor,
        payload={
            "provider": rule.provider.public_id if rule.provider else None,
            "category": category,
            "before": before,
            "after": after,
        },
    )
