"""What a customer answers and pays while the visit takes place, and the receipt."""

import contextlib

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.principals import Principal
from bookings.errors import NoTimeForIt, PriceChangeEnded, PriceChangeRefused
from bookings.rules import states
from bookings.selectors.access import Access, booking_for, payer_for
from bookings.selectors.price_lines import price_lines, tax_lines
from bookings.services import price_changes, rest
from common import clock
from common.errors import DomainError, NotFound
from common.money import Money
from frontend.booking_forms import online_methods
from frontend.booking_words import money_facts
from frontend.guests import private_to
from frontend.once import new_key, once
from payments.selectors import counter_payments_of, open_payment_of
from payments.services import sync_booking
from providers.enums import Place

ANSWERS = {"approve": price_changes.approve, "decline": price_changes.decline}


@require_POST
@private_to(payer_for)
def answer(request: HttpRequest, ref: str, change: str, answer: str) -> HttpResponse:
    """Approve or decline another price; back to where it was shown."""
    access = _payer(request, ref)
    if answer not in ANSWERS:
        raise NotFound
    # Taken back or over meanwhile: the page says how it stands.
    try:
        once(
            request,
            request.POST.get("key", ""),
            lambda: {"state": ANSWERS[answer](access=access, change=change).state},
        )
    except (PriceChangeEnded, PriceChangeRefused):
        pass
    except NoTimeForIt as error:
        messages.error(request, str(error))
    return redirect("frontend:pay_rest" if access.is_payer else "frontend:booking", ref=ref)


@require_http_methods(["GET", "HEAD", "POST"])
@private_to(payer_for)
def pay(request: HttpRequest, ref: str) -> HttpResponse:
    """What is left to pay, for the customer and for who scanned the shop's square; POST goes to the payment."""
    access = _payer(request, ref)
    booking = access.booking
    refused: DomainError | None = None
    if request.method == "POST":
        typed = request.POST.get("amount", "")
        amount = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 16 else 0

        def run() -> dict[str, str]:
            here = reverse("frontend:pay_rest", args=[ref])
            paid = rest.pay_rest(
                access=access,
                amount=amount,
                method=request.POST.get("method", ""),
                return_url=request.build_absolute_uri(here),
            )
            return {"next": (paid.redirect_url or here).removeprefix(settings.SITE_URL)}

        try:
            return HttpResponseRedirect(once(request, request.POST.get("key", ""), run)["next"])
        except DomainError as error:
            if error.status not in (409, 502, 503):
                raise
            refused = error
    elif open_payment_of(ref) is not None:
        # Back from the gateway's page: ask it, so that a lost webhook does not keep anybody waiting.
        with contextlib.suppress(DomainError):
            sync_booking(booking_ref=ref)
    access = _payer(request, ref)
    booking = access.booking
    change = price_changes.open_change(booking) if price_changes.may_answer(access) else None
    return render(
        request,
        "pay_rest.html",
        {
            "nav": "bookings",
            "access": access,
            "booking": booking,
            "outlet": booking.outlet,
            "zone": booking.timezone,
            "lines": price_lines(booking),
            "total": Money(booking.total_amount, booking.currency),
            "prepaid": Money(booking.prepaid_amount, booking.currency),
            "due": Money(booking.due_at_counter, booking.currency),
            "may_pay": rest.is_due(booking) and booking.due_at_counter > 0,
            "waits": open_payment_of(ref) is not None,
            "change": change,
            "methods": online_methods(),
            "refused": refused,
            "key": new_key(),
        },
        status=refused.status if refused else 200,
    )


@require_safe
@private_to(payer_for)
def receipt(request: HttpRequest, ref: str) -> HttpResponse:
    """What was sold, the VAT in it, and how it was paid: to print, for the customer, the payer and the business."""
    access = _reader(request, ref)
    booking = access.booking
    if booking.status in (states.HELD, states.EXPIRED, states.REQUESTED, states.DECLINED):
        raise NotFound
    taken = counter_payments_of([ref]).get(ref)
    facts = money_facts(booking)
    return render(
        request,
        "receipt.html",
        {
            "nav": "bookings",
            "booking": booking,
            "outlet": booking.outlet,
            "provider": booking.outlet.provider,
            "zone": booking.timezone,
            "now": clock.now(),
            "lines": price_lines(booking),
            "taxes": tax_lines(booking),
            "total": Money(booking.total_amount, booking.currency),
            "online": Money(facts.paid, booking.currency),
            "back": Money(facts.back, booking.currency),
            "taken": taken,
            "due": Money(booking.due_at_counter, booking.currency),
            "at_home": booking.place == Place.CUSTOMER,
            "is_over": booking.status not in states.LIVE,
            "up": _up(access),
        },
    )


def _principal(request: HttpRequest) -> Principal:
    return request.principal  # type: ignore[attr-defined]  # set by the middleware


def _payer(request: HttpRequest, ref: str) -> Access:
    return payer_for(_principal(request), ref)


def _reader(request: HttpRequest, ref: str) -> Access:
    """Who may pay, and whoever sees the visit. Raises NotFound."""
    principal = _principal(request)
    with contextlib.suppress(NotFound):
        return payer_for(principal, ref)
    return booking_for(principal, ref)


def _up(access: Access) -> tuple[str, str]:
    """Where to go back to, and its words."""
    booking = access.booking
    if access.is_payer:
        return reverse("frontend:pay_rest", args=[booking.ref]), _("Back")
    if access.is_customer or not access.is_staff:
        return reverse("frontend:booking", args=[booking.ref]), _("To the booking")
    return reverse("provider:visit", args=[booking.outlet.provider.public_id, booking.ref]), _("To the visit")
