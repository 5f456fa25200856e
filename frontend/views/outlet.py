"""One outlet: what it does, when it is free, who works there, what people say."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, pgettext
from django.views.decorators.http import require_safe

from common import clock
from common.money import Money
from frontend import linked_data, seen
from frontend.once import new_key
from frontend.opening import opening_of
from frontend.pictures import shown
from frontend.policy_band import policy_band
from frontend.views import finding, outlet_visit, shops
from frontend.views.outlet_times import next_times
from frontend.wanted import Wanted
from geo import selectors as geo
from geo.rules.positions import distance
from payments.selectors import policy_for
from providers.enums import Place
from providers.models import Offering, Outlet
from providers.selectors.public import PublicOutlet, public_outlet
from reviews.selectors.public import breakdown, reviews_of

REVIEWS = 5


@require_safe
def outlet(request: HttpRequest, outlet_id: str, slug: str = "") -> HttpResponse:
    """The page of a public outlet, at the one address that says its name. Raises NotFound."""
    found = public_outlet(outlet_id, language=get_language() or "en")
    shop = found.outlet
    address = shops.outlet_url(shop.public_id, shop.name)
    if request.path != unquote(address):
        query = request.META.get("QUERY_STRING", "")
        return HttpResponseRedirect(f"{address}?{query}" if query else address)
    now = clock.now()
    offerings = [offering for group in found.groups for offering in group.offerings]
    first = _first(shop, offerings)
    wanted = outlet_visit.put_together(request.GET.get("with", ""), shop, offerings)
    main = _main_category(found)
    reviews = list(reviews_of(shop.pk)[:REVIEWS])
    times = next_times(shop, found.staff, offerings, first=first, now=now)
    context = {
        "outlet": shop,
        "zone": shop.timezone,
        "currency": shop.currency,
        "groups": [_group(shop, group.category, group.offerings, wanted) for group in found.groups],
        "visit": outlet_visit.visit(shop, wanted, offerings) if wanted else None,
        "main_category": main,
        "first": _line(shop, first) if first else None,
        "times": times,
        "lit": times.soonest is not None and _is_today(times.soonest, shop, now),
        "people": times.people,
        "opening": opening_of(found, now),
        "policy": policy_band(policy_for(first.service), shop.currency) if first else None,
        "reviews": reviews,
        "more_reviews": shop.rating_count > REVIEWS,
        "breakdown": breakdown(shop.pk),
        "distance_m": _distance(request, shop),
        "pictures": shown(shop, found.pictures),
        "preview": shops.preview_url(shop.public_id),
        "linked_data": linked_data.business(found, reviews, path=address, category=main.slug if main else ""),
        "way": linked_data.breadcrumbs(_way(main, shop, address)),
        "nonce": new_key(),
    }
    response = render(request, "frontend/outlet.html", context)
    seen.add(request, response, shop.public_id)
    return response


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """A service as one row: price at this outlet, what may be added, where one chooses a time."""

    offering: Offering
    price: Money
    url: str
    choice: outlet_visit.Choice | None = None

    @property
    def at_home(self) -> bool:
        return self.offering.place == Place.CUSTOMER


def _line(shop: Outlet, offering: Offering, wanted: Wanted | None = None) -> ServiceLine:
    url = shops.slots_url(shop.public_id, offering.service.public_id)
    price = Money(offering.price_amount, shop.currency)
    return ServiceLine(offering, price, url, outlet_visit.choice(shop, wanted, offering))


def _group(
    shop: Outlet, category: Any, offerings: tuple[Offering, ...], wanted: Wanted | None
) -> dict[str, Any]:
    return {"category": category, "lines": [_line(shop, offering, wanted) for offering in offerings]}


def _first(shop: Outlet, offerings: list[Offering]) -> Offering | None:
    """The service that the side card offers: the first of the shop's own kind."""
    of_kind = (offering for offering in offerings if offering.category_id == shop.main_category_id)
    return next(of_kind, offerings[0] if offerings else None)


def _main_category(found: PublicOutlet) -> Any:
    """The shop's kind, for its drawing and its line."""
    nodes = [group.category for group in found.groups]
    return next(
        (node for node in nodes if node.pk == found.outlet.main_category_id), nodes[0] if nodes else None
    )


def _way(main: Any, shop: Outlet, address: str) -> list[tuple[str, str]]:
    """The way to the page: the start, its kind, itself."""
    start = (pgettext("the landing page", "Start"), reverse("frontend:home"))
    return [start, *([(main.name, shops.category_url(main.slug))] if main else []), (shop.name, address)]


def _is_today(moment: datetime, shop: Outlet, now: datetime) -> bool:
    return moment.astimezone(shop.zone).date() == now.astimezone(shop.zone).date()


def _distance(request: HttpRequest, shop: Outlet) -> float | None:
    """Metres from where the reader searched last."""
    kept = finding.remembered(request)
    return distance(kept[0], geo.position_of(shop.point)) if kept else None
