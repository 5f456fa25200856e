"""People who perform services."""

from typing import Any

from django.http import HttpRequest
from ninja import File, Query, Router, Status
from ninja.files import UploadedFile

from common.api import ERRORS, CursorPage, errors, idempotent
from common.uploads.errors import UploadEmpty
from providers import presenters, schemas
from providers.api.given import Acknowledged, caller, given
from providers.enums import Role, SkillLevel
from providers.models import Provider, Service, StaffMember
from providers.selectors import catalogue
from providers.selectors.access import WRITE, access_provider, access_staff
from providers.services import staff as services
from providers.services.affected import guarded

router = Router(tags=["provider"])


@router.get(
    "/provider/businesses/{provider}/staff",
    response={200: schemas.StaffListOut, **ERRORS},
    operation_id="list_staff",
)
def list_staff(
    request: HttpRequest, provider: schemas.PublicId, page: Query[CursorPage]
) -> schemas.StaffListOut:
    """The people in use, with where they work and what they can do."""
    found = access_provider(caller(request), provider)
    rows, cursor = page.cut(catalogue.staff(found), of=f"staff:{provider}")
    return schemas.StaffListOut(items=[presenters.staff(row) for row in rows], next=cursor)


@router.post(
    "/provider/businesses/{provider}/staff",
    response={201: schemas.StaffOut, **ERRORS},
    operation_id="create_staff",
)
@idempotent
def create_staff(
    request: HttpRequest, provider: schemas.PublicId, body: schemas.StaffIn
) -> tuple[int, schemas.StaffOut]:
    """A new person."""
    principal = caller(request)
    found = access_provider(principal, provider, role=Role.MANAGER, scope=WRITE)
    fields = _fields(found, {name: getattr(body, name) for name in type(body).model_fields})
    return 201, _shown(services.create_staff(provider=found, actor=principal.actor, **fields))


@router.get("/provider/staff/{staff}", response={200: schemas.StaffOut, **ERRORS}, operation_id="get_staff")
def get_staff(request: HttpRequest, staff: schemas.PublicId) -> schemas.StaffOut:
    """One person, archived or not."""
    return _shown(access_staff(caller(request), staff))


@router.patch(
    "/provider/staff/{staff}", response={200: schemas.StaffOut, **ERRORS}, operation_id="update_staff"
)
def update_staff(
    request: HttpRequest, staff: schemas.PublicId, body: schemas.StaffChanges, acknowledge: Acknowledged = ""
) -> schemas.StaffOut:
    """Change a person; outlets and skills replace all that were there."""
    principal = caller(request)
    found = access_staff(principal, staff, role=Role.MANAGER, scope=WRITE)
    fields = _fields(found.provider, given(body, nullable=frozenset({"working_since", "travel_mode"})))
    with guarded(found.provider_id, acknowledged=acknowledge):
        changed = services.update_staff(staff=found, actor=principal.actor, **fields)
    return _shown(changed)


@router.post(
    "/provider/staff/{staff}/photo",
    response={200: schemas.StaffOut, **ERRORS, **errors(503)},
    operation_id="set_staff_photo",
)
@idempotent
def set_photo(
    request: HttpRequest, staff: schemas.PublicId, photo: File[UploadedFile | None] = None
) -> schemas.StaffOut:
    """A picture of the person, which everybody sees: JPEG, PNG, WebP or HEIC (docs/uploads.md)."""
    principal = caller(request)
    found = access_staff(principal, staff, role=Role.MANAGER, scope=WRITE)
    if photo is None:
        raise UploadEmpty(field="photo")
    services.take_photo(staff=found, file=photo, actor=principal.actor)
    return _shown(found)


@router.delete(
    "/provider/staff/{staff}/photo", response={204: None, **ERRORS}, operation_id="remove_staff_photo"
)
def remove_photo(request: HttpRequest, staff: schemas.PublicId) -> Status:
    """Show no picture of the person any more."""
    principal = caller(request)
    found = access_staff(principal, staff, role=Role.MANAGER, scope=WRITE)
    services.set_photo(staff=found, photo=None, actor=principal.actor)
    return Status(204, None)


@router.post("/provider/staff/{staff}/archive", response={204: None, **ERRORS}, operation_id="archive_staff")
@idempotent
def archive_staff(
    request: HttpRequest, staff: schemas.PublicId, acknowledge: Acknowledged = ""
) -> tuple[int, None]:
    """The person no longer works here; their bookings stay, once they were looked at."""
    principal = caller(request)
    found = access_staff(principal, staff, role=Role.MANAGER, scope=WRITE)
    with guarded(found.provider_id, acknowledged=acknowledge):
        services.archive_staff(staff=found, actor=principal.actor)
    return 204, None


def _shown(row: StaffMember) -> schemas.StaffOut:
    return presenters.staff(catalogue.with_staff_details(StaffMember.objects.filter(pk=row.pk)).get())


def _fields(provider: Provider, fields: dict[str, Any]) -> dict[str, Any]:
    """The request's fields as the services name them, ids looked up within the business."""
    if "outlets" in fields:
        fields["outlets"] = catalogue.pick(catalogue.outlets(provider), fields["outlets"], field="outlets")
    if "skills" in fields:
        levels = {skill.service: SkillLevel(skill.level) for skill in fields["skills"]}
        sold = Service.objects.filter(provider=provider, archived_at__isnull=True)
        found = catalogue.pick(sold, levels, field="skills")
        fields["skills"] = {service: levels[service.public_id] for service in found}
    return fields
