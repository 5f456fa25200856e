"""Cancelling and moving: the exact amounts first, then the button."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods

from bookings.errors import PolicyChanged, SlotNotOffered, SlotTaken
from bookings.selectors.access import Access
from bookings.services import changes
from common import clock
from common.errors import InvalidInput
from common.money import Money
from frontend.guests import access as find_access
from frontend.guests import private
from frontend.once import new_key, once, slot_key
from frontend.views.slots import plan
from providers.enums import Place
from providers.models import Offering


@require_http_methods(["GET", "HEAD", "POST"])
@private
def cancel(request: HttpRequest, ref: str) -> HttpResponse:
    """What comes back and what is kept; POST with the preview's version does it."""
    access = find_access(request, ref)
    changed = False
    if request.method == "POST":
        version = request.POST.get("version", "")[:80]
        try:
            once(
                request,
                request.POST.get("key", ""),
                lambda: {"status": changes.cancel(access=access, version=version).status},
            )
        except PolicyChanged:
            access, changed = find_access(request, ref), True
        else:
            return redirect("frontend:booking", ref=ref)
    preview = changes.preview(access=access, action="cancel")
    return render(
        request,
        "cancel.html",
        _context(access, preview) | {"changed": changed},
        status=409 if changed else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@private
def move(request: HttpRequest, ref: str) -> HttpResponse:
    """The slot picker of the same visit; POST with `start` and the preview's version moves it."""
    access = find_access(request, ref)
    refused: SlotTaken | SlotNotOffered | PolicyChanged | None = None
    if request.method == "POST":
        slot = request.POST.get("start", "")
        start = parse_datetime(slot)
        if start is None or start.tzinfo is None:
            raise InvalidInput
        version = request.POST.get("version", "")[:80]
        try:
            once(
                request,
                slot_key(request.POST.get("nonce", ""), slot),
                lambda: {
                    "ref": changes.reschedule(access=access, start=start, staff=None, version=version).ref
                },
            )
        except (SlotTaken, SlotNotOffered, PolicyChanged) as error:
            refused, access = error, find_access(request, ref)
        else:
            return redirect("frontend:booking", ref=ref)
    preview = changes.preview(access=access, action="reschedule")
    context = _context(access, preview)
    item = context["item"]
    offering = Offering.objects.select_related("service").get(
        outlet=access.booking.outlet_id, service=item.service_id
    )
    context |= {
        "plan": plan(
            access.booking.outlet,
            offering,
            day=request.GET.get("day", ""),
            staff=item.staff.public_id if item.staff_was_chosen else None,
            options=tuple(line["option"] for line in item.lines if line["option"]),
        ),
        "refused": refused,
        "alternatives": [
            parse_datetime(found["start"])
            for found in (refused.data.get("alternatives", []) if refused else [])
        ],
        "nonce": new_key(),
    }
    return render(request, "move.html", context, status=refused.status if refused else 200)


def _context(access: Access, preview: changes.Preview) -> dict[str, Any]:
    booking = access.booking
    return {
        "access": access,
        "booking": booking,
        "item": booking.items.all()[0],
        "outlet": booking.outlet,
        "zone": booking.timezone,
        "now": clock.now(),
        "at_home": booking.place == Place.CUSTOMER,
        "refund": Money(preview.refund, preview.currency),
        "fee": Money(preview.fee, preview.currency),
        "total": Money(booking.total_amount, booking.currency),
        "version": preview.version,
        "key": new_key(),
    }
