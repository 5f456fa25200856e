"""Setting the terms that services are sold under."""

from dataclasses import asdict
from typing import Any

from django.db import transaction

from common import audit
from payments.errors import PolicyOutOfBounds
from payments.models import PolicyBounds, PolicyRule
from payments.rules.bounds import Bounds, outside
from payments.rules.policy import Policy
from payments.selectors import bounds_for
from providers.models import Category, Provider, Service


def set_policy(
    *,
    provider: Provider | None,
    policy: Policy,
    actor: str,
    category: Category | None = None,
    service: Service | None = None,
    currency: str = "",
) -> PolicyRule:
    """Set the terms of a provider's services, of those in `category`, or of one `service`; without a provider the
    marketplace's own. Bookings made before keep theirs.

    `currency` is that of a deposit's fixed amount, which then counts for services in it only. Raises
    PolicyOutOfBounds(fields), ValueError when the service is another provider's or an amount has no currency.
    """
    if service is not None and (provider is None or service.provider_id != provider.pk):
        raise ValueError("the service is another provider's")
    if bool(policy.deposit_amount) != bool(currency):
        raise ValueError("a fixed amount, and only that, has a currency")
    if service is not None:
        category, bounds = None, bounds_for(service.category_id)
    else:
        bounds = bounds_for(category.pk if category else None)
    if beyond := outside(policy, bounds):
        raise PolicyOutOfBounds(fields=beyond)
    with transaction.atomic():
        row, _ = PolicyRule.objects.update_or_create(
            provider=provider,
            category=category,
            service=service,
            defaults={"terms": policy.to_dict(), "currency": currency},
        )
        _record("policy.set", row, actor, policy=policy.to_dict(), currency=currency)
    return row


def drop_policy(*, rule: PolicyRule, actor: str) -> None:
    """Take a rule away: the next one above it counts. Bookings made before keep theirs."""
    with transaction.atomic():
        _record("policy.dropped", rule, actor)
        rule.delete()


def set_bounds(*, bounds: Bounds, actor: str, category: Category | None = None) -> PolicyBounds:
    """Set how far terms may go in a category and below it, or everywhere. Rules that go beyond are cut when used."""
    with transaction.atomic():
        row, _ = PolicyBounds.objects.update_or_create(category=category, defaults=asdict(bounds))
        _record_bounds("policy_bounds.set", row, actor, bounds=asdict(bounds))
    return row


def drop_bounds(*, row: PolicyBounds, actor: str) -> None:
    """Take bounds away: those of the category above, or everywhere's, count."""
    with transaction.atomic():
        _record_bounds("policy_bounds.dropped", row, actor)
        row.delete()


def _record_bounds(action: str, row: PolicyBounds, actor: str, **facts: Any) -> None:
    slug = row.category.slug if row.category else None
    audit.record(
        actor=actor, action=action, object_type="marketplace", object_id="policy", category=slug, **facts
    )


def _record(action: str, rule: PolicyRule, actor: str, **facts: Any) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_type="provider" if rule.provider else "marketplace",
        object_id=rule.provider.public_id if rule.provider else "policy",
        category=rule.category.slug if rule.category else None,
        service=rule.service.public_id if rule.service else None,
        **facts,
    )
