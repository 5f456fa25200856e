"""The provider's day: who comes when, and what can be done about it now."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone as django_timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.enums import PaymentState
from bookings.errors import PolicyChanged
from bookings.models import Booking, BookingItem
from bookings.presenters import actions
from bookings.rules import states
from bookings.selectors.access import Access, booking_for
from bookings.selectors.bookings import day_of
from bookings.services import changes, visits
from common import clock
from common.errors import DomainError, NotFound
from common.money import Money
from frontend.once import new_key, once
from frontend.timeplan import parse_day
from frontend.views.provider_desk import Desk, at_desk
from providers.enums import Role
from providers.models import Outlet
from providers.selectors import catalogue

# What a member does to a visit, by the word in the address, and what the page says then.
MARKS: dict[str, tuple[Callable[..., Booking], Any]] = {
    "check_in": (visits.check_in, gettext_lazy("Checked in.")),
    "on_the_way": (visits.on_the_way, gettext_lazy("On the way: the customer sees it.")),
    "start": (visits.start, gettext_lazy("In service.")),
    "complete": (visits.complete, gettext_lazy("Done.")),
    "no_show": (visits.no_show, gettext_lazy("Marked as not come.")),
}
OVER = {states.COMPLETED, states.CLOSED, states.CANCELLED, states.NO_SHOW}


@dataclass(frozen=True, slots=True)
class Row:
    """One visit of the day and what this member may do with it now."""

    booking: Booking
    item: BookingItem
    units: list[str]
    may: list[str]
    is_mine: bool
    is_over: bool
    total: Money


@at_desk()
def day(desk: Desk, outlet_id: str) -> HttpResponse:
    """One local day of a shop, `?day=` or today; it follows what happens without being loaded again."""
    outlet = _outlet(desk, outlet_id)
    now = clock.now()
    today = django_timezone.localtime(now, outlet.zone).date()
    chosen = parse_day(desk.request.GET.get("day", "")) or today
    rows = [_row(desk, booking) for booking in day_of(outlet, chosen)]
    return desk.render(
        "day",
        nav=f"day:{outlet.public_id}",
        outlet=outlet,
        zone=outlet.timezone,
        day=chosen,
        is_today=chosen == today,
        before=_shift(chosen, -1),
        after=_shift(chosen, 1),
        now=now,
        ahead=[row for row in rows if not row.is_over],
        over=[row for row in rows if row.is_over],
        money=_money(outlet, rows),
        key=new_key(),
    )


@at_desk(methods=("POST",))
def mark(desk: Desk, ref: str, action: str) -> HttpResponse:
    """Check in, on the way, start, complete or no-show; what is refused is said on the day's page."""
    access = _access(desk, ref)
    if action not in MARKS:
        raise NotFound
    service, said = MARKS[action]
    more = {"code": desk.request.POST.get("code", "").strip() or None} if action == "check_in" else {}
    try:
        once(
            desk.request,
            desk.request.POST.get("key", ""),
            lambda: {"status": service(access=access, **more).status},
        )
    except DomainError as error:
        messages.error(desk.request, str(error))
    else:
        messages.success(desk.request, str(said))
    return _back(desk.request, access)


@at_desk(Role.MANAGER, methods=("GET", "HEAD", "POST"))
def cancel(desk: Desk, ref: str) -> HttpResponse:
    """The business gives a visit up: asked first, with what the customer gets back."""
    access = _access(desk, ref)
    if desk.sent:
        version = desk.request.POST.get("version", "")[:80]
        try:
            once(
                desk.request,
                desk.request.POST.get("key", ""),
                lambda: {"status": changes.cancel(access=access, version=version).status},
            )
        except PolicyChanged as error:
            messages.error(desk.request, str(error))
            return redirect("provider:visit_cancel", desk.provider.public_id, ref)
        messages.success(desk.request, _("Cancelled. The customer is told."))
        return _back(desk.request, access)
    preview = changes.preview(access=access, action="cancel")
    return desk.render(
        "visit_cancel",
        nav="",
        booking=access.booking,
        item=access.booking.items.all()[0],
        zone=access.booking.timezone,
        refund=Money(preview.refund, preview.currency),
        version=preview.version,
        back=_day_url(access),
        key=new_key(),
    )


def _row(desk: Desk, booking: Booking) -> Row:
    item = booking.items.all()[0]
    access = Access(
        booking=booking,
        principal=desk.principal,
        is_customer=False,
        role=Role(desk.membership.role),
        staff_pk=desk.membership.staff_id,
    )
    return Row(
        booking=booking,
        item=item,
        units=[taken.resource.name for taken in item.allocations.all() if taken.resource and taken.live],
        may=actions(access),
        is_mine=item.staff_id == desk.membership.staff_id,
        is_over=booking.status in OVER,
        total=Money(booking.total_amount, booking.currency),
    )


def _money(outlet: Outlet, rows: list[Row]) -> dict[str, Money]:
    """What the day's visits bring: held or earned online, and to be taken at the counter; minor units."""
    given_up = {states.CANCELLED, states.NO_SHOW, states.HELD}
    sums = {"online": 0, "counter": 0}
    for row in rows:
        if row.booking.status in given_up:
            continue
        if row.booking.payment_state == PaymentState.PAID:
            sums["online"] += row.booking.total_amount
        elif row.booking.payment_state == PaymentState.COUNTER:
            sums["counter"] += row.booking.total_amount
    return {name: Money(amount, outlet.currency) for name, amount in sums.items()}


def _outlet(desk: Desk, outlet_id: str) -> Outlet:
    found = catalogue.outlets(desk.provider).filter(public_id=outlet_id).first()
    if found is None:
        raise NotFound
    return found


def _access(desk: Desk, ref: str) -> Access:
    access = booking_for(desk.principal, ref)
    if access.booking.outlet.provider_id != desk.provider.pk:
        raise NotFound
    # At the desk a member acts for the business, even on a booking of their own.
    return Access(
        booking=access.booking,
        principal=desk.principal,
        is_customer=False,
        role=Role(desk.membership.role),
        staff_pk=desk.membership.staff_id,
    )


def _day_url(access: Access) -> str:
    booking = access.booking
    outlet = booking.outlet
    url = reverse("provider:day", args=[outlet.provider.public_id, outlet.public_id])
    return f"{url}?day={booking.local_start.date().isoformat()}#{booking.ref}"


def _back(request: HttpRequest, access: Access) -> HttpResponse:
    return HttpResponseRedirect(_day_url(access))


def _shift(day: date, days: int) -> date | None:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return None
