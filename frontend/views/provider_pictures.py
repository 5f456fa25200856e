"""The page on which a business shows what an outlet looks like."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from common import uploads
from common.errors import DomainError
from common.uploads.errors import UploadEmpty
from frontend.pictures import shown
from frontend.views.provider_desk import Desk, action, at_desk, form_page
from providers.enums import Role
from providers.models import Outlet, OutletPicture
from providers.rules.pictures import ALT_LENGTH, MOST_PICTURES
from providers.selectors.access import access_outlet, access_picture
from providers.selectors.pictures import pictures_of, removed_pictures
from providers.services import pictures as services


@form_page()
def pictures(desk: Desk, outlet_id: str) -> HttpResponse:
    """The pictures in their order, those that can be put back, and a form that adds one."""
    found = access_outlet(desk.principal, outlet_id, role=Role.MANAGER)
    outlet: Outlet = desk.own(found, found.provider_id)
    if desk.sent:
        return _answer(desk, outlet, lambda: _add(desk, outlet), _("The picture is shown."))
    rows = list(pictures_of(outlet))
    return desk.render(
        "pictures",
        nav="outlets",
        outlet=outlet,
        pictures=shown(outlet, rows),
        removed=shown(outlet, list(removed_pictures(outlet))),
        is_full=len(rows) >= MOST_PICTURES,
        most=MOST_PICTURES,
        alt_length=ALT_LENGTH,
    )


@action()
def change(desk: Desk, picture_id: str) -> HttpResponse:
    """Describe, move, remove or put back a picture, as the button says that was pressed."""
    picture = _picture(desk, picture_id, role=Role.MANAGER)
    wanted = desk.request.POST.get("do", "")
    do, said = {
        "up": (lambda: _move(desk, picture, -1), _("Moved.")),
        "down": (lambda: _move(desk, picture, 1), _("Moved.")),
        "remove": (
            lambda: services.remove_picture(picture=picture, actor=desk.actor),
            _("The picture is gone. You can put it back below, for a day."),
        ),
        "restore": (
            lambda: services.restore_picture(picture=picture, actor=desk.actor),
            _("The picture is shown again."),
        ),
    }.get(wanted, (lambda: _describe(desk, picture), _("Saved.")))
    return _answer(desk, picture.outlet, do, said)


@at_desk()
def file(desk: Desk, picture_id: str) -> HttpResponse:
    """The picture itself, for members: also while the business is not public, or it was removed."""
    stored = _picture(desk, picture_id).file
    if 320 in (stored.widths or ()):
        return uploads.respond_size(stored, 320, "webp")
    return uploads.respond(stored, download_name=stored.public_id)


def _answer(desk: Desk, outlet: Outlet, do: Callable[[], object], said: str) -> HttpResponse:
    """Do it and show the page again, with what was done or why not."""
    try:
        do()
    except DomainError as error:
        if error.status not in (409, 422, 429, 503):
            raise
        messages.error(desk.request, str(error))
        return redirect("provider:pictures", desk.provider.public_id, outlet.public_id)
    return desk.done(said, "pictures", outlet.public_id)


def _picture(desk: Desk, picture_id: str, *, role: Role = Role.STAFF) -> OutletPicture:
    found = access_picture(desk.principal, picture_id, role=role)
    return desk.own(found, found.outlet.provider_id)


def _add(desk: Desk, outlet: Outlet) -> None:
    sent = desk.request.FILES.get("picture")
    if sent is None:
        raise UploadEmpty
    services.take_picture(outlet=outlet, file=sent, alt=desk.request.POST.get("alt", ""), actor=desk.actor)


def _describe(desk: Desk, picture: OutletPicture) -> None:
    services.describe_picture(picture=picture, alt=desk.request.POST.get("alt", ""), actor=desk.actor)


def _move(desk: Desk, picture: OutletPicture, by: int) -> None:
    """One place up or down; past either end: nothing."""
    order = [row.public_id for row in pictures_of(picture.outlet)]
    if picture.public_id not in order:
        return
    at = order.index(picture.public_id)
    to = min(max(at + by, 0), len(order) - 1)
    order.insert(to, order.pop(at))
    services.order_pictures(outlet=picture.outlet, order=order, actor=desk.actor)
