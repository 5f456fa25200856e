"""What the square on a shop's counter opens: the reader's visits there today, and what can be done about them now."""

import contextlib
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from bookings.errors import CancelPending, MoveRefused, TooEarly
from bookings.models import Booking, PriceChange
from bookings.rules import states
from bookings.selectors.access import Access
from bookings.selectors.here import visits_here
from bookings.services import arrival, core, price_changes, rest
from common import clock
from common.money import Money
from frontend.booking_words import MoneyFacts, status_line
from frontend.guests import access as find_access
from frontend.guests import private
from frontend.once import new_key, once
from frontend.views import shops
from frontend.views.booking import WITH_CODE, WITH_RECEIPT


@dataclass(frozen=True, slots=True)
class Visit:
    """One of the reader's visits as the page shows it; `due` is what can be paid by phone now, None for nothing.
    `earliest`: it is too early to say that one is there, and this is from when on."""

    booking: Booking
    words: str
    code: str
    may_arrive: bool
    earliest: object
    change: PriceChange | None
    due: Money | None
    has_receipt: bool
    key: str


@require_safe
@cache_control(private=True, no_store=True)
def here(request: HttpRequest, outlet_id: str) -> HttpResponse:
    """For whoever is signed in, or a guest with the cookie of their mail's link. Raises NotFound for no public shop."""
    now = clock.now()
    found = visits_here(request.principal, outlet_id, now=now)  # type: ignore[attr-defined]  # set by the middleware
    shop = found.outlet
    return render(
        request,
        "here.html",
        {
            "nav": "bookings",
            "outlet": shop,
            "zone": shop.timezone,
            "now": now,
            "visits": [_visit(access) for access in found.visits],
            "outlet_url": shops.outlet_url(shop.public_id, shop.name) if found.is_public else "",
        },
    )


@require_POST
@private
def arrive(request: HttpRequest, ref: str) -> HttpResponse:
    """The customer is there; back to the shop's page, which says how it stands."""
    access = find_access(request, ref)
    # Checked in or given up meanwhile, or before the day: the page says so.
    with contextlib.suppress(MoveRefused, TooEarly, CancelPending):
        once(
            request,
            request.POST.get("key", ""),
            lambda: {"status": arrival.arrive(access=access).status},
        )
    return redirect("frontend:here", outlet_id=access.booking.outlet.public_id)


def _visit(access: Access) -> Visit:
    booking = access.booking
    due = booking.due_at_counter if rest.is_due(booking) else 0
    earliest = core.may_be_marked_from(booking, "check_in")
    return Visit(
        booking=booking,
        words=status_line(booking, MoneyFacts(paid=0, back=0, held=0)),
        code=booking.check_in_code if booking.status in WITH_CODE else "",
        may_arrive=arrival.may_arrive(access),
        earliest=earliest
        if earliest and booking.status == states.CONFIRMED and earliest > clock.now()
        else None,
        change=price_changes.open_change(booking),
        due=Money(due, booking.currency) if due else None,
        has_receipt=booking.status in WITH_RECEIPT,
        key=new_key(),
    )
