"""Setting the rules a provider sells under."""

from dataclasses import asdict

from django.db import transaction

from common import audit
from payments.models import CancellationPolicy
from payments.rules.policy import Policy
from providers.models import Provider, Service


def set_policy(
    *, provider: Provider, policy: Policy, actor: str, service: Service | None = None
) -> CancellationPolicy:
    """Set a provider's rules, or those of one of its services. Bookings made before keep theirs.

    Raises ValueError when the service is another provider's.
    """
    if service is not None and service.provider_id != provider.pk:
        raise ValueError("the service is another provider's")
    with transaction.atomic():
        row, _ = CancellationPolicy.objects.update_or_create(
            provider=provider, service=service, defaults=asdict(policy)
        )
        audit.record(
            actor=actor,
            action="policy.set",
            object_type="provider",
            object_id=provider.public_id,
            service=service.public_id if service else None,
            policy=policy.to_dict(),
        )
    return row
