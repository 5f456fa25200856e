"""The provider's day: who comes when, and what can be done about it now."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone as django_timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.enums import PaymentState
from bookings.errors import CancelDone, PolicyChanged
from bookings.models import Booking, BookingItem, GroupSession
from bookings.presenters import actions
from bookings.rules import states
from bookings.selectors import sessions as selectors
from bookings.selectors.access import Access, booking_for
from bookings.selectors.bookings import day_of
from bookings.selectors.busy_calendars import elsewhere_at
from bookings.selectors.day_ways import WayThere, ways_there
from bookings.selectors.messages import unread
from bookings.services import changes, requests, standard, till, visits
from common import clock
from common.errors import DomainError, NotFound
from common.money import Money
from common.spans import Span
from frontend.checklist import Step, checklist, may_tick
from frontend.day_money import day_money
from frontend.once import new_key, once
from frontend.timeplan import parse_day
from frontend.views.provider_desk import Desk, at_desk, whole
from frontend.views.provider_requests import at_the_desk, requests_at
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
    "accept": (requests.accept, gettext_lazy("Accepted. The customer is told.")),
    "decline": (requests.decline, gettext_lazy("Declined. The customer is told.")),
}
# What a mark needs besides, from the form.
MORE: dict[str, Callable[[QueryDict], dict[str, Any]]] = {
    "check_in": lambda form: {"code": form.get("code", "").strip() or None},
    "decline": lambda form: {"reason": form.get("reason", "")},
}
DONE = {states.COMPLETED, states.CLOSED}
OVER = DONE | {states.CANCELLED, states.NO_SHOW}


# Ten years either way; beyond lie days that no calendar can add to.
FARTHEST_DAYS = 3653
# The customer is here, or somebody is on the way to them.
UNDER_WAY = {states.ON_THE_WAY, states.CHECKED_IN, states.STARTED}


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A group session with what is taken of it, and who is in it, each with their seats.

    `nth` and `of` are its place among the dates of its course; 0 when it is of none.
    """

    session: GroupSession
    taken: int
    nth: int = 0
    of: int = 0
    rows: tuple[tuple["Row", int], ...] = ()

    @property
    def is_full(self) -> bool:
        return self.taken >= self.session.capacity

    @property
    def is_said(self) -> bool:
        """Something was just done about somebody in it."""
        return any(row.said for row, _seats in self.rows)


@dataclass(frozen=True, slots=True)
class Row:
    """One visit of the day and what this member may do with it now.

    `shows_contact`: the customer's phone and address are shown to whoever serves the visit and to managers, and
    only while the visit is to come or under way. The note for the door waits for the day itself.
    """

    booking: Booking
    items: list[BookingItem]
    units: list[str]
    may: list[str]
    is_mine: bool
    is_over: bool
    is_under_way: bool
    shows_contact: bool
    shows_door: bool
    total: Money
    due: Money
    said: list[Message]
    # The money is still to be taken at the counter, by this member; and the visit's own page opens.
    pays: bool
    opens: bool
    # The service standard, while it is being ticked.
    steps: list[Step]
    way: WayThere | None = None
    # Messages of the customer that nobody of the business has seen.
    unread: int = 0


@at_desk()
def day(desk: Desk, outlet_id: str) -> HttpResponse:
    """One local day of a shop, `?day=` or today; it follows what happens without being loaded again."""
    outlet = day_outlet(desk, outlet_id)
    now = clock.now()
    today = django_timezone.localtime(now, outlet.zone).date()
    chosen = parse_day(desk.request.GET.get("day", "")) or today
    if abs((chosen - today).days) > FARTHEST_DAYS:
        chosen = today
    said: dict[str, list[Message]] = {}
    for message in messages.get_messages(desk.request):
        said.setdefault(message.extra_tags or "", []).append(message)
    waiting = requests_at(desk)
    sessions = day_sessions(desk, outlet, chosen, now, said)
    visits_of_day = [booking for booking in day_of(outlet, chosen) if booking.status != states.REQUESTED]
    ways = ways_there(outlet, visits_of_day)
    new = unread(visits_of_day, by_customer=True)
    every = [
        day_row(desk, booking, now, said.pop(booking.ref, []), ways.get(booking.ref), new.get(booking.pk, 0))
        for booking in visits_of_day
    ]
    # Who has a seat in a session stands in its roster.
    rows = [row for row in every if not any(item.session_id for item in row.items)]
    ahead = [row for row in rows if not (row.is_over or row.is_under_way)]
    # What this member has to do next; others' visits and unpaid holds are not.
    first = next((row for row in ahead if set(row.may) - {"cancel"}), None)
    return desk.render(
        "day",
        nav=f"day:{outlet.public_id}",
        outlet=outlet,
        zone=outlet.timezone,
        day=chosen,
        is_today=chosen == today,
        is_past=chosen < today,
        before=chosen - timedelta(days=1),
        after=chosen + timedelta(days=1),
        tomorrow_url=f"?day={(today + timedelta(days=1)).isoformat()}" if chosen == today else "",
        now=now,
        waiting=waiting,
        said=[message for each in said.values() for message in each],
        under_way=[row for row in rows if row.is_under_way],
        first=first,
        later=[row for row in ahead if row is not first],
        over=[row for row in rows if row.is_over],
        ahead_count=len([row for row in rows if not row.is_over]),
        sessions=sessions,
        elsewhere=elsewhere_at([outlet], _whole_day(outlet, chosen)),
        done_count=len([row for row in rows if row.booking.status in DONE]),
        late_count=len([row for row in ahead if row.booking.starts_at < now]),
        money=day_money([row.booking for row in every], outlet.currency) if desk.can_manage else None,
    )


@at_desk(methods=("POST",))
def mark(desk: Desk, ref: str, action: str) -> HttpResponse:
    """Check in, on the way, start, complete, no-show, accept or decline; what is refused is said on the page."""
    access = visit_access(desk, ref)
    if action not in MARKS:
        raise NotFound
    service, said = MARKS[action]
    more = MORE[action](desk.request.POST) if action in MORE else {}
    try:
        once(
            desk.request,
            desk.request.POST.get("key", ""),
            lambda: {"status": service(access=access, **more).status},
        )
    except DomainError as error:
        messages.error(desk.request, str(error), extra_tags=ref)
    else:
        messages.success(desk.request, str(said), extra_tags=ref)
    if desk.request.POST.get("back") == "overview":
        return redirect("provider:overview", desk.provider.public_id)
    back = desk.request.POST.get("back", "")
    if back and any(item.session and item.session.public_id == back for item in access.booking.items.all()):
        return redirect("provider:session", desk.provider.public_id, back)
    return _back(desk.request, access)


@at_desk(methods=("POST",))
def scan(desk: Desk, outlet_id: str) -> HttpResponse:
    """Check in by what the camera read of the customer's square: the visit's reference and its code."""
    outlet = day_outlet(desk, outlet_id)
    ref, _colon, code = desk.request.POST.get("scan", "")[:80].strip().partition(":")
    here = reverse("provider:day", args=[desk.provider.public_id, outlet.public_id])
    try:
        access = visit_access(desk, ref)
        if access.booking.outlet_id != outlet.pk:
            raise NotFound
    except NotFound:
        messages.error(desk.request, _("This is no code of a visit here."))
        return HttpResponseRedirect(here)
    try:
        once(
            desk.request,
            desk.request.POST.get("key", ""),
            lambda: {"status": visits.check_in(access=access, code=code).status},
        )
    except DomainError as error:
        messages.error(desk.request, str(error), extra_tags=ref)
    else:
        messages.success(desk.request, _("Checked in."), extra_tags=ref)
    return _back(desk.request, access)


@at_desk(methods=("POST",))
def tick(desk: Desk, ref: str) -> HttpResponse:
    """Note which steps of the service standard are done; what is refused is said on the day's page."""
    access = visit_access(desk, ref)
    places = (whole(text) for text in desk.request.POST.getlist("done"))
    done = {place for place in places if place is not None}
    try:
        once(
            desk.request,
            desk.request.POST.get("key", ""),
            lambda: {"status": standard.tick(access=access, done=done).status},
        )
    except DomainError as error:
        messages.error(desk.request, str(error), extra_tags=ref)
    else:
        messages.success(desk.request, _("Noted: the customer sees it."), extra_tags=ref)
    return _back(desk.request, access)


@at_desk(Role.MANAGER, methods=("GET", "HEAD", "POST"))
def cancel(desk: Desk, ref: str) -> HttpResponse:
    """The business gives a visit up: asked first, with what the customer gets back."""
    access = visit_access(desk, ref)
    if desk.sent:
        version = desk.request.POST.get("version", "")[:80]
        try:
            once(
                desk.request,
                desk.request.POST.get("key", ""),
                lambda: {"status": changes.ask_to_cancel(access=access, version=version).status},
            )
        except PolicyChanged as error:
            messages.error(desk.request, str(error))
            return redirect("provider:visit_cancel", desk.provider.public_id, ref)
        return _back(desk.request, access)
    preview = changes.preview(access=access, action="cancel")
    return desk.render(
        "visit_cancel",
        nav="",
        booking=access.booking,
        item=access.booking.items.all()[0],
        zone=access.booking.timezone,
        refund=Money(preview.refund, preview.currency),
        at_shop=Money(preview.at_shop, preview.currency),
        compensation=Money(preview.compensation, preview.currency),
        version=preview.version,
        back=day_url(access),
        key=new_key(),
    )


@at_desk(Role.MANAGER, methods=("POST",))
def keep(desk: Desk, ref: str) -> HttpResponse:
    """Take a cancellation back, as long as it is not carried out."""
    access = visit_access(desk, ref)
    try:
        changes.take_back_cancel(access=access)
    except CancelDone as error:
        messages.error(desk.request, str(error), extra_tags=ref)
    return _back(desk.request, access)


def day_sessions(
    desk: Desk, outlet: Outlet, day: date, now: datetime, said: dict[str, list[Message]]
) -> list[SessionLine]:
    """The group sessions of a local day, each with its roster; what is `said` of somebody in it goes with them."""
    rows = list(selectors.sessions_of(outlet, _whole_day(outlet, day)))
    rosters = selectors.rosters(rows)
    return [
        SessionLine(
            line,
            selectors.taken(line),
            rows=tuple(
                (day_row(desk, booking, now, said.pop(booking.ref, [])), selectors.seats_in(booking, line))
                for booking in rosters[line.pk]
            ),
        )
        for line in rows
    ]


def _whole_day(outlet: Outlet, day: date) -> Span:
    start, end = (
        datetime.combine(each, time(), tzinfo=outlet.zone) for each in (day, day + timedelta(days=1))
    )
    return Span(start, end)


def day_row(
    desk: Desk,
    booking: Booking,
    now: datetime,
    said: list[Message] | None = None,
    way: WayThere | None = None,
    new_messages: int = 0,
) -> Row:
    """A visit (with its items, their people and allocations) as its line shows it to this member at `now`."""
    is_today = shop_day(booking) == now.astimezone(booking.outlet.zone).date()
    items = list(booking.items.all())
    access = at_the_desk(desk, booking)
    is_over = booking.status in OVER
    shows_contact = access.may_mark() and not is_over and booking.status != states.HELD
    return Row(
        booking=booking,
        items=items,
        units=[
            taken.resource.name
            for item in items
            for taken in item.allocations.all()
            if taken.resource and taken.live
        ],
        may=_may(access),
        is_mine=any(person.pk == desk.membership.staff_id for item in items for person in item.people),
        is_over=is_over,
        is_under_way=booking.status in UNDER_WAY,
        shows_contact=shows_contact,
        shows_door=shows_contact and (is_today or booking.status in UNDER_WAY),
        total=Money(booking.total_amount, booking.currency),
        due=Money(booking.due_at_counter, booking.currency),
        said=said or [],
        pays=access.may_mark()
        and booking.payment_state == PaymentState.COUNTER
        and booking.status in till.PAYABLE,
        opens=access.may_mark() and booking.status != states.HELD,
        steps=checklist(booking) if may_tick(access) else [],
        way=way,
        unread=new_messages if access.may_mark() else 0,
    )


def _may(access: Access) -> list[str]:
    """What the day's list offers: marks whose time has come, and cancelling. A hold is the customer's until it is
    paid."""
    if access.booking.status == states.HELD:
        return []
    return [name for name in actions(access) if name in MARKS or name == "cancel"]


def day_outlet(desk: Desk, outlet_id: str) -> Outlet:
    """The outlet in use, of this business. Raises NotFound."""
    found = catalogue.outlets(desk.provider).filter(public_id=outlet_id).first()
    if found is None:
        raise NotFound
    return found


def visit_access(desk: Desk, ref: str) -> Access:
    """A visit of this business and what the member is to it. Raises NotFound."""
    access = booking_for(desk.principal, ref)
    if access.booking.outlet.provider_id != desk.provider.pk:
        raise NotFound
    return at_the_desk(desk, access.booking)


def day_url(access: Access) -> str:
    """The visit on its day's page."""
    booking = access.booking
    outlet = booking.outlet
    url = reverse("provider:day", args=[outlet.provider.public_id, outlet.public_id])
    return f"{url}?day={shop_day(booking).isoformat()}#{booking.ref}"


def shop_day(booking: Booking) -> date:
    """The local day in whose list the visit (with its outlet) stands: by the shop's clock as it goes now."""
    return booking.starts_at.astimezone(booking.outlet.zone).date()


def _back(request: HttpRequest, access: Access) -> HttpResponse:
    return HttpResponseRedirect(day_url(access))
