"""A visit's price at the desk: what is added while it takes place, and the square by which the rest is paid."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import segno
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from bookings.models import Booking, BookingItem, PriceChange
from bookings.selectors.access import Access
from bookings.selectors.price_lines import PriceLine, price_lines
from bookings.services import price_changes, rest
from bookings.services.price_changes import Wish
from common.errors import DomainError
from common.money import Money
from frontend.once import new_key, once
from frontend.views.provider_day import visit_access
from frontend.views.provider_desk import Desk, at_desk
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
    key: str


def price_of(access: Access) -> Price:
    """Three queries at most."""
    booking = access.booking
    changes = list(booking.price_changes.all())
    may_add = price_changes.may_propose(access)
    items = list(booking.items.all())
    extras = ServiceOption.objects.filter(service=items[0].service_id, archived_at__isnull=True)
    return Price(
        lines=price_lines(booking),
        waiting=next((each for each in changes if each.state == "open"), None),
        answered=[each for each in changes if each.state in ("declined", "withdrawn", "expired")][-1:],
        may_add=may_add,
        items=items,
        extras=[
            (option, Money(option.price_amount, booking.currency))
            for option in (extras.order_by("position", "pk") if may_add else [])
            if option.price_amount
        ],
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
            picture = _drawn(rest.show_link(access=access))
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
        item=given.get("item", "")[:24] or None,
    )


def _drawn(url: str) -> SafeString:
    """The link as a square. The page that carries it is kept by nobody."""
    drawn = segno.make(url, micro=False, error="m").svg_inline(
        border=2, omitsize=True, light="#ffffff", dark="#17211e", title=_("To the payment")
    )
    return mark_safe(drawn)  # noqa: S308  # segno's own drawing of an address of ours


def _do(desk: Desk, ref: str, run: Any, said: str) -> HttpResponse:
    try:
        once(desk.request, desk.request.POST.get("key", ""), run)
    except DomainError as error:
        messages.error(desk.request, str(error))
    else:
        messages.success(desk.request, said)
    return redirect("provider:visit", desk.provider.public_id, ref)
