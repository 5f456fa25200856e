"""One booking as its customer follows it."""

import contextlib
import io

import segno
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from bookings.enums import PaymentState
from bookings.presenters import actions
from bookings.rules import states
from bookings.selectors.access import Access
from bookings.selectors.bookings import events_after
from bookings.services import changes, visits
from common import clock
from common.errors import DomainError, NotFound
from common.money import Money
from frontend.guests import access as find_access
from frontend.guests import private
from frontend.once import new_key, once
from frontend.timeline import timeline
from notifications.letters.calendar import invitation
from payments.rules.policy import Policy, describe
from payments.selectors import held_amount
from payments.services import sync_booking
from providers.enums import Place

WITH_CODE = states.LIVE - {states.HELD, states.REQUESTED, states.COMPLETED, states.CLOSED}


@require_safe
@private
def booking(request: HttpRequest, ref: str) -> HttpResponse:
    """Status, time, code, what is to come, money, and what can be done. Without script, reload it to look again."""
    access = find_access(request, ref)
    if access.booking.payment_state == PaymentState.PENDING:
        # Back from the gateway's page: ask it, so that a lost webhook does not keep anybody waiting.
        with contextlib.suppress(DomainError):
            sync_booking(booking_ref=ref)
        access = find_access(request, ref)
    if access.is_customer and access.booking.status == states.HELD:
        if access.booking.payment_state != PaymentState.PENDING:
            return redirect("frontend:checkout", ref=ref)
    return render(request, "booking.html", _context(access))


def _context(access: Access) -> dict[str, object]:
    booking = access.booking
    may = actions(access) if access.is_customer else []
    cancel = None
    if "cancel" in may and booking.status != states.HELD:
        with contextlib.suppress(DomainError):
            cancel = changes.preview(access=access, action="cancel")
    events = list(events_after(booking.ref, 0))
    return {
        "access": access,
        "booking": booking,
        "item": booking.items.all()[0],
        "outlet": booking.outlet,
        "zone": booking.timezone,
        "now": clock.now(),
        "at_home": booking.place == Place.CUSTOMER,
        "steps": timeline(booking, events),
        "last_seq": booking.last_seq,
        "may": may,
        "code": booking.check_in_code if access.is_customer and booking.status in WITH_CODE else "",
        "total": Money(booking.total_amount, booking.currency),
        "fee": Money(booking.fee_amount, booking.currency),
        "held": Money(held_amount(booking.ref), booking.currency),
        "cancel": cancel,
        "policy": describe(
            Policy.from_dict(booking.policy), starts_at=booking.starts_at, total=booking.total_amount
        ),
        "currency": booking.currency,
        "waiting_for_bank": booking.status == states.HELD and booking.payment_state == PaymentState.PENDING,
        "key": new_key(),
    }


@require_safe
@private
def calendar(request: HttpRequest, ref: str) -> HttpResponse:
    """The visit as a calendar file (RFC 5545)."""
    access = find_access(request, ref)
    if not access.is_customer or access.booking.status not in states.LIVE - {states.HELD}:
        raise NotFound
    file = invitation(access.booking, sequence=access.booking.last_seq, at=clock.now())
    response = HttpResponse(file.content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{ref}.ics"'
    return response


@require_safe
@private
def code_picture(request: HttpRequest, ref: str) -> HttpResponse:
    """The check-in code as a QR code (SVG), for the customer only."""
    access = find_access(request, ref)
    if not access.is_customer or access.booking.status not in WITH_CODE:
        raise NotFound
    picture = io.BytesIO()
    segno.make(f"{ref}:{access.booking.check_in_code}", micro=False).save(
        picture, kind="svg", border=2, scale=4, light="#ffffff", dark="#17211e"
    )
    return HttpResponse(picture.getvalue(), content_type="image/svg+xml")


@require_POST
@private
def close(request: HttpRequest, ref: str) -> HttpResponse:
    """The customer says that it was good."""
    access = find_access(request, ref)
    once(request, request.POST.get("key", ""), lambda: {"status": visits.close(access=access).status})
    return HttpResponseRedirect(reverse("frontend:booking", args=[ref]))
