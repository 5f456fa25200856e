"""Pictures of outlets."""

from django.http import HttpRequest
from ninja import File, Form, Router, Status
from ninja.files import UploadedFile

from common.api import ERRORS, errors, idempotent
from common.uploads.errors import UploadEmpty
from providers import presenters, schemas
from providers.api.given import caller
from providers.enums import Role
from providers.models import Outlet
from providers.selectors.access import WRITE, access_outlet, access_picture
from providers.selectors.pictures import pictures_of, removed_pictures
from providers.services import pictures as services

router = Router(tags=["provider"])


@router.get(
    "/provider/outlets/{outlet}/pictures",
    response={200: schemas.PicturesOut, **ERRORS},
    operation_id="list_pictures",
)
def list_pictures(request: HttpRequest, outlet: schemas.PublicId) -> schemas.PicturesOut:
    """The pictures of an outlet, in their order, and those that can be put back."""
    return _all(access_outlet(caller(request), outlet))


@router.post(
    "/provider/outlets/{outlet}/pictures",
    response={201: schemas.PictureOut, **ERRORS, **errors(503)},
    operation_id="add_picture",
)
@idempotent
def add_picture(
    request: HttpRequest,
    outlet: schemas.PublicId,
    body: Form[schemas.PictureIn],
    picture: File[UploadedFile | None] = None,
) -> tuple[int, schemas.PictureOut]:
    """Show one more, at most twelve: JPEG, PNG, WebP or HEIC (docs/uploads.md). `alt` says what can be seen."""
    principal = caller(request)
    found = access_outlet(principal, outlet, role=Role.MANAGER, scope=WRITE)
    if picture is None:
        raise UploadEmpty(field="picture")
    made = services.take_picture(outlet=found, file=picture, alt=body.alt, actor=principal.actor)
    return 201, presenters.picture(made)


@router.put(
    "/provider/outlets/{outlet}/pictures/order",
    response={200: schemas.PicturesOut, **ERRORS},
    operation_id="order_pictures",
)
def order_pictures(
    request: HttpRequest, outlet: schemas.PublicId, body: schemas.PictureOrderIn
) -> schemas.PicturesOut:
    """Show them in this order."""
    principal = caller(request)
    found = access_outlet(principal, outlet, role=Role.MANAGER, scope=WRITE)
    services.order_pictures(outlet=found, order=body.order, actor=principal.actor)
    return _all(found)


@router.patch(
    "/provider/pictures/{picture}",
    response={200: schemas.PictureOut, **ERRORS},
    operation_id="describe_picture",
)
def describe_picture(
    request: HttpRequest, picture: schemas.PublicId, body: schemas.PictureChanges
) -> schemas.PictureOut:
    """Say what can be seen on it."""
    principal = caller(request)
    found = access_picture(principal, picture, role=Role.MANAGER, scope=WRITE)
    return presenters.picture(services.describe_picture(picture=found, alt=body.alt, actor=principal.actor))


@router.delete("/provider/pictures/{picture}", response={204: None, **ERRORS}, operation_id="remove_picture")
def remove_picture(request: HttpRequest, picture: schemas.PublicId) -> Status:
    """Show it no longer; for a day it can be put back."""
    principal = caller(request)
    found = access_picture(principal, picture, role=Role.MANAGER, scope=WRITE)
    services.remove_picture(picture=found, actor=principal.actor)
    return Status(204, None)


@router.post(
    "/provider/pictures/{picture}/restore",
    response={200: schemas.PicturesOut, **ERRORS},
    operation_id="restore_picture",
)
@idempotent
def restore_picture(request: HttpRequest, picture: schemas.PublicId) -> schemas.PicturesOut:
    """Show a removed picture again, after the others."""
    principal = caller(request)
    found = access_picture(principal, picture, role=Role.MANAGER, scope=WRITE)
    services.restore_picture(picture=found, actor=principal.actor)
    return _all(found.outlet)


def _all(outlet: Outlet) -> schemas.PicturesOut:
    return schemas.PicturesOut(
        items=[presenters.picture(row) for row in pictures_of(outlet)],
        removed=[presenters.picture(row) for row in removed_pictures(outlet)],
    )
