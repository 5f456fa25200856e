"""Outlets, and the resource units that stand in them."""

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router

from common.api import ERRORS, CursorPage, idempotent
from geo.rules.positions import Position
from providers import presenters, schemas
from providers.api.given import Acknowledged, caller, given, position
from providers.enums import Role
from providers.models import Outlet, ResourceKind
from providers.selectors import catalogue
from providers.selectors.access import (
    WRITE,
    access_outlet,
    access_provider,
    access_resource,
    access_resource_kind,
)
from providers.selectors.categories import require_category
from providers.services import outlets, resources
from providers.services.affected import guarded

router = Router(tags=["provider"])

# Where null says something: nothing of it, or look it up.
NULLABLE = frozenset({"pin", "category", "service_radius_m", "service_corners", "window_until"})


@router.get(
    "/provider/businesses/{provider}/outlets",
    response={200: schemas.OutletsOut, **ERRORS},
    operation_id="list_my_outlets",
)
def list_my_outlets(
    request: HttpRequest, provider: schemas.PublicId, page: Query[CursorPage]
) -> schemas.OutletsOut:
    """The outlets in use."""
    found = access_provider(caller(request), provider)
    rows, cursor = page.cut(catalogue.outlets(found), of=f"outlets:{provider}")
    return schemas.OutletsOut(items=[presenters.outlet(row) for row in rows], next=cursor)


@router.post(
    "/provider/businesses/{provider}/outlets",
    response={201: schemas.OutletOut, **ERRORS},
    operation_id="create_outlet",
)
@idempotent
def create_outlet(
    request: HttpRequest, provider: schemas.PublicId, body: schemas.OutletIn
) -> tuple[int, schemas.OutletOut]:
    """A new outlet; without a pin the address is looked up."""
    principal = caller(request)
    found = access_provider(principal, provider, role=Role.MANAGER, scope=WRITE)
    fields = _fields({name: getattr(body, name) for name in type(body).model_fields})
    return 201, presenters.outlet(outlets.create_outlet(provider=found, actor=principal.actor, **fields))


@router.get(
    "/provider/outlets/{outlet}",
    response={200: schemas.OutletOut, **ERRORS},
    operation_id="get_my_outlet",
)
def get_my_outlet(request: HttpRequest, outlet: schemas.PublicId) -> schemas.OutletOut:
    """One outlet, archived or not."""
    return presenters.outlet(access_outlet(caller(request), outlet))


@router.patch(
    "/provider/outlets/{outlet}",
    response={200: schemas.OutletOut, **ERRORS},
    operation_id="update_outlet",
)
def update_outlet(
    request: HttpRequest,
    outlet: schemas.PublicId,
    body: schemas.OutletChanges,
    acknowledge: Acknowledged = "",
) -> schemas.OutletOut:
    """Change an outlet; `pin: null` looks its address up anew. With another time zone visits keep their instant; those
    whose time on the shop's clock changes, and those on new holidays, are listed first."""
    principal = caller(request)
    found = access_outlet(principal, outlet, role=Role.MANAGER, scope=WRITE)
    fields = _fields(given(body, nullable=NULLABLE))
    changed = outlets.update_outlet(outlet=found, actor=principal.actor, acknowledged=acknowledge, **fields)
    return presenters.outlet(changed)


@router.post(
    "/provider/outlets/{outlet}/archive",
    response={204: None, **ERRORS},
    operation_id="archive_outlet",
)
@idempotent
def archive_outlet(
    request: HttpRequest, outlet: schemas.PublicId, acknowledge: Acknowledged = ""
) -> tuple[int, None]:
    """Close an outlet for good; its bookings stay, once they were looked at."""
    principal = caller(request)
    found = access_outlet(principal, outlet, role=Role.MANAGER, scope=WRITE)
    with guarded(found.provider_id, acknowledged=acknowledge):
        outlets.archive_outlet(outlet=found, actor=principal.actor)
    return 204, None


@router.get(
    "/provider/businesses/{provider}/resource-kinds",
    response={200: schemas.ResourceKindsOut, **ERRORS},
    operation_id="list_resource_kinds",
)
def list_resource_kinds(
    request: HttpRequest, provider: schemas.PublicId, page: Query[CursorPage]
) -> schemas.ResourceKindsOut:
    """The kinds of things that services need."""
    found = access_provider(caller(request), provider)
    kinds = ResourceKind.objects.filter(provider=found, archived_at__isnull=True)
    rows, cursor = page.cut(kinds, of=f"resource-kinds:{provider}")
    return schemas.ResourceKindsOut(items=[_kind(row) for row in rows], next=cursor)


@router.post(
    "/provider/businesses/{provider}/resource-kinds",
    response={201: schemas.ResourceKindOut, **ERRORS},
    operation_id="create_resource_kind",
)
@idempotent
def create_resource_kind(
    request: HttpRequest, provider: schemas.PublicId, body: schemas.NameIn
) -> tuple[int, schemas.ResourceKindOut]:
    """A new kind, such as a bay."""
    principal = caller(request)
    found = access_provider(principal, provider, role=Role.MANAGER, scope=WRITE)
    made = resources.create_resource_kind(provider=found, name=body.name, actor=principal.actor)
    return 201, _kind(made)


@router.patch(
    "/provider/resource-kinds/{kind}",
    response={200: schemas.ResourceKindOut, **ERRORS},
    operation_id="rename_resource_kind",
)
def rename_resource_kind(
    request: HttpRequest, kind: schemas.PublicId, body: schemas.NameIn
) -> schemas.ResourceKindOut:
    """Call a kind something else."""
    principal = caller(request)
    found = access_resource_kind(principal, kind, role=Role.MANAGER, scope=WRITE)
    return _kind(resources.rename_resource_kind(kind=found, name=body.name, actor=principal.actor))


@router.post(
    "/provider/resource-kinds/{kind}/archive",
    response={204: None, **ERRORS},
    operation_id="archive_resource_kind",
)
@idempotent
def archive_resource_kind(
    request: HttpRequest, kind: schemas.PublicId, acknowledge: Acknowledged = ""
) -> tuple[int, None]:
    """No service needs this kind any more."""
    principal = caller(request)
    found = access_resource_kind(principal, kind, role=Role.MANAGER, scope=WRITE)
    with guarded(found.provider_id, acknowledged=acknowledge):
        resources.archive_resource_kind(kind=found, actor=principal.actor)
    return 204, None


@router.get(
    "/provider/businesses/{provider}/resources",
    response={200: schemas.ResourcesOut, **ERRORS},
    operation_id="list_resources",
)
def list_resources(
    request: HttpRequest, provider: schemas.PublicId, page: Query[CursorPage]
) -> schemas.ResourcesOut:
    """The units in use at all outlets."""
    found = access_provider(caller(request), provider)
    rows, cursor = page.cut(catalogue.resources(found), of=f"resources:{provider}")
    return schemas.ResourcesOut(items=[presenters.resource(row) for row in rows], next=cursor)


@router.post(
    "/provider/businesses/{provider}/resources",
    response={201: schemas.ResourceOut, **ERRORS},
    operation_id="create_resource",
)
@idempotent
def create_resource(
    request: HttpRequest, provider: schemas.PublicId, body: schemas.ResourceIn
) -> tuple[int, schemas.ResourceOut]:
    """A new unit of a kind at an outlet."""
    principal = caller(request)
    found = access_provider(principal, provider, role=Role.MANAGER, scope=WRITE)
    kinds = ResourceKind.objects.filter(provider=found)
    made = resources.create_resource(
        kind=catalogue.pick(kinds, [body.kind], field="kind")[0],
        outlet=catalogue.pick(Outlet.objects.filter(provider=found), [body.outlet], field="outlet")[0],
        name=body.name,
        position=body.position,
        actor=principal.actor,
    )
    return 201, presenters.resource(made)


@router.patch(
    "/provider/resources/{resource}",
    response={200: schemas.ResourceOut, **ERRORS},
    operation_id="update_resource",
)
def update_resource(
    request: HttpRequest, resource: schemas.PublicId, body: schemas.ResourceChanges
) -> schemas.ResourceOut:
    """Rename or reorder a unit."""
    principal = caller(request)
    found = access_resource(principal, resource, role=Role.MANAGER, scope=WRITE)
    changed = resources.update_resource(
        resource=found, actor=principal.actor, name=body.name, position=body.position
    )
    return presenters.resource(changed)


@router.post(
    "/provider/resources/{resource}/archive",
    response={204: None, **ERRORS},
    operation_id="archive_resource",
)
@idempotent
def archive_resource(
    request: HttpRequest, resource: schemas.PublicId, acknowledge: Acknowledged = ""
) -> tuple[int, None]:
    """The unit is no longer there; what is booked on it stays, once it was looked at."""
    principal = caller(request)
    found = access_resource(principal, resource, role=Role.MANAGER, scope=WRITE)
    with guarded(found.kind.provider_id, acknowledged=acknowledge):
        resources.archive_resource(resource=found, actor=principal.actor)
    return 204, None


def _kind(row: ResourceKind) -> schemas.ResourceKindOut:
    return schemas.ResourceKindOut(id=row.public_id, name=row.name)


def _fields(fields: dict[str, Any]) -> dict[str, Any]:
    """The request's fields as the services name them."""
    if "service_corners" in fields:
        fields["service_corners"] = [Position(pin.lat, pin.lng) for pin in fields["service_corners"] or ()]
    if "pin" in fields:
        fields["position"] = position(fields.pop("pin"))
    if "category" in fields:
        slug = fields.pop("category")
        fields["main_category"] = require_category(slug) if slug else None
    return fields
