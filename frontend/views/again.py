"""What somebody had before, as cards with the next times of the same service with the same person."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse
from django.utils.translation import get_language, gettext

from accounts.principals import Principal
from bookings.models import Booking
from bookings.rules.availability import Slot as FreeSlot
from bookings.selectors.again import Had, had_lately, next_times
from common.money import Money
from frontend import formats
from frontend.cards import ShopCard, Slot
from frontend.views import shops
from geo import selectors as geo
from providers.enums import Place
from providers.selectors.categories import by_pk

CARDS = 3
TIMES = 3


def book_again(principal: Principal) -> list[ShopCard]:
    """The last visits of a caller (a user, or a guest by the bookings they carry), each kind once, the latest first, as
    far as the same is still sold. No statement for who has nothing to open.
    """
    if not principal.user and not principal.capabilities:
        return []
    had = had_lately(principal, limit=CARDS)
    times = next_times(had, limit=TIMES)
    return [_card(each, _plates(each, slots)) for each, slots in zip(had, times, strict=True)]


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
