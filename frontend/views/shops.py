"""Cards of outlets from what search found."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext, ngettext

from bookings.models import Booking
from common.clock import rfc3339
from discovery.enums import Sort
from discovery.selectors import SearchItem
from frontend import formats
from frontend.cards import ShopCard, Slot
from frontend.wanted import of_booking
from providers.enums import Place


def outlet_url(public_id: str, name: str) -> str:
    """An outlet's page, with its name for people to read."""
    slug = slugify(name, allow_unicode=True)
    return reverse("frontend:outlet", args=[public_id, slug]) if slug else outlet_short_url(public_id)


def visit_url(public_id: str, name: str, what: str) -> str:
    """An outlet's page with what is put together there (frontend.wanted); "" for nothing."""
    return outlet_url(public_id, name) + (f"?{urlencode({'with': what})}#services" if what else "")


def preview_url(public_id: str) -> str:
    """The picture of an outlet's page in messengers."""
    return reverse("frontend:outlet_preview", args=[public_id])


def category_url(slug: str) -> str:
    """The page of a category."""
    return reverse("frontend:category", args=[slug])


def outlet_short_url(public_id: str) -> str:
    return reverse("frontend:outlet_short", args=[public_id])


def card(item: SearchItem) -> ShopCard:
    """One found outlet. Its times are held straight away, but home visits ask for the address first."""
    outlet, service = item.outlet, item.service
    at_home = service.place == Place.CUSTOMER
    return ShopCard(
        id=outlet.id,
        url=outlet_url(outlet.id, outlet.name),
        name=outlet.name,
        language=outlet.language,
        category=service.category,
        category_name=service.category_name,
        street=outlet.street_line,
        timezone=outlet.timezone,
        lat=outlet.lat,
        lng=outlet.lng,
        distance_m=outlet.distance_m,
        rating=outlet.rating,
        rating_count=outlet.rating_count,
        service_name=service.name,
        service_language=service.language,
        duration_min=service.duration_min,
        price=service.price,
        slots=[
            plate(
                slot.start,
                outlet_id=outlet.id,
                service_id=service.id,
                timezone=outlet.timezone,
                at_home=at_home,
            )
            for slot in item.next_slots
        ],
        at_home=at_home,
    )


def slots_url(outlet_id: str, service_id: str) -> str:
    """Where one chooses a time with care."""
    return reverse("frontend:slots", args=[outlet_id, service_id])


def times_of(booking: Booking) -> str:
    """Where one chooses another time for what is held: the same services and people, seats, and day."""
    items = booking.items.all()
    alone = len(items) == 1 or bool(booking.seats)
    what = of_booking(booking, people=not alone)
    query = {"day": booking.local_start.date().isoformat()}
    if booking.seats:
        query["seats"] = str(booking.seats)
    elif alone and items[0].staff_was_chosen:
        query["staff"] = items[0].staff.public_id
    return f"{slots_url(booking.outlet.public_id, str(what))}?{urlencode(query)}"


def plate(
    start: datetime, *, outlet_id: str, service_id: str, timezone: str, at_home: bool, staff_id: str = ""
) -> Slot:
    """A free start as a plate: held straight away (see frontend.views.hold), or for a home visit, which needs
    an address first, a way to that day's times."""
    if at_home:
        day = formats.local(start, timezone).date()
        url = f"{slots_url(outlet_id, service_id)}?day={day}"
        return Slot(start, url=f"{url}&staff={staff_id}" if staff_id else url)
    value = f"{outlet_id}:{service_id}:{rfc3339(start)}"
    return Slot(start, value=f"{value}:{staff_id}" if staff_id else value)


def with_reasons(cards: Sequence[ShopCard], *, order: str, first: bool = True) -> list[ShopCard]:
    """The cards of one page, each told why it stands where it does: what it alone is best at among those shown, one
    thing each, else what the `order` (discovery.enums.Sort) counts of it. On a page that follows the `first`, which
    stands beside it, none is the best of all."""
    if not first:
        return [replace(card, why=_counted(card, order)) for card in cards]
    lit = [card for card in cards if card.lit]
    reasons: list[tuple[str, ShopCard | None]] = [
        (gettext("The nearest of these with room"), _least(lit, lambda card: card.distance_m)),
        (gettext("Free before all of these"), _least(lit, lambda card: card.slots[0].start.timestamp())),
        (gettext("The best price of these"), _least(cards, _price)),
        (
            gettext("The best rated of these"),
            _least(cards, lambda card: -card.rating if card.rating else None),
        ),
    ]
    if len({card.price.currency for card in cards}) > 1:
        del reasons[2]
    told: dict[str, str] = {}
    for words, best in reasons:
        if best and best.id not in told:
            told[best.id] = words
    return [replace(card, why=told.get(card.id) or _counted(card, order)) for card in cards]


def _counted(card: ShopCard, order: str) -> str:
    """What an order goes by, of one card; "" when it has nothing of it."""
    if order == Sort.DISTANCE and card.distance_m is not None:
        return gettext("Sorted by distance: %(distance)s") % {"distance": formats.distance(card.distance_m)}
    if order == Sort.RATING:
        if not card.rating:
            return gettext("Not rated yet, so after those that are")
        words = {"rating": formats.number(card.rating), "n": card.rating_count}
        return (
            ngettext(
                "Sorted by rating: %(rating)s of %(n)s visit",
                "Sorted by rating: %(rating)s of %(n)s visits",
                card.rating_count,
            )
            % words
        )
    if order == Sort.PRICE:
        price = formats.money_short(card.price.amount, card.price.currency)
        return gettext("Sorted by price: from %(price)s") % {"price": price}
    if order == Sort.SOONEST and card.lit:
        when = formats.when(card.slots[0].start, card.timezone)
        return gettext("Sorted by first free time: %(when)s") % {"when": when}
    return ""


def _price(card: ShopCard) -> float:
    return card.price.amount


def _least(cards: Sequence[ShopCard], by: Callable[[ShopCard], float | None]) -> ShopCard | None:
    """The one card with the least value, None when two share it or fewer than two have one."""
    valued = sorted(
        ((value, n) for n, card in enumerate(cards) if (value := by(card)) is not None),
    )
    if len(valued) < 2 or valued[0][0] == valued[1][0]:
        return None
    return cards[valued[0][1]]
