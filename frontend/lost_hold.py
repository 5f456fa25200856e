"""A hold that ended while somebody was filling in the checkout: what is free instead, with what they typed kept."""

import time
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bookings.selectors.access import Access
from bookings.selectors.again import free_again, once_more
from common import clock
from frontend.once import new_key
from frontend.timeplan import Time
from frontend.views.shops import times_of
from frontend.views.slots import plate
from providers.enums import Place

SESSION_KEY = "typed_at_checkout"
# What somebody typed is of use for the next hold, and for nothing after it.
KEPT_S = 1800
FIELDS = frozenset(
    {
        "name",
        "email",
        "phone",
        "address",
        "address_line",
        "address_note",
        "served",
        "served_name",
        "served_phone",
        "served_note",
        "vehicle",
        "vehicle_plate",
        "vehicle_about",
    }
)
SHOWN = 6


def remember_typed(request: HttpRequest) -> None:
    """Keep for half an hour what was typed for the hold that is lost."""
    typed = {name: value[:500] for name, value in request.POST.items() if name in FIELDS and value}
    request.session[SESSION_KEY] = {"at": int(time.time()), "typed": typed}


def typed_before(request: HttpRequest) -> dict[str, Any]:
    """What was typed for a hold that was lost in the last half hour."""
    kept = request.session.get(SESSION_KEY)
    return dict(kept["typed"]) if kept and kept["at"] > time.time() - KEPT_S else {}


def lost_hold_page(request: HttpRequest, access: Access) -> HttpResponse:
    """Say that the hold has ended, and show the nearest times that are free."""
    booking = access.booking
    item = booking.items.all()[0]
    again = once_more(booking) if booking.starts_at > clock.now() else None
    times: list[Time] = []
    if again:
        wanted, slots = free_again(again, limit=SHOWN, near=booking.starts_at)
        whom = "" if wanted.same_people else "anyone"
        times = [Time(slot.start, slot.end, clock.rfc3339(slot.start)) for slot in slots]
    context = {
        "booking": booking,
        "item": item,
        "outlet": booking.outlet,
        "times_url": times_of(booking),
        "zone": booking.timezone,
        "day": booking.local_start.date().isoformat(),
        # Seats are held as the picker holds them.
        "slot": "" if again else plate(booking.outlet.public_id, item.service.public_id, booking.starts_at),
        "times": times,
        "whom": whom if again else "",
        "same_is_free": any(each.start == booking.starts_at for each in times),
        "is_ahead": booking.starts_at > clock.now(),
        "at_home": booking.place == Place.CUSTOMER,
        "nonce": new_key(),
    }
    return render(request, "hold_ended.html", context, status=409 if request.method == "POST" else 200)
