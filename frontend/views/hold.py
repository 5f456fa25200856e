"""Choosing a slot holds it: every time plate of the site is sent here."""

from contextlib import suppress
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods

from accounts.selectors import GUEST_COOKIE, GUEST_COOKIE_OPTIONS, guest_cookie_with
from bookings.errors import (
    AddressNeeded,
    AddressOutsideArea,
    SlotNotOffered,
    SlotTaken,
    StaffNotAble,
    TooManyHolds,
)
from bookings.services import holds
from common.errors import DomainError, InvalidInput
from common.network import network_address
from frontend.booking_forms import AddressForm
from frontend.once import once, slot_key
from frontend.timeplan import Time, parse_instant
from frontend.views.slots import picker, plate, seats_of
from frontend.visit_address import remember
from frontend.wanted import parse
from geo.errors import AddressUnknown
from providers.selectors.public import find_public_outlet

ABOUT_THE_ADDRESS = (AddressNeeded, AddressOutsideArea, AddressUnknown)
# Refusals with which one goes on choosing; others have the error page.
REFUSED = (SlotTaken, SlotNotOffered, StaffNotAble, TooManyHolds, *ABOUT_THE_ADDRESS)


@require_http_methods(["GET", "HEAD", "POST"])
def hold(request: HttpRequest) -> HttpResponse:
    """Hold `slot` (outlet:what is wanted:start[:staff or session]), of a group service `seats` in it, and go on to the
    checkout; refused, show what is free instead.

    A GET comes from reloading the address that a refusal was shown at: there is nothing to show again.
    """
    if request.method != "POST":
        return redirect("frontend:home")
    slot = request.POST.get("slot", "")
    outlet, service, start, staff = _parts(slot)
    starts_at = parse_instant(start)
    if starts_at is None:
        raise InvalidInput
    wanted = parse(service)
    seats = seats_of(request.POST.get("seats", ""))
    session, staff = (staff, "") if staff.startswith("ses_") else (None, staff)
    address_form = AddressForm(request.POST)
    address = known = None
    if address_form.is_valid():
        typed = address_form.cleaned_data
        address = holds.Address(typed["address_line"], note=typed["address_note"])
        with suppress(AddressUnknown):
            known = remember(request, typed["address_line"])

    def run() -> dict[str, str | None]:
        principal = request.principal  # type: ignore[attr-defined]  # set by the middleware
        held = holds.hold(
            principal=principal,
            outlet=outlet,
            items=wanted.requests(staff or None),
            any_order=wanted.any_order,
            start=starts_at,
            address=address,
            seats=seats,
            session=session,
            language=translation.get_language() or "en",
            network_address="" if principal.user else network_address(request.META),
        )
        return {"ref": held.booking.ref, "token": held.token}

    try:
        answer = once(request, slot_key(request.POST.get("nonce", ""), f"{slot}*{seats}"), run, together=True)
    except REFUSED as error:
        day = starts_at.astimezone(find_public_outlet(outlet).zone).date().isoformat()
        context = picker(outlet, service, day=day, staff=staff, seats=seats, address=known)
        context |= _refused(error, context, address_form)
        return render(request, "slots.html", context, status=error.status)
    response = HttpResponseRedirect(reverse("frontend:checkout", args=[answer["ref"]]))
    if answer["token"]:
        cookie = guest_cookie_with(request, answer["token"])
        response.set_cookie(GUEST_COOKIE, cookie, **GUEST_COOKIE_OPTIONS)  # type: ignore[arg-type]
    return response


def _refused(error: DomainError, context: dict[str, Any], address_form: AddressForm) -> dict[str, Any]:
    """What the picker shows besides: the words, what is free instead, and what was typed."""
    outlet, service = context["outlet"].public_id, context["what"]
    staff = context["person"].public_id if context["person"] else ""
    times = [
        (parse_datetime(found["start"]), parse_datetime(found["end"]), found.get("session", staff))
        for found in error.data.get("alternatives", [])
    ]
    more: dict[str, Any] = {
        "error": error,
        "alternatives": [
            Time(start, end, plate(outlet, service, start, named))
            for start, end, named in times
            if start and end
        ],
    }
    if context["at_home"]:
        typed = {name: address_form.data.get(name, "") for name in address_form.fields}
        if not isinstance(error, ABOUT_THE_ADDRESS):
            address_form = AddressForm(initial=typed)
        elif address_form.is_valid() or not typed["address_line"].strip():
            address_form.errors.pop("address_line", None)
            address_form.add_error("address_line", str(error))
        more["address_form"] = address_form
    return more


def _parts(slot: str) -> tuple[str, str, str, str]:
    """Outlet, service, start and staff ("" for anyone) of a plate's value. Raises InvalidInput."""
    outlet, _, rest = slot.partition(":")
    service, _, rest = rest.partition(":")
    start, zulu, staff = rest.partition("Z")
    if not (outlet and service and start and zulu) or len(slot) > 500 or "\x00" in slot:
        raise InvalidInput
    return outlet, service, f"{start}Z", staff.removeprefix(":")
