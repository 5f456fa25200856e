"""Choosing a slot holds it: every time plate of the site is sent here."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST

from accounts.selectors import GUEST_COOKIE, GUEST_COOKIE_OPTIONS, guest_cookie_with
from bookings.errors import AddressNeeded, AddressOutsideArea, SlotTaken
from bookings.services import holds
from common.errors import InvalidInput
from common.network import network_address
from frontend.once import once, slot_key
from frontend.views.slots import picker
from geo.errors import AddressUnknown
from providers.selectors.public import find_public_outlet


@require_POST
def hold(request: HttpRequest) -> HttpResponse:
    """Hold `slot` (outlet:service:start[:staff]) and go on to the checkout; refused, show what is free instead."""
    slot = request.POST.get("slot", "")
    outlet, service, start, staff = _parts(slot)
    starts_at = parse_datetime(start)
    if starts_at is None or starts_at.tzinfo is None:
        raise InvalidInput
    line = request.POST.get("address_line", "").strip()[:200]
    address = holds.Address(line, note=request.POST.get("address_note", "")[:500]) if line else None

    def run() -> dict[str, str | None]:
        principal = request.principal  # type: ignore[attr-defined]  # set by the middleware
        held = holds.hold(
            principal=principal,
            outlet=outlet,
            items=[holds.ItemRequest(service, staff=staff or None)],
            start=starts_at,
            address=address,
            language=translation.get_language() or "en",
            network_address="" if principal.user else network_address(request.META),
        )
        return {"ref": held.booking.ref, "token": held.token}

    try:
        answer = once(request, slot_key(request.POST.get("nonce", ""), slot), run)
    except (SlotTaken, AddressNeeded, AddressOutsideArea, AddressUnknown) as error:
        day = starts_at.astimezone(find_public_outlet(outlet).zone).date().isoformat()
        context = picker(outlet, service, day=day, staff=staff)
        context |= {
            "error": error,
            "taken": starts_at if isinstance(error, SlotTaken) else None,
            "alternatives": [parse_datetime(found["start"]) for found in error.data.get("alternatives", [])],
            "address_line": line,
            "address_note": request.POST.get("address_note", ""),
        }
        return render(request, "slots.html", context, status=error.status)
    response = HttpResponseRedirect(reverse("frontend:checkout", args=[answer["ref"]]))
    if answer["token"]:
        cookie = guest_cookie_with(request, answer["token"])
        response.set_cookie(GUEST_COOKIE, cookie, **GUEST_COOKIE_OPTIONS)  # type: ignore[arg-type]
    return response


def _parts(slot: str) -> tuple[str, str, str, str]:
    """Outlet, service, start and staff ("" for anyone) of a plate's value. Raises InvalidInput."""
    outlet, _, rest = slot.partition(":")
    service, _, rest = rest.partition(":")
    start, zulu, staff = rest.partition("Z")
    if not (outlet and service and start and zulu) or len(slot) > 200 or "\x00" in slot:
        raise InvalidInput
    return outlet, service, f"{start}Z", staff.removeprefix(":")
