"""Choosing a time: with whom, which day, which start."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from bookings.errors import AddressOutsideArea
from bookings.models import Booking
from bookings.rules import states
from bookings.selectors.bookings import bookings_of
from bookings.selectors.open_time import OpenSlot
from bookings.selectors.slots import ItemRequest, SeatSlot, slots_for
from bookings.services import holds
from common import clock
from common.clock import rfc3339
from common.errors import DomainError, NotFound
from common.money import Money
from discovery.enums import Sort
from discovery.selectors import search
from frontend.booking_forms import AddressForm
from frontend.cards import ShopCard
from frontend.once import new_key
from frontend.timeplan import Plan, arrange, parse_day
from frontend.views import shops
from frontend.visit_address import VisitAddress, remember, remembered
from frontend.visit_parts import visit_parts
from frontend.wanted import Wanted, parse
from geo.errors import AddressUnknown
from geo.rules.positions import Position
from providers.enums import Place
from providers.models import Offering, Outlet, Skill, StaffMember
from providers.selectors.categories import by_pk
from providers.selectors.public import find_public_outlet, live_offerings, outlet_staff

LONGEST_DAYS = 61
ELSEWHERE = 3
# So many seats can be chosen at once on the page.
MOST_TOGETHER = 8


@require_http_methods(["GET", "HEAD", "POST"])
def slots(request: HttpRequest, outlet: str, service: str) -> HttpResponse:
    """The slot picker of what is wanted (`service`, see frontend.wanted): `day`, `staff` and `seats` are in the query,
    so that every choice has an address.

    A POST says where a home visit goes: the times of a GET count the ways there and on from there.
    """
    given = request.GET
    form = AddressForm(request.POST) if request.method == "POST" else None
    if form is not None and form.is_valid():
        try:
            remember(request, form.cleaned_data["address_line"])
        except AddressUnknown as error:
            form.add_error("address_line", str(error))
        else:
            return HttpResponseRedirect(request.get_full_path())
    context = picker(
        outlet,
        service,
        day=given.get("day", ""),
        staff=given.get("staff", ""),
        seats=seats_of(given.get("seats", "")),
        address=None if form else remembered(request),
    )
    if form is not None and context["at_home"]:
        context["address_form"] = form
    context["month_open"] = "month" in request.GET
    context["held"] = _held(request, context["outlet"])
    return render(request, "slots.html", context, status=422 if form else 200)


def _held(request: HttpRequest, outlet: Outlet) -> Booking | None:
    """What the reader holds at the outlet already: its time is not among the free ones."""
    mine = bookings_of(request.principal)  # type: ignore[attr-defined]  # set by the middleware
    return (
        mine.filter(outlet=outlet, status=states.HELD, hold_expires_at__gt=clock.now())
        .prefetch_related(None)
        .order_by("-created_at", "-pk")
        .first()
    )


def seats_of(text: str) -> int:
    """How many seats a form or an address asks for: 1 unless it says so."""
    return int(text) if text.isascii() and text.isdigit() and 1 <= len(text) <= 3 and int(text) else 1


def picker(
    outlet_id: str,
    what: str,
    *,
    day: str,
    staff: str,
    seats: int = 1,
    address: VisitAddress | None = None,
) -> dict[str, Any]:
    """What the slot picker shows of `what` is wanted: times, or of a group service sessions with so many seats left.

    Of a home visit no times while its `address` is not known. Raises NotFound.
    """
    outlet = find_public_outlet(outlet_id)
    wanted = parse(what)
    offerings = _offerings(outlet, wanted)
    offering, several = offerings[0], len(offerings) > 1
    people = able(outlet, offerings)
    chosen = None if wanted.staff else next((person for person in people if person.public_id == staff), None)
    at_home = offering.place == Place.CUSTOMER
    capacity = offering.service.capacity
    seats = min(seats, capacity)
    category = by_pk(get_language() or "en").get(offering.category_id)
    address_form, where = _address(outlet_id, offering, address) if at_home else (None, None)
    found = None
    if where or not at_home:
        found = plan(
            outlet,
            wanted.requests(chosen.public_id if chosen else None),
            any_order=wanted.any_order,
            day=day,
            value=lambda slot: plate(
                outlet_id,
                what,
                slot.start,
                slot.session if isinstance(slot, SeatSlot) else chosen.public_id if chosen else "",
            ),
            seats=seats,
            where=where,
        )
    visit = visit_parts(outlet, wanted, offerings) if capacity == 1 else None
    total = seats * sum(each.price_amount for each in offerings)
    return {
        "outlet": outlet,
        "outlet_url": shops.visit_url(outlet.public_id, outlet.name, what if several else ""),
        "what": what,
        "here": shops.slots_url(outlet_id, what),
        "asked_day": parse_day(day),
        "service": offering.service,
        "price": Money(total, outlet.currency),
        "visit": visit,
        "is_group": capacity > 1,
        # One service that is done there can be waited for, where nothing is free on the day.
        "wait_url": _with_day("frontend:wait_join", outlet_id, offering, found, chosen)
        if found and not several and not at_home
        else "",
        # One service of one's own may be booked for many days at once.
        "repeat_url": _with_day("frontend:repeat", outlet_id, offering, found, chosen)
        if found and found.any_free and not several and capacity == 1
        else "",
        "seats": seats,
        "seat_choices": range(1, min(capacity, MOST_TOGETHER) + 1) if capacity > 1 else (),
        "more": f"&seats={seats}" if seats > 1 else "",
        "standard": category.standard if category and not several else (),
        # With several, each may be with somebody of its own.
        "people": [] if wanted.staff else people,
        "person": chosen,
        "plan": found,
        "elsewhere": elsewhere(outlet, offering) if found and not found.first and not several else [],
        "zone": outlet.timezone,
        "now": clock.now(),
        "at_home": at_home,
        "address_form": address_form,
        "nonce": new_key(),
    }


def _with_day(name: str, outlet_id: str, offering: Offering, found: Plan, chosen: StaffMember | None) -> str:
    """Another page about the service, with the day and the person that are looked at."""
    address = reverse(name, args=[outlet_id, offering.service.public_id])
    asked = {"day": found.chosen.isoformat(), **({"staff": chosen.public_id} if chosen else {})}
    return f"{address}?{urlencode(asked)}"


def plan(
    outlet: Outlet,
    items: Sequence[ItemRequest],
    *,
    day: str,
    value: Callable[[OpenSlot], str],
    any_order: bool = False,
    seats: int = 1,
    keep: Callable[[OpenSlot], bool] = lambda _slot: True,
    where: Position | None = None,
    besides_booking: int | None = None,
) -> Plan:
    """Days and times of one service or several over the whole booking window (62 days at most).

    `day` is ISO 8601 or anything else for the first day with room; `value` answers what a plate sends, `keep` which
    times are shown, `where` a home visit goes; `besides_booking` (primary key) is the one that is to be moved.
    """
    now = clock.now()
    days = min(outlet.window_days, LONGEST_DAYS)
    # All who look within the hour ask for the same list.
    start = now.replace(minute=0, second=0, microsecond=0)
    found = slots_for(
        outlet=outlet.public_id,
        items=items,
        start=start,
        end=start + timedelta(days=days + 1),
        any_order=any_order,
        seats=seats,
        where=where,
        besides_booking=besides_booking,
    ).slots
    today = now.astimezone(outlet.zone).date()
    return arrange(
        [slot for slot in found if keep(slot)],
        zone=outlet.zone,
        today=today,
        last=today + timedelta(days=days),
        chosen=parse_day(day),
        value=value,
    )


def plate(outlet_id: str, what: str, start: datetime, staff: str = "") -> str:
    """What a time plate sends to `frontend.views.hold`: `what` is wanted (frontend.wanted), `start` aware, `staff` a
    person's or a session's public id or ""."""
    return f"{outlet_id}:{what}:{rfc3339(start)}" + (f":{staff}" if staff else "")


def able(outlet: Outlet, offerings: Sequence[Offering]) -> list[StaffMember]:
    """Who does all of these services at the outlet, by name."""
    people = outlet_staff(outlet)
    for service in {offering.service_id for offering in offerings}:
        people = people.filter(pk__in=Skill.objects.filter(service=service, held_back=False).values("staff"))
    return list(people.order_by("name", "pk"))


def elsewhere(outlet: Outlet, offering: Offering) -> list[ShopCard]:
    """The nearest other outlets with room for the same kind of service."""
    service = offering.service
    try:
        found = search(
            category=service.category.slug,
            lat=outlet.point.y,
            lng=outlet.point.x,
            place=offering.place,
            sort=Sort.SOONEST,
            limit=ELSEWHERE + 1,
            language=get_language() or "en",
        )
    except DomainError:  # a category nobody can search: the picker still stands
        return []
    others = [item for item in found.items if item.outlet.id != outlet.public_id and item.next_slots]
    return [shops.card(item) for item in others[:ELSEWHERE]]


def _address(
    outlet_id: str, offering: Offering, address: VisitAddress | None
) -> tuple[AddressForm, Position | None]:
    """The form of where a home visit goes, and the place if they come there."""
    if address is None:
        return AddressForm(), None
    asked = holds.Address(address.line, address.place.lat, address.place.lng)
    try:
        where = holds.check_address(outlet=outlet_id, service=offering.service.public_id, address=asked)
    except AddressOutsideArea as error:
        form = AddressForm({"address_line": address.line})
        form.add_error("address_line", str(error))
        return form, None
    return AddressForm(initial={"address_line": address.line}), where


def _offerings(outlet: Outlet, wanted: Wanted) -> list[Offering]:
    """What is wanted as the outlet sells it: all at one place, and seats in groups by themselves. Raises NotFound."""
    sold = {each.service.public_id: each for each in live_offerings(outlet)}
    if any(service not in sold for service, _ in wanted.items):
        raise NotFound
    found = [sold[service] for service, _ in wanted.items]
    if len({each.place for each in found}) > 1:
        raise NotFound
    if len(found) > 1 and any(each.service.capacity > 1 for each in found):
        raise NotFound
    return found
