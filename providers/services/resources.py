"""Things that services need: kinds, such as a bay or a chair, and the units of them at an outlet."""

from django.db import transaction

from common import clock
from providers import events
from providers.errors import IsArchived, NotOfThisBusiness
from providers.models import Outlet, Provider, Resource, ResourceKind, ResourceNeed
from providers.rules import checks
from providers.services.record import lock_provider, tell


@transaction.atomic
def create_resource_kind(*, provider: Provider, name: str, actor: str) -> ResourceKind:
    """A new kind of thing. Raises TextInvalid."""
    provider = lock_provider(provider.pk)
    kind = ResourceKind.objects.create(provider=provider, name=checks.text(name, field="name", longest=80))
    _tell(provider, actor, "resource_kind.create", "resource_kind", kind.public_id, [])
    return kind


@transaction.atomic
def rename_resource_kind(*, kind: ResourceKind, name: str, actor: str) -> ResourceKind:
    """Call a kind something else. Raises TextInvalid, IsArchived."""
    provider = lock_provider(kind.provider_id)
    kind = ResourceKind.objects.get(pk=kind.pk)
    if kind.archived_at:
        raise IsArchived
    kind.name = checks.text(name, field="name", longest=80)
    kind.save(update_fields=["name"])
    _tell(provider, actor, "resource_kind.rename", "resource_kind", kind.public_id, [])
    return kind


@transaction.atomic
def archive_resource_kind(*, kind: ResourceKind, actor: str) -> None:
    """No service needs this kind any more: its units are archived. Raises IsArchived."""
    provider = lock_provider(kind.provider_id)
    now = clock.now()
    if not ResourceKind.objects.filter(pk=kind.pk, archived_at__isnull=True).update(archived_at=now):
        raise IsArchived
    outlets = list(
        Outlet.objects.filter(resources__kind=kind, resources__archived_at__isnull=True).distinct()
    )
    Resource.objects.filter(kind=kind, archived_at__isnull=True).update(archived_at=now)
    ResourceNeed.objects.filter(kind=kind).delete()
    _tell(provider, actor, "resource_kind.archive", "resource_kind", kind.public_id, outlets)


@transaction.atomic
def create_resource(
    *, kind: ResourceKind, outlet: Outlet, name: str, actor: str, position: int = 0
) -> Resource:
    """A new unit of a kind at an outlet. Raises TextInvalid, NumberInvalid, NotOfThisBusiness, IsArchived."""
    provider = lock_provider(kind.provider_id)
    if outlet.provider_id != kind.provider_id:
        raise NotOfThisBusiness(field="outlet")
    if kind.archived_at or outlet.archived_at:
        raise IsArchived
    resource = Resource.objects.create(
        kind=kind,
        outlet=outlet,
        name=checks.text(name, field="name", longest=80),
        position=checks.number(position, field="position", least=0, most=1000),
    )
    _tell(provider, actor, "resource.create", "resource", resource.public_id, [outlet])
    return resource


@transaction.atomic
def update_resource(*, resource: Resource, actor: str, name: str, position: int) -> Resource:
    """Rename or reorder a unit. Raises TextInvalid, NumberInvalid, IsArchived."""
    provider = lock_provider(resource.kind.provider_id)
    resource = Resource.objects.select_related("outlet").get(pk=resource.pk)
    if resource.archived_at:
        raise IsArchived
    resource.name = checks.text(name, field="name", longest=80)
    resource.position = checks.number(position, field="position", least=0, most=1000)
    resource.save(update_fields=["name", "position"])
    _tell(provider, actor, "resource.update", "resource", resource.public_id, [resource.outlet])
    return resource


@transaction.atomic
def archive_resource(*, resource: Resource, actor: str) -> None:
    """The unit is no longer there; what is booked on it stays. Raises IsArchived."""
    provider = lock_provider(resource.kind.provider_id)
    now = clock.now()
    if not Resource.objects.filter(pk=resource.pk, archived_at__isnull=True).update(archived_at=now):
        raise IsArchived
    _tell(provider, actor, "resource.archive", "resource", resource.public_id, [resource.outlet])


def _tell(provider: Provider, actor: str, action: str, of: str, of_id: str, outlets: list[Outlet]) -> None:
    tell(
        provider,
        type=events.CATALOGUE_CHANGED,
        actor=actor,
        action=action,
        of=of,
        of_id=of_id,
        outlets=outlets,
    )
