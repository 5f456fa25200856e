"""Cancelling and moving: the exact amounts first, then the button."""

import contextlib
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods, require_POST

from bookings.errors import (
    CancelDone,
    CancelPending,
    CourseStays,
    HoldDoesNotReach,
    MoveRefused,
    NotOffered,
    OptionUnknown,
    PolicyChanged,
    ProviderClosed,
    SlotNotOffered,
    SlotTaken,
    StaffNotAble,
)
from bookings.rules import states
from bookings.selectors.access import Access
from bookings.selectors.slots import ItemRequest, SeatSlot
from bookings.services import changes, core
from common import clock
from common.clock import rfc3339
from common.errors import InvalidInput, NotFound
from common.money import Money
from frontend.booking_words import money_facts
from frontend.guests import access as find_access
from frontend.guests import private
from frontend.once import new_key, once, slot_key
from frontend.timeplan import Plan, Time, parse_instant
from frontend.views.slots import plan
from geo.selectors import position_of
from providers.enums import Place

Refused = SlotTaken | SlotNotOffered | PolicyChanged | HoldDoesNotReach


@require_http_methods(["GET", "HEAD", "POST"])
@private
def cancel(request: HttpRequest, ref: str) -> HttpResponse:
    """What comes back and what is kept; POST with the preview's version does it."""
    access = find_access(request, ref)
    changed = False
    try:
        if request.method == "POST":
            version = request.POST.get("version", "")[:80]
            try:
                once(
                    request,
                    request.POST.get("key", ""),
                    lambda: {
                        "status": changes.ask_to_cancel(
                            access=access,
                            version=version,
                            to_wallet=request.POST.get("back_to") == "wallet",
                        ).status
                    },
                )
                return redirect("frontend:booking", ref=ref)
            except PolicyChanged:
                access, changed = find_access(request, ref), True
        preview = changes.preview(access=access, action="cancel")
    except MoveRefused:
        # It has begun, or is cancelled already: its own page says so.
        return redirect("frontend:booking", ref=ref)
    context = _context(access, preview) | {"changed": changed}
    return render(request, "cancel.html", context, status=409 if changed else 200)


@require_POST
@private
def keep(request: HttpRequest, ref: str) -> HttpResponse:
    """Take a cancellation back, as long as it is not carried out."""
    with contextlib.suppress(CancelDone):  # its page says so
        changes.take_back_cancel(access=find_access(request, ref))
    return redirect("frontend:booking", ref=ref)


@require_http_methods(["GET", "HEAD", "POST"])
@private
def move(request: HttpRequest, ref: str) -> HttpResponse:
    """The slot picker of the same visit; POST with `start` and the preview's version moves it."""
    access = find_access(request, ref)
    refused: Refused | None = None
    day = request.GET.get("day") or access.booking.local_start.date().isoformat()
    try:
        if request.method == "POST":
            slot = request.POST.get("start", "")
            start = parse_instant(slot) if len(slot) < 40 else None
            if start is None:
                raise InvalidInput
            day = start.astimezone(access.booking.zone).date().isoformat()
            version = request.POST.get("version", "")[:80]
            try:
                once(
                    request,
                    slot_key(request.POST.get("nonce", ""), slot),
                    lambda: {
                        "ref": changes.reschedule(access=access, start=start, staff=None, version=version).ref
                    },
                )
                return redirect("frontend:booking", ref=ref)
            except (SlotTaken, SlotNotOffered, PolicyChanged, HoldDoesNotReach) as error:
                refused, access = error, find_access(request, ref)
        preview = changes.preview(access=access, action="reschedule")
    except HoldDoesNotReach:
        return _held_only_once(request, access)
    except (MoveRefused, ProviderClosed, CourseStays, CancelPending):
        return redirect("frontend:booking", ref=ref)
    context = _context(access, preview) | {
        "plan": _new_times(access, day=day),
        "here": reverse("frontend:move", args=[ref]),
        "refused": refused,
        "changed": isinstance(refused, PolicyChanged),
        "alternatives": _alternatives(refused) if refused else [],
        "month_open": "month" in request.GET,
        "nonce": new_key(),
    }
    return render(request, "move.html", context, status=refused.status if refused else 200)


def _held_only_once(request: HttpRequest, access: Access) -> HttpResponse:
    """Moving costs by now, and what is held on the card is taken once: what cancelling and booking anew means instead,
    in exact amounts, before anything is done."""
    return render(
        request, "move_held.html", _context(access, changes.preview(access=access, action="cancel"))
    )


def _new_times(access: Access, *, day: str) -> Plan | None:
    """The times it can move to; None when the service is not sold there as it was booked any more."""
    booking = access.booking
    items = list(booking.items.all())
    session = items[0].session
    try:
        return plan(
            booking.outlet,
            [
                ItemRequest(
                    item.service.public_id,
                    tuple(line["option"] for line in item.lines if line["option"]),
                    item.staff.public_id if item.staff_was_chosen else None,
                    item.guest,
                )
                for item in items
            ],
            day=day,
            value=lambda slot: rfc3339(slot.start),
            seats=items[0].seats,
            keep=lambda slot: (
                slot.start != booking.starts_at
                if not isinstance(slot, SeatSlot)
                else not slot.dates and slot.session != (session.public_id if session else "")
            ),
            where=position_of(booking.address_point) if booking.address_point else None,
            besides_booking=booking.pk,
        )
    except (NotFound, NotOffered, OptionUnknown, StaffNotAble):
        return None


def _alternatives(error: Refused) -> list[Time]:
    times = [
        (parse_datetime(found["start"]), parse_datetime(found["end"]))
        for found in error.data.get("alternatives", [])
    ]
    return [Time(start, end, rfc3339(start)) for start, end in times if start and end]


def _context(access: Access, preview: changes.Preview) -> dict[str, Any]:
    booking = access.booking
    facts = money_facts(booking)
    return {
        "nav": "bookings",
        "access": access,
        "booking": booking,
        "item": booking.items.all()[0],
        "outlet": booking.outlet,
        "zone": booking.timezone,
        "now": clock.now(),
        "at_home": booking.place == Place.CUSTOMER,
        "is_hold": booking.status == states.HELD,
        "is_open": core.is_open(booking),
        "paid": Money(facts.paid + facts.counter, preview.currency),
        "on_card": Money(facts.on_card, preview.currency),
        "let_go": Money(preview.let_go, preview.currency),
        "at_shop": Money(preview.at_shop, preview.currency),
        "refund": Money(preview.refund, preview.currency),
        "fee": Money(preview.fee, preview.currency),
        "total": Money(booking.total_amount, booking.currency),
        "version": preview.version,
        "may_choose_wallet": preview.refund > 0 and changes.may_choose_wallet(access),
        "key": new_key(),
    }
