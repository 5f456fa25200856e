"""What is sold: services, where at what price, and what they need. Amounts are minor units with VAT."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, TypedDict, Unpack

from django.db import transaction

from common import clock
from providers import events
from providers.enums import Place
from providers.errors import (
    AreaNeeded,
    CategoryUnknown,
    CurrencyMismatch,
    GroupHasOneLeader,
    IsArchived,
    NotOfThisBusiness,
    PhasesInvalid,
)
from providers.models import (
    Category,
    Offering,
    Outlet,
    Provider,
    ResourceKind,
    ResourceNeed,
    Service,
    Skill,
)
from providers.models.catalogue import MOST_IN_A_TEAM
from providers.rules import checks, phases
from providers.services.businesses import DESCRIPTION_LENGTH
from providers.services.listing import refresh_listing, refresh_service
from providers.services.record import lock_provider, tell
from providers.services.training import refresh_held_back

MAX_PRICE = 100_000_000
MAX_UNITS = 20


class ServiceFields(TypedDict, total=False):
    """What may be said about a service. `*_min` are minutes, `tax_percent` 0 to under 100.

    `team_size` people (1 to 8) do it together, unless it has seats: `capacity` above 1.

    `phases` are `[{"kind": "active" or "processing", "minutes"}]`, together as long as the service; none: its person
    is at it throughout.

    `needs_acceptance`: each booking waits for the provider's yes, at most `acceptance_hours` (1 to 72).
    """

    category: Category
    name: str
    description: str
    language: str
    place: Place
    duration_min: int
    buffer_before_min: int
    buffer_after_min: int
    phases: list[dict[str, Any]]
    price_amount: int
    tax_percent: Decimal
    capacity: int
    team_size: int
    needs_acceptance: bool
    acceptance_hours: int
    position: int


@transaction.atomic
def create_service(
    *,
    provider: Provider,
    actor: str,
    currency: str,
    outlets: Sequence[Outlet] = (),
    needs: Mapping[ResourceKind, int] | None = None,
    **fields: Unpack[ServiceFields],
) -> Service:
    """A new service, sold at `outlets` at its price.

    Category, name, duration_min and price_amount are needed. `needs` is the number of units per kind.
    Raises CurrencyUnknown, CurrencyMismatch, AreaNeeded, NotOfThisBusiness, IsArchived, CategoryUnknown,
    PhasesInvalid, GroupHasOneLeader, and the errors of each field.
    """
    provider = lock_provider(provider.pk)
    clean = _checked({"name": "", **fields})
    _check_phases(clean.get("phases", ()), clean["duration_min"])
    _check_team(clean.get("team_size", 1), clean.get("capacity", 1))
    service = Service.objects.create(provider=provider, currency=checks.currency(currency), **clean)
    _set_needs(service, needs or {})
    for outlet in outlets:
        _offer(service, outlet, service.price_amount)
    _tell(service, provider, actor, "service.create", outlets)
    return service


@transaction.atomic
def update_service(
    *,
    service: Service,
    actor: str,
    needs: Mapping[ResourceKind, int] | None = None,
    **changes: Unpack[ServiceFields],
) -> Service:
    """Change a service; bookings keep what they agreed. `needs`, when given, replaces all that were there.

    A new price goes to the outlets that sold it at the old one. Raises as create_service.
    """
    provider = lock_provider(service.provider_id)
    service = Service.objects.get(pk=service.pk)
    if service.archived_at:
        raise IsArchived
    clean = _checked(changes)
    _check_phases(clean.get("phases", service.phases), clean.get("duration_min", service.duration_min))
    _check_team(clean.get("team_size", service.team_size), clean.get("capacity", service.capacity))
    offered = Offering.objects.filter(service=service)
    if "price_amount" in clean:
        offered.filter(price_amount=service.price_amount).update(price_amount=clean["price_amount"])
    if clean.get("place") == Place.CUSTOMER and offered.filter(outlet__service_area__isnull=True).exists():
        raise AreaNeeded(field="place")
    changed = sorted(name for name, value in clean.items() if getattr(service, name) != value)
    for name in changed:
        setattr(service, name, clean[name])
    if changed:
        service.save(update_fields=changed)
    if "category" in changed:
        refresh_held_back(Skill.objects.filter(service=service))
    if needs is not None:
        _set_needs(service, needs)
        changed.append("needs")
    refresh_service(service.pk)
    _tell(service, provider, actor, "service.update", sold_at(service), fields=changed)
    return service


@transaction.atomic
def archive_service(*, service: Service, actor: str) -> None:
    """Sell a service no longer; its bookings stay. Raises IsArchived."""
    provider = lock_provider(service.provider_id)
    now = clock.now()
    if not Service.objects.filter(pk=service.pk, archived_at__isnull=True).update(archived_at=now):
        raise IsArchived
    service.archived_at = now
    refresh_service(service.pk)
    _tell(service, provider, actor, "service.archive", sold_at(service))


@transaction.atomic
def offer_service(
    *, service: Service, outlet: Outlet, actor: str, price_amount: int | None = None
) -> Offering:
    """Sell a service at an outlet, or change its price there; without a price it is the service's.

    Raises CurrencyMismatch, AreaNeeded, NotOfThisBusiness, IsArchived, NumberInvalid.
    """
    provider = lock_provider(service.provider_id)
    service = Service.objects.get(pk=service.pk)
    price = service.price_amount if price_amount is None else _price(price_amount)
    offering = _offer(service, outlet, price)
    _tell(service, provider, actor, "service.offer", [outlet], outlet=outlet.public_id, price_amount=price)
    return offering


@transaction.atomic
def withdraw_service(*, service: Service, outlet: Outlet, actor: str) -> None:
    """Sell a service at an outlet no longer. When it was not sold there, nothing happens."""
    provider = lock_provider(service.provider_id)
    deleted, _ = Offering.objects.filter(service=service, outlet=outlet).delete()
    if deleted:
        _tell(service, provider, actor, "service.withdraw", [outlet], outlet=outlet.public_id)


def sold_at(service: Service) -> list[Outlet]:
    """The outlets at which a service is sold."""
    return list(Outlet.objects.filter(offerings__service=service).order_by("pk"))


def _offer(service: Service, outlet: Outlet, price_amount: int) -> Offering:
    if outlet.provider_id != service.provider_id:
        raise NotOfThisBusiness(field="outlet")
    if outlet.archived_at or service.archived_at:
        raise IsArchived
    if outlet.currency != service.currency:
        raise CurrencyMismatch(field="currency", currency=outlet.currency)
    if service.place == Place.CUSTOMER and outlet.service_area is None:
        raise AreaNeeded(field="place")
    offering, _ = Offering.objects.update_or_create(
        service=service,
        outlet=outlet,
        defaults={"price_amount": price_amount},
        create_defaults={
            "price_amount": price_amount,
            "category_id": service.category_id,
            "place": service.place,
            "point": outlet.point,
        },
    )
    refresh_listing(Offering.objects.filter(pk=offering.pk))
    offering.refresh_from_db()
    return offering


def _set_needs(service: Service, needs: Mapping[ResourceKind, int]) -> None:
    for kind, quantity in needs.items():
        if kind.provider_id != service.provider_id:
            raise NotOfThisBusiness(field="needs")
        if kind.archived_at:
            raise IsArchived(field="needs")
        checks.number(quantity, field="needs", least=1, most=MAX_UNITS)
    ResourceNeed.objects.filter(service=service).exclude(kind__in=list(needs)).delete()
    ResourceNeed.objects.bulk_create(
        [ResourceNeed(service=service, kind=kind, quantity=quantity) for kind, quantity in needs.items()],
        update_conflicts=True,
        unique_fields=["service", "kind"],
        update_fields=["quantity"],
    )


def _price(amount: int) -> int:
    return checks.number(amount, field="price_amount", least=0, most=MAX_PRICE)


def _check_phases(stored: Sequence[Mapping[str, Any]], duration_min: int) -> None:
    if why := phases.problem(phases.read(stored), duration_min):
        raise PhasesInvalid(field="phases", why=why)


def _check_team(team_size: int, capacity: int) -> None:
    if team_size > 1 and capacity > 1:
        raise GroupHasOneLeader(field="team_size")


def _checked(fields: ServiceFields) -> dict[str, Any]:
    clean: dict[str, Any] = dict(fields)
    if "name" in clean:
        clean["name"] = checks.text(clean["name"], field="name", longest=120)
    if "description" in clean:
        clean["description"] = checks.text(
            clean["description"], field="description", longest=DESCRIPTION_LENGTH, needed=False
        )
    if "language" in clean:
        clean["language"] = checks.language(clean["language"])
    if "category" in clean and clean["category"].archived_at:
        raise CategoryUnknown(field="category")
    ranges = {
        "duration_min": (5, 1440),
        "buffer_before_min": (0, 480),
        "buffer_after_min": (0, 480),
        "price_amount": (0, MAX_PRICE),
        "capacity": (1, 500),
        "team_size": (1, MOST_IN_A_TEAM),
        "acceptance_hours": (1, 72),
        "position": (0, 1000),
    }
    for name, (least, most) in ranges.items():
        if name in clean:
            checks.number(clean[name], field=name, least=least, most=most)
    if "tax_percent" in clean:
        clean["tax_percent"] = checks.percentage(clean["tax_percent"], field="tax_percent")
    return clean


def _tell(
    service: Service, provider: Provider, actor: str, action: str, outlets: Sequence[Outlet], **data: Any
) -> None:
    tell(
        provider,
        type=events.CATALOGUE_CHANGED,
        actor=actor,
        action=action,
        of="service",
        of_id=service.public_id,
        outlets=outlets,
        **data,
    )
