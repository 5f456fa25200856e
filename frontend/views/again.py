"""What somebody had before, as cards with the next times of the same service with the same person."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import get_language, gettext

from accounts.principals import Principal
from bookings.models import Booking, BookingItem
from bookings.rules import states
from bookings.rules.availability import Slot as FreeSlot
from bookings.selectors.bookings import bookings_of, past
from bookings.selectors.open_time import Ask, open_time
from common import clock
from common.money import Money
from common.spans import Span
from frontend import formats
from frontend.cards import ShopCard, Slot
from frontend.views import shops
from geo import selectors as geo
from providers.enums import Place
from providers.models import Offering, Skill
from providers.selectors.categories import by_pk

CARDS = 3
TIMES = 3
# So many visits back it looks for different ones.
LOOKED_AT = 12
AHEAD = timedelta(days=14)
# They took place.
WAS_THERE = (states.COMPLETED, states.CLOSED)


@dataclass(frozen=True, slots=True)
class Had:
    """A visit whose services are all still sold there; `ask` for its next times when it is of one service for one."""

    booking: Booking
    items: tuple[BookingItem, ...]
    offerings: tuple[Offering, ...]
    # The same person, while they still do it.
    staff_id: str
    ask: Ask | None

    @property
    def has_more(self) -> bool:
        """Whether it went to an address, had options, or was for another person or a vehicle."""
        booking = self.booking
        options = any(line["option"] for item in self.items for line in item.lines)
        at_home = self.offerings[0].place == Place.CUSTOMER
        return at_home or options or bool(booking.served_name or booking.vehicle_plate)


def book_again(principal: Principal) -> list[ShopCard]:
    """The last visits of a caller (a user, or a guest by the bookings they carry), each kind once, the latest first, as
    far as the same is still sold. No statement for who has nothing to open.
    """
    if not principal.user and not principal.capabilities:
        return []
    now = clock.now()
    had = _still_sold(_different(past(bookings_of(principal), now).filter(status__in=WAS_THERE)))
    asks = [each.ask for each in had if each.ask]
    times = open_time(asks, window=Span(now, now + AHEAD), fair_share=False) if asks else {}
    return [
        _card(each, _plates(each, times[each.ask.offering_pk].next_slots(TIMES) if each.ask else []))
        for each in had
    ]


def _different(visits: QuerySet[Booking]) -> list[Booking]:
    """The latest visit of each kind: of the same services at the same outlet."""
    kinds: dict[tuple[object, ...], Booking] = {}
    rows = visits.prefetch_related(None).prefetch_related("items__staff", "items__service")
    for booking in rows[:LOOKED_AT]:
        services = ((item.service_id, item.guest) for item in booking.items.all())
        kinds.setdefault((booking.outlet_id, *services), booking)
    return list(kinds.values())


def _still_sold(visits: list[Booking]) -> list[Had]:
    services = {item.service_id for booking in visits for item in booking.items.all()}
    outlets = {booking.outlet_id for booking in visits}
    if not visits:
        return []
    sold = {
        (each.outlet_id, each.service_id): each
        for each in Offering.objects.filter(
            is_live=True, outlet__in=outlets, service__in=services
        ).select_related("service")
    }
    able = set(
        Skill.objects.filter(
            service__in=services, held_back=False, staff__archived_at__isnull=True
        ).values_list("staff", "service")
    )
    found = []
    for booking in visits:
        items = tuple(booking.items.all())
        offerings = tuple(
            sold[key] for item in items if (key := (booking.outlet_id, item.service_id)) in sold
        )
        if not items or len(offerings) < len(items):
            continue
        item, offering = items[0], offerings[0]
        staff = item.staff if (item.staff_id, item.service_id) in able else None
        plain = len(items) == 1 and offering.service.capacity == 1
        ask = Ask(offering.pk, staff_pks=(staff.pk,) if staff else None) if plain else None
        found.append(Had(booking, items, offerings, staff.public_id if staff else "", ask))
    return found[:CARDS]


def _plates(had: Had, starts: Iterable[FreeSlot]) -> list[Slot]:
    """Held straight away when the service and the person are all there was to it; else a way to the whole of it."""
    booking, offering = had.booking, had.offerings[0]
    if had.has_more:
        return [Slot(slot.start, url=_again_url(booking)) for slot in starts]
    return [
        shops.plate(
            slot.start,
            outlet_id=booking.outlet.public_id,
            service_id=offering.service.public_id,
            timezone=booking.outlet.timezone,
            at_home=False,
            staff_id=had.staff_id,
        )
        for slot in starts
    ]


def _again_url(booking: Booking) -> str:
    """Where everything that was chosen is chosen again (frontend.views.once_more)."""
    return reverse("frontend:again", args=[booking.ref])


def _card(had: Had, slots: list[Slot]) -> ShopCard:
    outlet, offering = had.booking.outlet, had.offerings[0]
    node = by_pk(get_language() or "en").get(offering.category_id)
    place = geo.position_of(outlet.point)
    return ShopCard(
        id=outlet.public_id,
        url=shops.outlet_url(outlet.public_id, outlet.name),
        name=outlet.name,
        language=outlet.language,
        category=node.slug if node else "",
        category_name=node.name if node else "",
        street=outlet.street_line,
        timezone=outlet.timezone,
        lat=place.lat,
        lng=place.lng,
        distance_m=None,
        rating=outlet.rating,
        rating_count=outlet.rating_count,
        service_name=", ".join(dict.fromkeys(each.service.name for each in had.offerings)),
        service_language=offering.service.language,
        duration_min=offering.service.duration_min,
        price=Money(sum(each.price_amount for each in had.offerings), outlet.currency),
        slots=slots,
        at_home=offering.place == Place.CUSTOMER,
        last=_last(had, had.booking.starts_at),
        times_url=_again_url(had.booking),
    )


def _last(had: Had, moment: datetime) -> str:
    """When it was, and with whom the next one would be."""
    day = formats.pattern(formats.local(moment, had.booking.timezone).date(), "medium")
    if had.staff_id and had.ask:
        return gettext("with %(name)s, last on %(day)s") % {"name": had.items[0].staff.name, "day": day}
    return gettext("last on %(day)s") % {"day": day}
