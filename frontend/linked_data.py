"""What search engines may know of a page, in schema.org's words (JSON-LD)."""

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.text import Truncator

from common.clock import rfc3339
from common.money import Money
from common.uploads import picture_url
from frontend import drawing, formats
from frontend.drawing import Kind
from frontend.findable import absolute
from frontend.views import shops
from geo import selectors as geo
from providers.models import Closure, HoursOverride, HoursRule, Offering, Outlet
from providers.selectors.public import PublicOutlet
from reviews.models import Review

Data = dict[str, Any]

CONTEXT = "https://schema.org"
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# The most exact of schema.org's kinds of business for each of ours.
TYPES = {
    Kind.HAIR: "HairSalon",
    Kind.NAILS: "NailSalon",
    Kind.BEAUTY: "BeautySalon",
    Kind.MASSAGE: "HealthAndBeautyBusiness",
    Kind.HOME: "HomeAndConstructionBusiness",
    Kind.WASH: "AutoWash",
    Kind.TYRES: "TireShop",
    Kind.GARAGE: "AutoRepair",
}
MOST_OFFERS = 50
DAY = timedelta(days=1)
_SAFE_IN_SCRIPT = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def text(data: Any) -> str:
    """The data as JSON in which nothing can end a script element."""
    return json.dumps(data, ensure_ascii=False).translate(_SAFE_IN_SCRIPT)


def website(name: str, search: str) -> Data:
    """The site itself; `search` is the path of its results."""
    return {
        "@context": CONTEXT,
        "@type": "WebSite",
        "name": name,
        "url": absolute("/"),
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": absolute(search) + "?q={search_term_string}"},
            "query-input": "required name=search_term_string",
        },
    }


def breadcrumbs(steps: Iterable[tuple[str, str]]) -> Data:
    """The way to a page: name and path of each step, from the site's own to the page."""
    return {
        "@context": CONTEXT,
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": n, "name": name, "item": absolute(path)}
            for n, (name, path) in enumerate(steps, 1)
        ],
    }


def listing(pages: Iterable[tuple[str, str]]) -> Data:
    """A list of pages in their order: name and path of each."""
    return {
        "@context": CONTEXT,
        "@type": "ItemList",
        "itemListElement": [
            {"@type": "ListItem", "position": n, "name": name, "url": absolute(path)}
            for n, (name, path) in enumerate(pages, 1)
        ],
    }


def business(found: PublicOutlet, reviews: Sequence[Review], *, path: str, category: str) -> Data:
    """An outlet with what it sells and what people say. `category` is the slug of its own kind."""
    shop = found.outlet
    place = geo.position_of(shop.point)
    offerings = [offering for group in found.groups for offering in group.offerings]
    pictures = [absolute(str(picture_url(row.file))) for row in found.pictures]
    data: Data = {
        "@context": CONTEXT,
        "@type": TYPES[drawing.kind_of(category)],
        "@id": absolute(path),
        "name": shop.name,
        "url": absolute(path),
        "image": pictures or [absolute(shops.preview_url(shop.public_id))],
        "address": _address(shop),
        "geo": {"@type": "GeoCoordinates", "latitude": round(place.lat, 6), "longitude": round(place.lng, 6)},
        "openingHoursSpecification": [_weekly(rule) for rule in found.week if rule.every_weeks == 1],
    }
    if special := _special(found):
        data["specialOpeningHoursSpecification"] = special
    if shop.description:
        data["description"] = Truncator(shop.description).chars(500)
    if shop.phone:
        data["telephone"] = shop.phone
    if offerings:
        data["currenciesAccepted"] = shop.currency
        data["priceRange"] = _price_range(shop, offerings)
        data["makesOffer"] = [_offer(shop, offering) for offering in offerings[:MOST_OFFERS]]
    if shop.rating and shop.rating_count:
        data["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": shop.rating,
            "reviewCount": shop.rating_count,
            "bestRating": 5,
            "worstRating": 1,
        }
    if written := [_review(review) for review in reviews if review.text and review.author_name]:
        data["review"] = written
    return data


def _address(shop: Outlet) -> Data:
    address = {
        "@type": "PostalAddress",
        "streetAddress": shop.street_line,
        "addressLocality": shop.city,
        "addressCountry": shop.country,
    }
    return address | ({"postalCode": shop.postcode} if shop.postcode else {})


def _times(opens: time, closes: time) -> Data:
    """Times of a day; those of a whole day as schema.org's readers expect them: two equal ones mean closed."""
    if opens == closes:
        return {"opens": "00:00", "closes": "23:59"}
    return {"opens": f"{opens:%H:%M}", "closes": f"{closes:%H:%M}"}


def _weekly(rule: HoursRule) -> Data:
    """A weekly rule. What alternates by weeks cannot be said."""
    data: Data = {"@type": "OpeningHoursSpecification", "dayOfWeek": DAYS[rule.weekday]}
    data |= _times(rule.opens, rule.closes)
    if rule.valid_from:
        data["validFrom"] = rule.valid_from.isoformat()
    if rule.valid_until:
        data["validThrough"] = rule.valid_until.isoformat()
    return data


def _special(found: PublicOutlet) -> list[Data]:
    """Single dates with other hours, and those on which it is closed all day."""
    closed = {day for closure in found.closures for day in _whole_days(closure, found.outlet)}
    closed |= set(found.holidays)
    days = [_dated(row) for row in found.overrides if row.date not in closed]
    return days + [_on(day, {"opens": "00:00", "closes": "00:00"}) for day in sorted(closed)]


def _dated(row: HoursOverride) -> Data:
    if row.opens is None or row.closes is None:
        return _on(row.date, {"opens": "00:00", "closes": "00:00"})
    return _on(row.date, _times(row.opens, row.closes))


def _on(day: date, times: Data) -> Data:
    said = day.isoformat()
    return {"@type": "OpeningHoursSpecification", "validFrom": said, "validThrough": said, **times}


def _whole_days(closure: Closure, shop: Outlet) -> Iterable[date]:
    """The local dates that a closure covers from midnight to midnight; of a long one the first 60."""
    start, end = (moment.astimezone(shop.zone) for moment in (closure.period.lower, closure.period.upper))
    day = start.date() if start.time() == time() else start.date() + DAY
    for _ in range(60):
        if datetime.combine(day + DAY, time(), tzinfo=shop.zone) > end:
            return
        yield day
        day += DAY


def _price_range(shop: Outlet, offerings: Sequence[Offering]) -> str:
    amounts = sorted({offering.price_amount for offering in (offerings[0], *offerings)})
    ends = dict.fromkeys((amounts[0], amounts[-1]))
    return "–".join(formats.money_short(amount, shop.currency) for amount in ends)


def _offer(shop: Outlet, offering: Offering) -> Data:
    service = offering.service
    sold: Data = {"@type": "Service", "name": service.name}
    if service.description:
        sold["description"] = Truncator(service.description).chars(300)
    return {
        "@type": "Offer",
        "url": absolute(shops.slots_url(shop.public_id, service.public_id)),
        "price": str(Money(offering.price_amount, shop.currency).major()),
        "priceCurrency": shop.currency,
        "itemOffered": sold,
    }


def _review(review: Review) -> Data:
    return {
        "@type": "Review",
        "author": {"@type": "Person", "name": review.author_name},
        "datePublished": rfc3339(review.created_at)[:10],
        "reviewBody": review.text,
        "reviewRating": {"@type": "Rating", "ratingValue": review.rating, "bestRating": 5, "worstRating": 1},
    }
