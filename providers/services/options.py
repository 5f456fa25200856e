"""Options of a service: paid add-ons and variants. They add minutes, and minor units with VAT."""

from typing import Any, TypedDict, Unpack

from django.db import transaction

from common import clock
from providers import events
from providers.errors import IsArchived
from providers.models import Provider, Service, ServiceOption
from providers.rules import checks
from providers.services.catalogue import MAX_PRICE, sold_at
from providers.services.record import lock_provider, tell


class OptionFields(TypedDict, total=False):
    """What may be said about an option. `extra_min` is minutes, `price_amount` minor units."""

    name: str
    language: str
    extra_min: int
    price_amount: int
    position: int


@transaction.atomic
def create_option(*, service: Service, actor: str, **fields: Unpack[OptionFields]) -> ServiceOption:
    """A new option of a service; `name` is needed. Raises IsArchived, TextInvalid, NumberInvalid."""
    provider = lock_provider(service.provider_id)
    service = Service.objects.get(pk=service.pk)
    if service.archived_at:
        raise IsArchived
    option = ServiceOption.objects.create(service=service, **_checked({"name": "", **fields}))
    _tell(option, provider, actor, "option.create")
    return option


@transaction.atomic
def update_option(*, option: ServiceOption, actor: str, **changes: Unpack[OptionFields]) -> ServiceOption:
    """Change an option; bookings keep what they agreed. Raises as create_option."""
    provider = lock_provider(option.service.provider_id)
    option = ServiceOption.objects.select_related("service").get(pk=option.pk)
    if option.archived_at or option.service.archived_at:
        raise IsArchived
    clean = _checked(changes)
    for name, value in clean.items():
        setattr(option, name, value)
    if clean:
        option.save(update_fields=list(clean))
    _tell(option, provider, actor, "option.update", fields=sorted(clean))
    return option


@transaction.atomic
def archive_option(*, option: ServiceOption, actor: str) -> None:
    """Sell an option no longer. Raises IsArchived."""
    provider = lock_provider(option.service.provider_id)
    now = clock.now()
    if not ServiceOption.objects.filter(pk=option.pk, archived_at__isnull=True).update(archived_at=now):
        raise IsArchived
    option.archived_at = now
    _tell(option, provider, actor, "option.archive")


def _checked(fields: OptionFields) -> dict[str, Any]:
    clean: dict[str, Any] = dict(fields)
    if "name" in clean:
        clean["name"] = checks.text(clean["name"], field="name", longest=120)
    if "language" in clean:
        clean["language"] = checks.language(clean["language"])
    ranges = {"extra_min": (0, 480), "price_amount": (0, MAX_PRICE), "position": (0, 1000)}
    for name, (least, most) in ranges.items():
        if name in clean:
            checks.number(clean[name], field=name, least=least, most=most)
    return clean


def _tell(option: ServiceOption, provider: Provider, actor: str, action: str, **data: Any) -> None:
    tell(
        provider,
        type=events.CATALOGUE_CHANGED,
        actor=actor,
        action=action,
        of="option",
        of_id=option.public_id,
        outlets=sold_at(option.service),
        **data,
    )
