"""One visit at the desk: what can be done with it, its money at the counter, a word to the customer, another time."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bookings.enums import PaymentState
from bookings.errors import (
    HoldDoesNotReach,
    MoveRefused,
    NotOffered,
    PolicyChanged,
    SlotNotOffered,
    SlotTaken,
    StaffNotAble,
)
from bookings.models import Booking
from bookings.presenters import actions
from bookings.rules import states
from bookings.selectors.access import Access
from bookings.selectors.customers import notes_on_visit
from bookings.selectors.front_desk import DeskTimes, move_times
from bookings.services import changes, refunds, till, visits
from bookings.services.messages import can_be_reached, is_open, send_message
from common import clock
from common.clock import rfc3339
from common.errors import DomainError
from common.money import Money
from frontend.once import new_key, once
from frontend.timeplan import Time, parse_day, parse_instant, parts_of
from frontend.views.messages import MessageForm, thread
from frontend.views.provider_day import day_row, day_url, visit_access
from frontend.views.provider_desk import Desk, at_desk
from frontend.views.provider_prices import price_of
from payments.enums import CounterMeans
from payments.selectors import counter_payments_of
from payments.selectors.gateways import disputes_of
from providers.enums import Role
from providers.models import Outlet, StaffMember
from providers.rules.hours import opening

# Why a time is not taken; said on the page of times.
REFUSALS = (SlotTaken, SlotNotOffered, StaffNotAble, NotOffered, PolicyChanged, HoldDoesNotReach)
# Of what the business noted about the customer; all of it stands on their page.
NOTES_SHOWN = 3
MEANS = {CounterMeans.CASH: _("Cash"), CounterMeans.TERMINAL: _("The shop's card terminal")}


@at_desk()
def visit(desk: Desk, ref: str) -> HttpResponse:
    """All of one visit that this member may see and do."""
    return _page(desk, visit_access(desk, ref))


@at_desk(methods=("POST",))
def take_payment(desk: Desk, ref: str) -> HttpResponse:
    """Note what was taken at the counter; with `finish` the visit is done as well."""
    access = visit_access(desk, ref)
    given = desk.request.POST
    means = given.get("means", "")
    amount = given.get("amount", "")

    def run() -> dict[str, str]:
        booking = till.take_payment(
            access=access,
            amount=int(amount) if amount.isascii() and amount.isdigit() and len(amount) < 16 else -1,
            means=CounterMeans(means),
            note=given.get("note", ""),
        )
        if "finish" in given and booking.status == states.STARTED:
            booking = visits.complete(access=access)
        return {"status": booking.status}

    if means not in CounterMeans.values:
        messages.error(desk.request, gettext("Say how it was paid."))
        return redirect("provider:visit", desk.provider.public_id, ref)
    return _do(desk, access, run, gettext("Payment noted."))


@at_desk(Role.MANAGER, methods=("POST",))
def reverse_payment(desk: Desk, ref: str) -> HttpResponse:
    """A manager takes a noted payment back, and says why."""
    access = visit_access(desk, ref)
    return _do(
        desk,
        access,
        lambda: {
            "status": till.reverse_payment(access=access, reason=desk.request.POST.get("reason", "")).status
        },
        gettext("Taken back: it is to be paid again."),
    )


@at_desk(methods=("POST",))
def message(desk: Desk, ref: str) -> HttpResponse:
    """Write to the customer; what is refused is said beside what was typed."""
    access = visit_access(desk, ref)
    form = MessageForm(desk.request.POST)
    text = desk.request.POST.get("text", "")
    try:
        once(
            desk.request,
            desk.request.POST.get("key", ""),
            lambda: {"id": send_message(access=access, text=text, side="provider").public_id},
        )
    except DomainError as error:
        if error.status not in (409, 422, 429):
            raise
        if form.is_valid():
            form.add_error("text", str(error))
        return _page(desk, access, form=form, status=error.status)
    messages.success(desk.request, gettext("Sent."))
    return HttpResponseRedirect(f"{reverse('provider:visit', args=[desk.provider.public_id, ref])}#messages")


@at_desk(methods=("GET", "HEAD", "POST"))
def move(desk: Desk, ref: str) -> HttpResponse:
    """Another time or person for a visit: what it costs the customer first, then the times, then one button."""
    access = visit_access(desk, ref)
    booking = access.booking
    given = desk.request.POST if desk.sent else desk.request.GET
    try:
        preview = changes.preview(access=access, action="reschedule")
    except (MoveRefused, HoldDoesNotReach) as error:
        messages.error(desk.request, str(error))
        return redirect("provider:visit", desk.provider.public_id, ref)
    people = who_could(access)
    person = next((one for one in people if one.public_id == given.get("staff", "")), None)
    team = _team(access)
    instead = next((one for one in team if one.public_id == given.get("instead_of", "")), None)
    today = clock.now().astimezone(booking.zone).date()
    day = max(parse_day(given.get("day", "")) or booking.local_start.date(), today)
    refused: DomainError | None = None
    if desk.sent and given.get("do", "move") == "move":
        start = start_of(booking.outlet, day, given.get("time", ""), given.get("start", "")[:40])
        version = given.get("version", "")[:80]
        if start is None:
            refused = SlotNotOffered(gettext("Choose a time."))
        else:
            try:
                once(
                    desk.request,
                    given.get("key", ""),
                    lambda: {
                        "ref": changes.reschedule(
                            access=access,
                            start=start,
                            staff=person.public_id if person else None,
                            instead_of=instead.public_id if person and instead else None,
                            version=version,
                        ).ref
                    },
                )
            except REFUSALS as error:
                refused = error
                preview = changes.preview(access=visit_access(desk, ref), action="reschedule")
            else:
                messages.success(desk.request, gettext("Moved. The customer is told."), extra_tags=ref)
                return HttpResponseRedirect(day_url(visit_access(desk, ref)))
    return desk.render(
        "visit_move",
        nav=f"day:{booking.outlet.public_id}",
        status=refused.status if refused else 200,
        booking=booking,
        item=booking.items.all()[0],
        outlet=booking.outlet,
        zone=booking.timezone,
        people=people,
        person=person,
        team=team,
        instead=instead,
        day=day,
        today=today,
        parts=parts_of(
            _times(access, day, person, instead).slots, booking.zone, lambda slot: rfc3339(slot.start)
        ),
        chosen=given.get("start", "")[:40],
        typed=given.get("time", "")[:5],
        fee=Money(preview.fee, preview.currency),
        version=preview.version,
        refused=refused,
        alternatives=_alternatives(refused),
        back=day_url(access),
        key=new_key(),
    )


def who_could(access: Access) -> list[StaffMember]:
    """Who does this service at this shop: managers may give the visit to any of them, staff keep theirs."""
    item = access.booking.items.all()[0]
    able = StaffMember.objects.filter(
        skills__service=item.service_id,
        skills__held_back=False,
        assignments__outlet=access.booking.outlet_id,
        archived_at__isnull=True,
    ).order_by("name", "pk")
    if not access.is_manager:
        able = able.filter(pk=access.staff_pk or 0)
    return list(able.distinct())


def _team(access: Access) -> list[StaffMember]:
    """Those who do this together, for whom a manager may put somebody else; nobody when one does it alone."""
    people = access.booking.items.all()[0].people
    return people if len(people) > 1 and access.is_manager else []


def _times(access: Access, day: Any, person: StaffMember | None, instead: StaffMember | None) -> DeskTimes:
    try:
        return move_times(
            access.booking,
            day=day,
            staff=person.public_id if person else None,
            instead_of=instead.public_id if person and instead else None,
        )
    except (NotOffered, StaffNotAble):
        return DeskTimes()


def start_of(outlet: Outlet, day: Any, typed: str, plate: str) -> datetime | None:
    """The typed minute of the day, else the plate."""
    if typed:
        try:
            return opening(outlet.zone, day, datetime.strptime(typed[:5], "%H:%M").time())  # noqa: DTZ007
        except ValueError:
            return None
    return parse_instant(plate)


def _alternatives(refused: DomainError | None) -> list[Time]:
    found = refused.data.get("alternatives", []) if refused else []
    times = [(parse_datetime(each["start"]), parse_datetime(each["end"])) for each in found]
    return [Time(start, end, rfc3339(start)) for start, end in times if start and end]


def _do(desk: Desk, access: Access, run: Any, said: str) -> HttpResponse:
    """Do it once; what is refused is said on the visit's page."""
    try:
        once(desk.request, desk.request.POST.get("key", ""), run)
    except DomainError as error:
        messages.error(desk.request, str(error))
    else:
        messages.success(desk.request, said)
    return redirect("provider:visit", desk.provider.public_id, access.booking.ref)


def _given_back(booking: Booking) -> list[dict[str, Any]]:
    """What a person gave back of it, or wants to: how much, why, and how that stands."""
    return [
        {
            "amount": Money(found.amount, found.currency),
            "reason": found.reason,
            "state": found.get_state_display(),
            "at": found.decided_at or found.asked_at,
        }
        for found in booking.refund_requests.all()
    ]


def _page(desk: Desk, access: Access, *, form: MessageForm | None = None, status: int = 200) -> HttpResponse:
    booking: Booking = access.booking
    now = clock.now()
    row = day_row(desk, booking, now)
    taken = counter_payments_of([booking.ref]).get(booking.ref)
    may_mark = access.may_mark()
    return desk.render(
        "visit",
        nav=f"day:{booking.outlet.public_id}",
        status=status,
        row=row,
        may_refund=access.is_manager and refunds.may_refund(access),
        given_back=_given_back(booking) if may_mark else [],
        price=price_of(access) if may_mark else None,
        booking=booking,
        outlet=booking.outlet,
        zone=booking.timezone,
        back=day_url(access),
        total=Money(booking.total_amount, booking.currency),
        due=Money(booking.due_at_counter, booking.currency),
        may_see=may_mark,
        may_take=may_mark
        and booking.payment_state == PaymentState.COUNTER
        and booking.status in till.PAYABLE,
        may_finish=booking.status == states.STARTED,
        taken=taken,
        disputes=list(disputes_of([booking.ref])) if access.is_manager else [],
        taken_how=MEANS.get(CounterMeans(taken.means)) if taken and taken.means else "",
        may_reverse=access.is_manager and taken is not None and booking.status in till.PAYABLE,
        means=MEANS.items(),
        may_move="reschedule" in actions(access),
        notes=notes_on_visit(booking, most=NOTES_SHOWN) if may_mark else [],
        sent=thread(desk.request, access, side="provider") if may_mark else [],
        may_write=may_mark and is_open(booking),
        reachable=can_be_reached(booking),
        form=form or MessageForm(),
        key=new_key(),
        take_key=new_key(),
        reverse_key=new_key(),
    )
