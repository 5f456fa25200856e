"""Choosing a time: with whom, which day, which start."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone as django_timezone
from django.views.decorators.http import require_safe

from bookings.selectors.open_time import slots_for
from common import clock
from common.errors import NotFound
from common.money import Money
from frontend.once import new_key
from frontend.timeplan import Plan, arrange, parse_day
from providers.enums import Place
from providers.models import Offering, Outlet, StaffMember
from providers.selectors.public import find_public_outlet, live_offerings, outlet_staff

LONGEST_DAYS = 61


@require_safe
def slots(request: HttpRequest, outlet: str, service: str) -> HttpResponse:
    """The slot picker: `day` and `staff` are in the query, so that every choice has an address."""
    context = picker(outlet, service, day=request.GET.get("day", ""), staff=request.GET.get("staff", ""))
    return render(request, "slots.html", context)


def picker(outlet_id: str, service_id: str, *, day: str, staff: str) -> dict[str, Any]:
    """What the slot picker shows. Raises NotFound, NotOffered."""
    outlet = find_public_outlet(outlet_id)
    offering = _offering(outlet, service_id)
    people = able(outlet, offering)
    chosen = next((person for person in people if person.public_id == staff), None)
    return {
        "outlet": outlet,
        "offering": offering,
        "service": offering.service,
        "price": Money(offering.price_amount, outlet.currency),
        "people": people,
        "person": chosen,
        "plan": plan(outlet, offering, day=day, staff=chosen.public_id if chosen else None),
        "zone": outlet.timezone,
        "now": clock.now(),
        "at_home": offering.place == Place.CUSTOMER,
        "nonce": new_key(),
    }


def plan(
    outlet: Outlet, offering: Offering, *, day: str, staff: str | None, options: tuple[str, ...] = ()
) -> Plan:
    """Days and times of an offering over the whole booking window (62 days at most)."""
    now = clock.now()
    days = min(outlet.window_days, LONGEST_DAYS)
    found = slots_for(
        outlet=outlet.public_id,
        service=offering.service.public_id,
        start=now,
        end=now + timedelta(days=days + 1),
        staff=staff,
        options=options,
    )
    today = django_timezone.localtime(now, outlet.zone).date()
    return arrange(
        found.slots,
        zone=outlet.zone,
        today=today,
        last=today + timedelta(days=days),
        chosen=parse_day(day),
    )


def able(outlet: Outlet, offering: Offering) -> list[StaffMember]:
    """Who does the service at the outlet, by name."""
    return list(outlet_staff(outlet).filter(skills__service=offering.service_id).order_by("name", "pk"))


def _offering(outlet: Outlet, service_id: str) -> Offering:
    found = live_offerings(outlet).filter(service__public_id=service_id).first()
    if found is None:
        raise NotFound
    return found
