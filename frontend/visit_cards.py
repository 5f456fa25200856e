"""What the list of one's own bookings shows of each: how it stands, and what can be done with it from there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.principals import Principal
from bookings.models import Booking
from bookings.presenters import actions
from bookings.rules import states
from bookings.selectors.access import Access
from bookings.selectors.messages import unread
from bookings.services import changes, core
from bookings.services.messages import is_open
from common.errors import DomainError
from frontend.booking_words import MoneyFacts, cancel_words, money_facts, status_line
from providers.enums import Place
from reviews.models import Review
from reviews.rules.words import written_until
from reviews.services.writing import REVIEWED

WITH_CODE = frozenset({states.CONFIRMED, states.ON_THE_WAY})
WITH_RECEIPT = frozenset({states.STARTED, states.COMPLETED, states.CLOSED})
_NO_MONEY = MoneyFacts(paid=0, back=0, held=0)


@dataclass(frozen=True, slots=True)
class VisitCard:
    """One line of the list. `words` is its state in a sentence; `code` is empty when there is none to show.

    `cancel_words` says what cancelling costs now, in exact amounts; only of the visit that comes next.
    `review` is `open`, `written` or empty. `again` is where the same is booked again, empty when it cannot be.
    """

    booking: Booking
    words: str = ""
    code: str = ""
    at_home: bool = False
    may_move: bool = False
    may_cancel: bool = False
    may_keep: bool = False
    cancel_words: str = ""
    review: str = ""
    has_receipt: bool = False
    again: str = ""
    # How many messages of the business are new.
    unread: int = 0
    may_write: bool = False


def ahead(principal: Principal, bookings: Iterable[Booking]) -> list[VisitCard]:
    """The visits to come, soonest first; the first of them with what cancelling it costs. As many queries for one as
    for many."""
    cards: list[VisitCard] = []
    found = list(bookings)
    new = unread(found, by_customer=False)
    for booking in found:
        access = Access(booking=booking, principal=principal, is_customer=True, role=None)
        may = actions(access)
        is_held = booking.status == states.HELD
        cards.append(
            VisitCard(
                booking=booking,
                words=_("There is an open case. Nothing closes and no money moves until it is decided.")
                if booking.objection_open
                # What is to come says nothing about money that has moved.
                else status_line(booking, _NO_MONEY),
                code=booking.check_in_code if booking.status in WITH_CODE else "",
                at_home=booking.place == Place.CUSTOMER,
                may_move="reschedule" in may and not is_held,
                may_cancel="cancel" in may and not is_held,
                may_keep=booking.cancel_asked_as == "customer",
                unread=new.get(booking.pk, 0),
                may_write=is_open(booking),
                cancel_words=_cost(access) if not cards and "cancel" in may and not is_held else "",
            )
        )
    return cards


def behind(bookings: Iterable[Booking], now: datetime) -> list[VisitCard]:
    """Visits that are over: the same again, a review, a receipt. Two queries for all of them."""
    found = list(bookings)
    written = {
        review.booking_id: review
        for review in Review.objects.filter(booking__in=[booking.pk for booking in found])
    }
    new = unread(found, by_customer=False)
    return [
        VisitCard(
            booking=booking,
            unread=new.get(booking.pk, 0),
            review=_review(booking, written.get(booking.pk), now),
            has_receipt=booking.status in WITH_RECEIPT,
            again=_again(booking),
        )
        for booking in found
    ]


def _cost(access: Access) -> str:
    try:
        cancel = changes.preview(access=access, action="cancel")
    except DomainError:
        return ""
    return cancel_words(access.booking, cancel, money_facts(access.booking))


def _review(booking: Booking, review: Review | None, now: datetime) -> str:
    if booking.status not in REVIEWED:
        return ""
    if review:
        return "" if review.erased_at else "written"
    return "open" if now <= written_until(booking.ends_at) else ""


def _again(booking: Booking) -> str:
    if not core.is_open(booking):
        return ""
    return reverse("frontend:again", args=[booking.ref])
