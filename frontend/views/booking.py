"""One booking as its customer follows it."""

import contextlib
import io
from datetime import datetime

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.enums import ConsentSource
from accounts.services import consents
from bookings.enums import PaymentState
from bookings.presenters import actions, address, contact, objection, served, vehicle
from bookings.rules import states
from bookings.selectors.access import Access
from bookings.selectors.bookings import events_after
from bookings.selectors.price_lines import price_lines
from bookings.services import changes, core, not_come, objections, price_changes, rest, visits
from bookings.services.messages import is_open
from common import clock
from common.errors import DomainError, NotFound
from common.money import Money
from frontend.booking_words import cancel_words, money_facts, money_lines, status_line
from frontend.checklist import checklist
from frontend.guests import access as find_access
from frontend.guests import private
from frontend.once import new_key, once
from frontend.policy_words import Agreed, terms_words
from frontend.timeline import timeline
from frontend.views import shops
from frontend.views.join import is_offered
from frontend.views.messages import MessageForm, thread
from frontend.views.not_mine import came_by_phone
from frontend.visit_cards import WITH_CODE, WITH_RECEIPT
from invoices.selectors import may_ask, may_read, papers_of
from invoices.services.issuing import OVER
from notifications import push
from notifications.letters.calendar import invitation
from payments.models import Payment
from payments.selectors import open_payment_of
from payments.services import sync_booking
from providers.enums import Place
from reviews.models import Review
from reviews.rules.words import written_until
from reviews.services.writing import REVIEWED

AHEAD = frozenset({states.REQUESTED, states.CONFIRMED, states.ON_THE_WAY, states.CHECKED_IN, states.STARTED})


@require_safe
@private
def booking(request: HttpRequest, ref: str) -> HttpResponse:
    """Status, time, code, what is to come, money, and what can be done. Without script, reload it to look again."""
    access = find_access(request, ref)
    if access.booking.payment_state == PaymentState.PENDING and access.booking.status in (
        states.HELD,
        states.EXPIRED,
    ):
        # Back from the gateway's page: ask it, so that a lost webhook does not keep anybody waiting.
        with contextlib.suppress(DomainError):
            sync_booking(booking_ref=ref)
        access = find_access(request, ref)
    open_payment = None
    if access.booking.status == states.HELD:
        open_payment = open_payment_of(ref)
        if open_payment is None and (access.is_customer or access.is_staff):
            return redirect("frontend:checkout", ref=ref)
    return render(request, "booking.html", _context(request, access, open_payment))


def _context(request: HttpRequest, access: Access, open_payment: Payment | None) -> dict[str, object]:
    booking = access.booking
    item = booking.items.all()[0]
    may = actions(access) if access.is_customer else []
    cancel = None
    if "cancel" in may and booking.status != states.HELD:
        with contextlib.suppress(DomainError):
            cancel = changes.preview(access=access, action="cancel")
    events = list(events_after(booking.ref, 0))
    facts = money_facts(booking)
    too_late = any(event.type == "booking.paid_too_late" for event in events)
    now = clock.now()
    return {
        "nav": "bookings",
        "access": access,
        "booking": booking,
        "item": item,
        "outlet": booking.outlet,
        "outlet_url": shops.outlet_url(booking.outlet.public_id, booking.outlet.name),
        "zone": booking.timezone,
        "now": now,
        "at_home": booking.place == Place.CUSTOMER,
        "words": _("There is an open case. Nothing closes and no money moves until it is decided.")
        if booking.objection_open
        else status_line(booking, facts, too_late=too_late, waiting=open_payment is not None),
        "steps": timeline(booking, events, facts),
        "checklist": checklist(booking),
        "last_seq": booking.last_seq,
        "may": may,
        "notes": thread(request, access, side="customer") if access.is_customer else [],
        "may_write": access.is_customer and is_open(booking),
        "message_form": MessageForm(),
        "review_state": _review_state(access, now),
        **_papers(access),
        "objection": objection(access),
        "case_may": objections.offered(access),
        "may_say_not_come": not_come.may_say(access),
        "may_concede": not_come.may_concede(access),
        # As far as this reader needs to know them.
        "contact": contact(access),
        "address": address(access),
        "served": served(access),
        "vehicle": vehicle(access),
        "join_words": consents.WORDS[ConsentSource.SIGNUP] if is_offered(access) else "",
        "code": booking.check_in_code if access.is_customer and booking.status in WITH_CODE else "",
        "money_lines": money_lines(booking, facts),
        "price_change": price_changes.open_change(booking) if access.is_customer else None,
        "price_lines": price_lines(booking) if booking.price_changes.all() else [],
        "may_pay_rest": access.is_customer and rest.is_due(booking) and booking.due_at_counter > 0,
        "due": Money(booking.due_at_counter, booking.currency),
        "has_receipt": booking.status in WITH_RECEIPT and (access.is_customer or access.may_mark()),
        "cancel": cancel,
        # Given up on a page a moment ago; by the reader's side, who may take it back, or by the other one.
        "is_cancelling": booking.cancel_asked_at is not None,
        "may_keep": bool(booking.cancel_asked_as) and access.who("cancel") == booking.cancel_asked_as,
        "cancel_words": cancel_words(booking, cancel, facts) if cancel else "",
        "is_money_held": facts.held > 0,
        "terms": terms_words(Agreed.of(booking, now=now, paid=facts.paid))
        if cancel and facts.paid and booking.status != states.REQUESTED
        else None,
        "pay_hint": open_payment.hint if open_payment else "",
        "waiting_for_bank": open_payment is not None,
        "pay_url": open_payment.redirect_url.removeprefix(settings.SITE_URL)
        if open_payment and access.is_customer
        else "",
        "has_calendar": access.is_customer and booking.status == states.CONFIRMED,
        "is_over": booking.status not in states.LIVE,
        "push_key": push.public_key()
        if push.is_on() and access.is_customer and booking.status in AHEAD
        else "",
        "push_url": reverse("frontend:booking_device", args=[booking.ref]),
        # Its page is kept on the customer's device, to be read without a network.
        "may_keep_offline": access.is_customer and booking.status in AHEAD,
        "is_open": core.is_open(booking),
        "came_by_phone": came_by_phone(access),
        "key": new_key(),
    }


def _papers(access: Access) -> dict[str, object]:
    """The visit's documents, once it is over; `may_ask` when there is none but could be. One query, or three."""
    if access.booking.status not in OVER or not may_read(access):
        return {}
    papers = papers_of(access)
    return {"papers": papers, "may_ask": not papers and may_ask(access.booking)}


def _review_state(access: Access, now: datetime) -> str:
    """`written` or `hidden` for a review that is there, `open` while one can be written, else "". One query."""
    booking = access.booking
    if not access.is_customer or booking.status not in REVIEWED:
        return ""
    found = Review.objects.filter(booking=booking).first()
    if found:
        return "" if found.erased_at else "hidden" if found.hidden_at else "written"
    # Whoever belongs to the business is told on the form's page.
    return "open" if now <= written_until(booking.ends_at) else ""


@require_safe
@private
def calendar(request: HttpRequest, ref: str) -> HttpResponse:
    """The visit as a calendar file (RFC 5545), for the customer."""
    access = find_access(request, ref)
    if not access.is_customer or access.booking.status not in states.LIVE - {states.HELD, states.REQUESTED}:
        raise NotFound
    file = invitation(access.booking, sequence=access.booking.last_seq, at=clock.now())
    response = HttpResponse(file.content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{access.booking.ref}.ics"'
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
        picture,
        kind="svg",
        border=1,
        omitsize=True,
        light="#ffffff",
        dark="#17211e",
        title=_("Check-in code"),
    )
    return HttpResponse(picture.getvalue(), content_type="image/svg+xml")


@require_POST
@private
def close(request: HttpRequest, ref: str) -> HttpResponse:
    """The customer says that it was good."""
    access = find_access(request, ref)
    once(request, request.POST.get("key", ""), lambda: {"status": visits.close(access=access).status})
    return HttpResponseRedirect(reverse("frontend:booking", args=[ref]))
