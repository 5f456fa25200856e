"""People, addresses and vehicles that fill in the next booking: listed, added, changed, removed and brought back."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import selectors
from accounts.models import SavedAddress, SavedPerson, SavedVehicle, User
from accounts.services import saved as services
from common import clock
from common.errors import DomainError, NotFound
from frontend.views.account_forms import PersonForm, SavedAddressForm, VehicleForm, put_error

# A removed one stands in its list that long, with a way to bring it back.
UNDO = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the three lists: its rows, form, verb, route names and words."""

    model: Any
    form: type[Form]
    rows: Any
    save: Any
    route: str
    icon: str
    title: str | Promise
    intro: str | Promise
    add: str | Promise
    none: str | Promise

    def initial(self, row: Any) -> dict[str, Any]:
        """What the form shows of a row."""
        values = {name: getattr(row, name, "") for name in self.form.base_fields}
        return values | ({"agreed": bool(row.note)} if "agreed" in values else {})


KINDS = {
    "people": Kind(
        SavedPerson,
        PersonForm,
        selectors.people_of,
        services.save_person,
        "account_people",
        "users",
        _("People you book for"),
        _("At the checkout you choose for whom it is. You stay the one who is told and who pays."),
        _("Add somebody"),
        _("Nobody yet. A child, a parent, a friend: whoever you bring along."),
    ),
    "addresses": Kind(
        SavedAddress,
        SavedAddressForm,
        selectors.addresses_of,
        services.save_address,
        "account_addresses",
        "house",
        _("Addresses"),
        _("Where somebody comes to you. Only who comes reads how to get in."),
        _("Add an address"),
        _("None yet. With one, a home visit is booked without typing."),
    ),
    "vehicles": Kind(
        SavedVehicle,
        VehicleForm,
        selectors.vehicles_of,
        services.save_vehicle,
        "account_vehicles",
        "car",
        _("Vehicles"),
        _("What is washed or mended. The shop knows it by its plate."),
        _("Add a vehicle"),
        _("None yet. With one, the car wash knows what comes."),
    ),
}


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def kept(request: HttpRequest, kind: str) -> HttpResponse:
    """GET lists them, with a form for one more; POST adds it."""
    found, user = KINDS[kind], _user(request)
    if request.method != "POST":
        return _list(request, found, found.form())
    form = found.form(request.POST)
    if form.is_valid():
        try:
            found.save(user=user, **form.cleaned_data)
        except DomainError as error:
            put_error(error, form)
        else:
            return redirect(found.route)
    return _list(request, found, form, status=422)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, kind: str, **named: str) -> HttpResponse:
    """GET shows one in a form, POST changes it. Raises NotFound."""
    found, user, id = KINDS[kind], _user(request), _one(named)
    row = found.rows(user).filter(public_id=id).first()
    if row is None:
        raise NotFound
    form = found.form(request.POST if request.method == "POST" else None, initial=found.initial(row))
    if request.method == "POST" and form.is_valid():
        try:
            found.save(user=user, id=id, **form.cleaned_data)
        except DomainError as error:
            put_error(error, form)
        else:
            return redirect(found.route)
    status = 422 if request.method == "POST" else 200
    return render(
        request,
        "account/saved_one.html",
        {"nav": "account", "kind": found, "row": row, "form": form},
        status=status,
    )


@login_required
@require_POST
def remove(request: HttpRequest, kind: str, **named: str) -> HttpResponse:
    """Remove one; the list shows it for some minutes with a way to bring it back. Raises NotFound."""
    found = KINDS[kind]
    services.remove(user=_user(request), kind=found.model, id=_one(named))
    return redirect(found.route)


@login_required
@require_POST
def restore(request: HttpRequest, kind: str, **named: str) -> HttpResponse:
    """Bring back what was removed. Raises NotFound."""
    found = KINDS[kind]
    services.restore(user=_user(request), kind=found.model, id=_one(named))
    return redirect(found.route)


def _one(named: dict[str, str]) -> str:
    """The public id in the address, by whatever name its list gives it."""
    (id,) = named.values()
    return id


def _list(request: HttpRequest, kind: Kind, form: Form, *, status: int = 200) -> HttpResponse:
    user = _user(request)
    context = {
        "nav": "account",
        "kind": kind,
        "rows": list(kind.rows(user)),
        "removed": kind.model.objects.filter(user=user, removed_at__gt=clock.now() - UNDO).order_by(
            "-removed_at"
        ),
        "form": form,
    }
    return render(request, "account/saved.html", context, status=status)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # login_required
    return request.user
