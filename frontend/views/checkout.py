"""The checkout: who, what else, where, how to pay, what it costs and gives back, on one page."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.errors import EmailInvalid, PhoneInvalid
from bookings.errors import AddressOutsideArea, HoldEnded, SlotTaken
from bookings.rules import states
from bookings.selectors.access import Access
from bookings.services import holds, paying
from common import clock
from common.errors import DomainError, NotAllowed
from common.money import Money
from frontend.booking_forms import AddressForm, ContactForm, PaymentForm
from frontend.guests import access as find_access
from frontend.guests import private
from frontend.once import new_key, once
from geo.errors import AddressUnknown
from payments import gateways
from payments.errors import GatewayRefused, GatewayUnavailable
from payments.rules.policy import Policy, describe
from providers.enums import Place

METHOD_NAMES: dict[str, str | Promise] = {
    "sandbox": _("Card"),
    "counter": _("At the shop"),
}
# Which field a refusal belongs to.
FIELD_OF: dict[type[DomainError], str] = {
    EmailInvalid: "email",
    PhoneInvalid: "phone",
    AddressUnknown: "address_line",
    AddressOutsideArea: "address_line",
}


@require_http_methods(["GET", "HEAD", "POST"])
@private
def checkout(request: HttpRequest, ref: str) -> HttpResponse:
    """Shows the held booking; POST with `do` = update, extend or pay. Errors keep everything that was typed."""
    access = find_access(request, ref)
    if not (access.is_customer or access.is_staff):
        raise NotAllowed
    if access.booking.status != states.HELD:
        return _not_held(request, access)
    if request.method != "POST":
        return _page(request, access, _forms(request, access))
    try:
        return _post(request, access)
    except HoldEnded:
        return _not_held(request, find_access(request, ref))


def _post(request: HttpRequest, access: Access) -> HttpResponse:
    do = request.POST.get("do", "update")
    forms = _forms(request, access, bound=do != "extend")
    if do == "extend":
        once(request, request.POST.get("key", ""), lambda: {"done": bool(holds.extend(access=access))})
        return redirect("frontend:checkout", ref=access.booking.ref)
    options = request.POST.getlist("options")
    try:
        if do == "update":
            # Only what changes the price is taken over; the rest stays typed until it is sent.
            holds.details(access=access, options=options)
            return _page(request, _again(request, access), _unbound(forms))
        if all(form.is_valid() for form in forms.values()):
            return _pay(request, access, forms, options)
    except SlotTaken as error:
        return _page(request, _again(request, access), _unbound(forms), status=409, longer_taken=error)
    except tuple(FIELD_OF) as error:
        name = FIELD_OF[type(error)]
        next(form for form in forms.values() if name in form.fields).add_error(name, str(error))
    except (GatewayRefused, GatewayUnavailable) as error:
        return _page(request, _again(request, access), forms, status=error.status, refused=error)
    return _page(request, _again(request, access), forms, status=422)


def _pay(request: HttpRequest, access: Access, forms: dict[str, Any], options: list[str]) -> HttpResponse:
    contact, address = forms.get("contact"), forms.get("address")

    def run() -> dict[str, str]:
        holds.details(
            access=access,
            contact=holds.Contact(**contact.cleaned_data) if contact else None,
            options=options,
            address=holds.Address(
                address.cleaned_data["address_line"], note=address.cleaned_data["address_note"]
            )
            if address
            else None,
            language=translation.get_language() or "en",
        )
        shown = reverse("frontend:booking", args=[access.booking.ref])
        paid = paying.pay(
            access=_again(request, access),
            method=forms["payment"].cleaned_data["method"],
            return_url=settings.SITE_URL + shown,
        )
        return {"next": paid.redirect_url or shown}

    return HttpResponseRedirect(once(request, request.POST.get("key", ""), run)["next"])


def _again(request: HttpRequest, access: Access) -> Access:
    return find_access(request, access.booking.ref)


def _forms(request: HttpRequest, access: Access, *, bound: bool = False) -> dict[str, Any]:
    booking = access.booking
    data = request.POST if bound else None
    customer = booking.customer
    forms: dict[str, Any] = {}
    if customer is None or not customer.user_id:
        known = {"name": customer.name, "email": customer.email, "phone": customer.phone} if customer else {}
        forms["contact"] = ContactForm(data, initial=known)
    if booking.place == Place.CUSTOMER:
        forms["address"] = AddressForm(
            data, initial={"address_line": booking.address_line, "address_note": booking.address_note}
        )
    methods = [(name, METHOD_NAMES.get(name, name)) for name in gateways.methods()]
    forms["payment"] = PaymentForm(data, methods=methods, initial={"method": methods[0][0]})
    return forms


def _unbound(forms: dict[str, Any]) -> dict[str, Any]:
    """The same forms with what was typed, before anybody has judged it."""
    for name, form in forms.items():
        typed = {field: form.data.get(field, "") for field in form.fields}
        more = {"methods": form.fields["method"].choices} if name == "payment" else {}
        forms[name] = type(form)(initial=typed, **more)
    return forms


def _page(
    request: HttpRequest, access: Access, forms: dict[str, Any], *, status: int = 200, **more: Any
) -> HttpResponse:
    booking = access.booking
    item = booking.items.all()[0]
    chosen = {line["option"] for line in item.lines if line["option"]}
    options = item.service.options.filter(archived_at__isnull=True).order_by("position", "pk")
    context = {
        "booking": booking,
        "item": item,
        "outlet": booking.outlet,
        "zone": booking.timezone,
        "now": clock.now(),
        "hold_seconds": settings.HOLD_MINUTES * 60 * (2 if booking.hold_extended else 1),
        "options": [
            {
                "option": option,
                "chosen": option.public_id in chosen,
                "price": Money(option.price_amount, booking.currency),
            }
            for option in options
        ],
        "lines": [(line, Money(line["amount"], booking.currency)) for line in item.lines],
        "total": Money(booking.total_amount, booking.currency),
        "steps": describe(
            Policy.from_dict(booking.policy), starts_at=booking.starts_at, total=booking.total_amount
        ),
        "currency": booking.currency,
        "at_home": booking.place == Place.CUSTOMER,
        "key": new_key(),
        **{f"{name}_form": form for name, form in forms.items()},
        "bad_forms": [form for form in forms.values() if form.is_bound and form.errors],
        **more,
    }
    return render(request, "checkout.html", context, status=status)


def _not_held(request: HttpRequest, access: Access) -> HttpResponse:
    """The hold has ended: say so and show the way on. Anything later than a hold has its own page."""
    booking = access.booking
    if booking.status not in (states.EXPIRED, states.HELD):
        return redirect("frontend:booking", ref=booking.ref)
    context = {"booking": booking, "item": booking.items.all()[0], "outlet": booking.outlet}
    return render(request, "hold_ended.html", context, status=409 if request.method == "POST" else 200)
