"""A visit's price at the desk: what is added while it takes place, and the square by which the rest is paid."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.dateparse import parse_datetime
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.errors import NoTimeForIt
from bookings.models import Booking, BookingItem, PriceChange
from bookings.selectors.access import Access
from bookings.selectors.price_lines import PriceLine, price_lines
from bookings.services import price_changes, rest
from bookings.services.price_changes import Wish
from common.errors import DomainError
from common.money import Money
from frontend import formats
from frontend.once import new_key, once
from frontend.squares import drawn
from frontend.views.provider_day import visit_access
from frontend.views.provider_desk import Desk, at_desk, whole
from frontend.views.provider_forms import minor
from providers.models import ServiceOption


@dataclass(frozen=True, slots=True)
class Price:
    """What the visit's page shows of its price: its lines, what waits for the customer, what could be added."""

    lines: list[PriceLine]
    waiting: PriceChange | None
    answered: list[PriceChange]
    may_add: bool
    items: list[BookingItem]
    extras: list[tuple[ServiceOption, Money]]
    may_show: bool
    # Some of the extras take time of the calendar.
    takes_time: bool
    key: str


def price_of(access: Access) -> Price:
    """Three queries at most."""
    booking = access.booking
    changes = list(booking.price_changes.all())
    may_add = price_changes.may_propose(access)
    items = list(booking.items.all())
    catalogue = ServiceOption.objects.filter(
        service=items[0].service_id, archived_at__isnull=True, price_amount__gt=0
    )
    extras = list(catalogue.order_by("position", "pk")) if may_add else []
    return Price(
        lines=price_lines(booking),
        waiting=next((each for each in changes if each.state == "open"), None),
        answered=[each for each in changes if each.state in ("declined", "withdrawn", "expired")][-1:],
        may_add=may_add,
        items=items,
        extras=[(option, Money(option.price_amount, booking.currency)) for option in extras],
        takes_time=any(option.extra_min for option in extras),
        may_show=access.may_mark() and rest.is_due(booking) and _wants_something(booking),
        key=new_key(),
    )


def _wants_something(booking: Booking) -> bool:
    return bool(booking.due_at_counter or price_changes.open_change(booking))


@at_desk(methods=("POST",))
def propose(desk: Desk, ref: str) -> HttpResponse:
    """Add an extra, a line of one's own, or take something off; what is refused is said on the visit's page."""
    access = visit_access(desk, ref)
    wish = _wish(desk, access.booking)

    def run() -> dict[str, Any]:
        return {"id": price_changes.propose(access=access, wish=wish).public_id}

    said = _("Taken off. The customer sees it.") if wish.amount < 0 else _("Asked: the customer sees it now.")
    return _do(desk, ref, run, said)


@at_desk(methods=("POST",))
def withdraw(desk: Desk, ref: str, change: str) -> HttpResponse:
    """Take back what waits for the customer."""
    access = visit_access(desk, ref)
    return _do(
        desk,
        ref,
        lambda: {"id": price_changes.withdraw(access=access, change=change).public_id},
        _("Taken back."),
    )


@at_desk(methods=("GET", "HEAD", "POST"))
def square(desk: Desk, ref: str) -> HttpResponse:
    """The square for the customer's phone: POST shows a new one, which ends the last; it follows what happens."""
    access = visit_access(desk, ref)
    booking = access.booking
    picture: SafeString | None = None
    refused: DomainError | None = None
    if desk.sent:
        try:
            # The page that carries the link is kept by nobody.
            picture = drawn(rest.show_link(access=access), title=_("To the payment"))
        except DomainError as error:
            refused = error
    due = Money(booking.due_at_counter, booking.currency)
    return desk.render(
        "visit_square",
        nav=f"day:{booking.outlet.public_id}",
        status=refused.status if refused else 200,
        booking=booking,
        outlet=booking.outlet,
        zone=booking.timezone,
        due=due,
        may_see=access.may_mark(),
        waiting=price_changes.open_change(booking),
        picture=picture,
        refused=refused,
        minutes=int(rest.LASTS.total_seconds() // 60),
    )


def _wish(desk: Desk, booking: Booking) -> Wish:
    given = desk.request.POST
    typed = given.get("amount", "").strip().replace(",", ".")[:16]
    try:
        amount = minor(Decimal(typed or "0"), booking.currency)
    except (InvalidOperation, ValueError, OverflowError):
        amount = 0
    amount = min(abs(amount), price_changes.MOST + 1)
    less = given.get("do") == "less"
    reason = given.get("reason", "")[: price_changes.REASON_LENGTH]
    return Wish(
        option=given.get("option", "")[:24],
        name=given.get("name", "")[:200] or (_("Reduction") if less else ""),
        amount=-amount if less else amount,
        reason=reason,
        minutes=_minutes(given),
        item=given.get("item", "")[:24] or None,
    )


def _minutes(given: QueryDict) -> int | None:
    """None leaves it to the catalogue; what is no number is refused by the service."""
    if "option" in given:
        return 0 if "no_time" in given else None
    typed = given.get("minutes", "").strip()
    found = whole(typed) if typed else 0
    return -1 if found is None else found


def _refused(error: DomainError, booking: Booking) -> str:
    """The reason in words; where time is wanting, how much there is and when there is enough."""
    if not isinstance(error, NoTimeForIt):
        return str(error)
    free = error.data["free_min"]
    words = [str(error)]
    if free:
        words.append(ngettext("%(n)d minute is free.", "%(n)d minutes are free.", free) % {"n": free})
    if soonest := parse_datetime(error.data["soonest"] or ""):
        at = formats.clock_time(soonest, booking.timezone)
        words.append(_("The soonest with so much time is %(time)s.") % {"time": at})
    words.append(_("You can add it without extra time."))
    return " ".join(words)


def _do(desk: Desk, ref: str, run: Any, said: str) -> HttpResponse:
    try:
        once(desk.request, desk.request.POST.get("key", ""), run, together=True)
    except DomainError as error:
        messages.error(desk.request, _refused(error, visit_access(desk, ref).booking))
    else:
        messages.success(desk.request, said)
    return redirect("provider:visit", desk.provider.public_id, ref)
