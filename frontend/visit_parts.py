"""What a visit consists of, as the slot picker shows it: its services, what can be added, and in which order."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from common.money import Money
from frontend.views import shops
from frontend.wanted import Wanted
from providers.models import Offering, Outlet, Service
from providers.selectors.public import live_offerings


@dataclass(frozen=True, slots=True)
class VisitPart:
    """One service; `url` leads to the same visit without it, or of one that can be added, with it."""

    service: Service
    price: Money
    guest: int
    url: str


@dataclass(frozen=True, slots=True)
class VisitParts:
    """The services, those that can be added for the last guest and for one guest more, and the other order.

    `minutes` is the length of the longest guest's services, without waits.
    """

    parts: list[VisitPart]
    more: list[VisitPart]
    more_guests: list[VisitPart]
    guests: int
    minutes: int
    any_order: bool
    other_order_url: str

    @property
    def is_several(self) -> bool:
        return len(self.parts) > 1


def visit_parts(outlet: Outlet, wanted: Wanted, offerings: Sequence[Offering]) -> VisitParts:
    """The parts of what is wanted; `offerings` are its services as the outlet sells them, in the same order."""

    def part(offering: Offering, guest: int, then: Wanted) -> VisitPart:
        price = Money(offering.price_amount, outlet.currency)
        return VisitPart(offering.service, price, guest, shops.slots_url(outlet.public_id, str(then)))

    addable = [
        each
        for each in live_offerings(outlet)
        if each.place == offerings[0].place and each.service.capacity == 1
    ]
    last, after = wanted.guests, wanted.guests + 1
    lengths = [0] * (wanted.guests + 1)
    for offering, (_, guest) in zip(offerings, wanted.items, strict=True):
        lengths[guest] += offering.service.duration_min
    return VisitParts(
        parts=[
            part(offering, guest, wanted.less(at) if len(offerings) > 1 else wanted)
            for at, (offering, (_, guest)) in enumerate(zip(offerings, wanted.items, strict=True))
        ],
        more=[part(each, last, wanted.plus(each.service.public_id, last)) for each in addable]
        if wanted.may_have_more
        else [],
        more_guests=[part(each, after, wanted.plus(each.service.public_id, after)) for each in addable]
        if wanted.may_have_guests
        else [],
        guests=wanted.guests,
        minutes=max(lengths),
        any_order=wanted.any_order,
        other_order_url=shops.slots_url(
            outlet.public_id, str(replace(wanted, any_order=not wanted.any_order))
        )
        if wanted.has_an_order
        else "",
    )
