"""Services, their options, and where they are sold."""

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Status

from common.api import ERRORS, CursorPage, idempotent
from providers import presenters, schemas
from providers.api.given import Acknowledged, caller, given
from providers.enums import Place, Role
from providers.models import Outlet, Provider, ResourceKind, Service
from providers.selectors import catalogue
from providers.selectors.access import WRITE, access_option, access_provider, access_service
from providers.selectors.categories import require_category
from providers.services import catalogue as services
from providers.services import options
from providers.services.affected import guarded

router = Router(tags=["provider"])


@router.get(
    "/provider/businesses/{provider}/services",
    response={200: schemas.ServicesOut, **ERRORS},
    operation_id="list_my_services",
)
def list_my_services(
    request: HttpRequest, provider: schemas.PublicId, page: Query[CursorPage]
) -> schemas.ServicesOut:
    """The services in use, with options, offers and needs."""
    found = access_provider(caller(request), provider)
    rows, cursor = page.cut(catalogue.services(found), of=f"services:{provider}")
    return schemas.ServicesOut(items=[presenters.service(row) for row in rows], next=cursor)


@router.post(
    "/provider/businesses/{provider}/services",
    response={201: schemas.ServiceOut, **ERRORS},
    operation_id="create_service",
)
@idempotent
def create_service(
    request: HttpRequest, provider: schemas.PublicId, body: schemas.ServiceIn
) -> tuple[int, schemas.ServiceOut]:
    """A new service, sold at `outlets`."""
    principal = caller(request)
    found = access_provider(principal, provider, role=Role.MANAGER, scope=WRITE)
    fields = _fields(found, {name: getattr(body, name) for name in type(body).model_fields})
    return 201, _shown(services.create_service(provider=found, actor=principal.actor, **fields))


@router.get(
    "/provider/services/{service}",
    response={200: schemas.ServiceOut, **ERRORS},
    operation_id="get_my_service",
)
def get_my_service(request: HttpRequest, service: schemas.PublicId) -> schemas.ServiceOut:
    """One service, archived or not."""
    return _shown(access_service(caller(request), service))


@router.patch(
    "/provider/services/{service}",
    response={200: schemas.ServiceOut, **ERRORS},
    operation_id="update_service",
)
def update_service(
    request: HttpRequest, service: schemas.PublicId, body: schemas.ServiceChanges
) -> schemas.ServiceOut:
    """Change a service; bookings keep what they agreed."""
    principal = caller(request)
    found = access_service(principal, service, role=Role.MANAGER, scope=WRITE)
    fields = _fields(found.provider, given(body))
    return _shown(services.update_service(service=found, actor=principal.actor, **fields))


@router.post(
    "/provider/services/{service}/archive",
    response={204: None, **ERRORS},
    operation_id="archive_service",
)
@idempotent
def archive_service(
    request: HttpRequest, service: schemas.PublicId, acknowledge: Acknowledged = ""
) -> tuple[int, None]:
    """Sell a service no longer; its bookings stay, once they were looked at."""
    principal = caller(request)
    found = access_service(principal, service, role=Role.MANAGER, scope=WRITE)
    with guarded(found.provider_id, acknowledged=acknowledge):
        services.archive_service(service=found, actor=principal.actor)
    return 204, None


@router.put(
    "/provider/services/{service}/offers/{outlet}",
    response={200: schemas.OfferOut, **ERRORS},
    operation_id="offer_service",
)
def offer_service(
    request: HttpRequest, service: schemas.PublicId, outlet: schemas.PublicId, body: schemas.OfferIn
) -> schemas.OfferOut:
    """Sell a service at an outlet, or change its price there."""
    principal = caller(request)
    found = access_service(principal, service, role=Role.MANAGER, scope=WRITE)
    offering = services.offer_service(
        service=found,
        outlet=_outlet(found, outlet),
        actor=principal.actor,
        price_amount=body.price_amount,
    )
    return presenters.offer(offering, found.currency)


@router.delete(
    "/provider/services/{service}/offers/{outlet}",
    response={204: None, **ERRORS},
    operation_id="withdraw_service",
)
def withdraw_service(
    request: HttpRequest, service: schemas.PublicId, outlet: schemas.PublicId, acknowledge: Acknowledged = ""
) -> Status:
    """Sell a service at an outlet no longer."""
    principal = caller(request)
    found = access_service(principal, service, role=Role.MANAGER, scope=WRITE)
    with guarded(found.provider_id, acknowledged=acknowledge):
        services.withdraw_service(service=found, outlet=_outlet(found, outlet), actor=principal.actor)
    return Status(204, None)


@router.post(
    "/provider/services/{service}/options",
    response={201: schemas.OptionOut, **ERRORS},
    operation_id="create_option",
)
@idempotent
def create_option(
    request: HttpRequest, service: schemas.PublicId, body: schemas.OptionIn
) -> tuple[int, schemas.OptionOut]:
    """A new paid add-on or variant."""
    principal = caller(request)
    found = access_service(principal, service, role=Role.MANAGER, scope=WRITE)
    made = options.create_option(service=found, actor=principal.actor, **body.model_dump())
    return 201, presenters.option(made, found.currency)


@router.patch(
    "/provider/options/{option}",
    response={200: schemas.OptionOut, **ERRORS},
    operation_id="update_option",
)
def update_option(
    request: HttpRequest, option: schemas.PublicId, body: schemas.OptionChanges
) -> schemas.OptionOut:
    """Change an option; bookings keep what they agreed."""
    principal = caller(request)
    found = access_option(principal, option, role=Role.MANAGER, scope=WRITE)
    changed = options.update_option(option=found, actor=principal.actor, **given(body))
    return presenters.option(changed, found.service.currency)


@router.post(
    "/provider/options/{option}/archive",
    response={204: None, **ERRORS},
    operation_id="archive_option",
)
@idempotent
def archive_option(request: HttpRequest, option: schemas.PublicId) -> tuple[int, None]:
    """Sell an option no longer."""
    principal = caller(request)
    found = access_option(principal, option, role=Role.MANAGER, scope=WRITE)
    options.archive_option(option=found, actor=principal.actor)
    return 204, None


def _shown(row: Service) -> schemas.ServiceOut:
    return presenters.service(catalogue.with_service_details(Service.objects.filter(pk=row.pk)).get())


def _outlet(service: Service, outlet: str) -> Outlet:
    rows = Outlet.objects.filter(provider_id=service.provider_id)
    return catalogue.pick(rows, [outlet], field="outlet")[0]


def _fields(provider: Provider, fields: dict[str, Any]) -> dict[str, Any]:
    """The request's fields as the services name them, ids looked up within the business."""
    if "category" in fields:
        fields["category"] = require_category(fields["category"])
    if "place" in fields:
        fields["place"] = Place(fields["place"])
    if "outlets" in fields:
        fields["outlets"] = catalogue.pick(catalogue.outlets(provider), fields["outlets"], field="outlets")
    if "needs" in fields:
        quantities = {need.kind: need.quantity for need in fields["needs"]}
        kinds = ResourceKind.objects.filter(provider=provider, archived_at__isnull=True)
        found = catalogue.pick(kinds, quantities, field="needs")
        fields["needs"] = {kind: quantities[kind.public_id] for kind in found}
    return fields
