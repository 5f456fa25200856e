"""The page of a category: who offers it around the middle of town, at an address that stays the same."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext, pgettext
from django.views.decorators.http import require_safe

from common.errors import NotFound
from discovery import selectors as discovery
from frontend import linked_data
from frontend.cards import ShopCard
from frontend.once import new_key
from frontend.pictures import with_covers
from frontend.views import finding, shops
from frontend.views.finding import Asked
from geo.town import town
from providers.selectors import categories
from providers.selectors.categories import CategoryNode

SHOWN = 12
AROUND_M = 10_000


@require_safe
def category(request: HttpRequest, slug: str) -> HttpResponse:
    """The nearest places for it, what is narrower, and the way to all results. Raises NotFound."""
    language = get_language() or "en"
    nodes = categories.by_slug(language)
    node = nodes.get(slug)
    if node is None:
        raise NotFound
    home = town()
    cards: list[ShopCard] = []
    if home:
        found = discovery.search(
            lat=home.centre.lat,
            lng=home.centre.lng,
            radius_m=AROUND_M,
            category=slug,
            limit=SHOWN,
            language=language,
        )
        (cards,) = with_covers([shops.card(item) for item in found.items])
    asked = Asked(category=slug)
    way = [above for above in nodes.values() if node.pk in above.ids]
    crumbs = [(pgettext("the landing page", "Start"), reverse("frontend:home"))]
    crumbs += [(each.name, shops.category_url(each.slug)) for each in way]
    context = {
        "nav": "find",
        "node": node,
        "title": _title(node, home.name if home else ""),
        "cards": cards,
        "crumbs": crumbs,
        "narrower": [(child.name, shops.category_url(child.slug)) for child in node.children],
        "finder": finding.finder(request, asked),
        "all_url": replace(asked).url(),
        "way": linked_data.breadcrumbs(crumbs),
        "listing": linked_data.listing([(card.name, card.url) for card in cards]) if cards else None,
        "nonce": new_key(),
    }
    return render(request, "frontend/category.html", context)


def _title(node: CategoryNode, town_name: str) -> str:
    return (
        gettext("%(what)s in %(town)s") % {"what": node.name, "town": town_name} if town_name else node.name
    )
