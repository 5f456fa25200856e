"""Booking the same again: the next free times of a visit, held with everything that was chosen the last time."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_http_methods

from accounts import selectors
from accounts.selectors import GUEST_COOKIE, GUEST_COOKIE_OPTIONS, guest_cookie_with
from bookings.errors import OptionUnknown, SlotNotOffered, SlotTaken, StaffNotAble, TooManyHolds
from bookings.selectors.access import Access
from bookings.selectors.again import Again, free_again, once_more
from bookings.services import holds
from bookings.services.holders import Contact
from bookings.services.served import Served, Vehicle
from common import clock
from common.errors import DomainError, InvalidInput, NotFound
from common.money import Money
from common.network import network_address
from frontend.guests import access as find_access
from frontend.guests import private
from frontend.once import new_key, once
from frontend.timeplan import Time, parse_instant
from frontend.views import shops
from frontend.visit_address import remember
from frontend.wanted import of_booking
from geo.errors import AddressUnknown
from geo.rules.positions import Position
from providers.enums import Place

# So many times are shown; the picker has the others.
SHOWN = 6
REFUSED = (SlotTaken, SlotNotOffered, StaffNotAble, OptionUnknown, TooManyHolds)


@require_http_methods(["GET", "HEAD", "POST"])
@private
def again(request: HttpRequest, ref: str) -> HttpResponse:
    """GET shows the next times of the same visit; POST holds `slot` (an instant) and goes on to the checkout. `whom` is
    "anyone" when the same people have no time. Raises NotFound for all but its customer."""
    access = find_access(request, ref)
    if not access.is_customer:
        raise NotFound
    wanted = _wanted(access)
    picker = _picker(access)
    if wanted is None:
        return redirect(picker)
    if request.method != "POST":
        return _page(request, access, wanted, picker)
    start = parse_instant(request.POST.get("slot", ""))
    if start is None:
        raise InvalidInput
    asked = wanted.with_anyone() if request.POST.get("whom") == "anyone" else wanted
    booking = access.booking
    address = _address(access, wanted)

    def run() -> dict[str, str | None]:
        held = holds.hold(
            principal=access.principal,
            outlet=booking.outlet.public_id,
            items=asked.items,
            start=start,
            address=address,
            contact=_contact(access),
            served=Served(booking.served_name, booking.served_phone, booking.served_note),
            vehicle=Vehicle(booking.vehicle_plate, booking.vehicle_about),
            language=translation.get_language() or "en",
            network_address="" if access.principal.user else network_address(request.META),
        )
        return {"ref": held.booking.ref, "token": held.token}

    try:
        answer = once(request, request.POST.get("key", ""), run, together=True)
    except REFUSED as error:
        return _page(request, access, wanted, picker, near=start, refused=error)
    response = HttpResponseRedirect(reverse("frontend:checkout", args=[answer["ref"]]))
    if answer["token"]:
        cookie = guest_cookie_with(request, answer["token"])
        response.set_cookie(GUEST_COOKIE, cookie, **GUEST_COOKIE_OPTIONS)  # type: ignore[arg-type]
    return response


def _wanted(access: Access) -> Again | None:
    """The visit once more; None when it has to be chosen anew: seats, or a home whose address is kept no longer."""
    wanted = once_more(access.booking)
    if wanted is None or access.booking.place != Place.CUSTOMER or wanted.where:
        return wanted
    user = access.principal.user
    home = selectors.addresses_of(user).first() if user else None
    return replace(wanted, where=Position(home.point.y, home.point.x)) if home else None


def _address(access: Access, wanted: Again) -> holds.Address | None:
    booking = access.booking
    if wanted.where is None:
        return None
    lat, lng = wanted.where.lat, wanted.where.lng
    if booking.address_line:
        return holds.Address(booking.address_line, lat, lng, booking.address_note)
    home = selectors.addresses_of(access.principal.require_user())[0]
    return holds.Address(home.line, lat, lng, home.note)


def _contact(access: Access) -> Contact | None:
    """A guest is who they were; who is signed in books as themselves."""
    customer = access.booking.customer
    if access.principal.user or customer is None:
        return None
    return Contact(customer.name, customer.email, customer.phone)


def _picker(access: Access) -> str:
    """All times of the same services, with any day and person to choose."""
    booking = access.booking
    return shops.slots_url(booking.outlet.public_id, str(of_booking(booking)))


def _page(
    request: HttpRequest,
    access: Access,
    wanted: Again,
    picker: str,
    *,
    near: Any = None,
    refused: DomainError | None = None,
) -> HttpResponse:
    booking = access.booking
    found, slots = free_again(wanted, limit=SHOWN, near=near)
    if booking.place == Place.CUSTOMER and booking.address_line:
        # The picker knows it, too.
        with suppress(AddressUnknown):
            remember(request, booking.address_line)
    context = {
        "nav": "bookings",
        "booking": booking,
        "item": booking.items.all()[0],
        "outlet": booking.outlet,
        "zone": booking.timezone,
        "total": Money(booking.total_amount, booking.currency),
        "times": [Time(slot.start, slot.end, clock.rfc3339(slot.start)) for slot in slots],
        "same_people": found.same_people,
        "picker": picker,
        "at_home": booking.place == Place.CUSTOMER,
        "key": new_key(),
        "refused": refused,
    }
    return render(request, "again.html", context, status=refused.status if refused else 200)
