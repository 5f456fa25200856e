"""What is put together on an outlet's page, as in a basket: kept in its address (`with`, see frontend.wanted), so that
going back loses nothing and no script is needed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bookings.selectors.slots import slots_for
from common import clock
from common.errors import DomainError, NotFound
from common.money import Money
from frontend import cards
from frontend.views import shops
from frontend.wanted import Wanted, parse
from providers.enums import Place
from providers.models import Offering, Outlet, Service

SHOWN = 3
# So far ahead the first times of the whole visit are looked for.
AHEAD = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Chosen:
    """One service of it; `url` leads to the page without it."""

    service: Service
    price: Money
    url: str


@dataclass(frozen=True, slots=True)
class Visit:
    """All of it: its length without waits (minutes), its price, its first times, and where one chooses with care."""

    parts: list[Chosen]
    minutes: int
    price: Money
    slots: list[cards.Slot]
    times_url: str
    guests: int


@dataclass(frozen=True, slots=True)
class Choice:
    """What a line of the list offers: the page with this service in the visit, or without it when `chosen`."""

    url: str
    chosen: bool


def put_together(text: str, outlet: Outlet, offerings: Sequence[Offering]) -> Wanted | None:
    """What an address names, as far as the outlet still sells it; None for nothing."""
    try:
        wanted = parse(text)
    except NotFound:
        return None
    sold = {each.service.public_id: each for each in offerings if each.service.capacity == 1}
    first = next((sold[service] for service, _ in wanted.items if service in sold), None)
    if first is None:
        return None
    for at in reversed(range(len(wanted.items))):
        offering = sold.get(wanted.items[at][0])
        if offering is None or offering.place != first.place:
            wanted = wanted.less(at)
    return wanted


def choice(outlet: Outlet, wanted: Wanted | None, offering: Offering) -> Choice | None:
    """What this service can be in the visit; None when it cannot go with the others."""
    service = offering.service.public_id
    if offering.service.capacity > 1:
        return None
    if wanted is None:
        return Choice(_page(outlet, Wanted(((service, 1),))), chosen=False)
    places = [at for at, (each, _) in enumerate(wanted.items) if each == service]
    if places:
        return Choice(_page(outlet, wanted.less(places[-1])), chosen=True)
    return Choice(_page(outlet, wanted.plus(service, wanted.guests)), False) if wanted.may_have_more else None


def visit(outlet: Outlet, wanted: Wanted, offerings: Sequence[Offering]) -> Visit:
    """The visit with its price and its first times; of home visits no times, which depend on where they go."""
    sold = {each.service.public_id: each for each in offerings}
    chosen = [sold[service] for service, _ in wanted.items]
    lengths: dict[int, int] = {}
    for offering, (_, guest) in zip(chosen, wanted.items, strict=True):
        lengths[guest] = lengths.get(guest, 0) + offering.service.duration_min
    return Visit(
        parts=[
            Chosen(
                offering.service,
                Money(offering.price_amount, outlet.currency),
                _page(outlet, wanted.less(at) if len(chosen) > 1 else None),
            )
            for at, offering in enumerate(chosen)
        ],
        minutes=max(lengths.values()),
        price=Money(sum(each.price_amount for each in chosen), outlet.currency),
        slots=[] if chosen[0].place == Place.CUSTOMER else _first_times(outlet, wanted),
        times_url=shops.slots_url(outlet.public_id, str(wanted)),
        guests=wanted.guests,
    )


def _first_times(outlet: Outlet, wanted: Wanted) -> list[cards.Slot]:
    # All who look within the hour ask for the same list.
    start = clock.now().replace(minute=0, second=0, microsecond=0)
    try:
        found = slots_for(
            outlet=outlet.public_id,
            items=wanted.requests(),
            start=start,
            end=start + AHEAD,
            any_order=wanted.any_order,
        ).slots
    except DomainError:  # somebody who no longer does it: the page still stands
        return []
    return [
        shops.plate(
            slot.start,
            outlet_id=outlet.public_id,
            service_id=str(wanted),
            timezone=outlet.timezone,
            at_home=False,
        )
        for slot in found[:SHOWN]
    ]


def _page(outlet: Outlet, wanted: Wanted | None) -> str:
    return shops.visit_url(outlet.public_id, outlet.name, str(wanted) if wanted and wanted.items else "")
