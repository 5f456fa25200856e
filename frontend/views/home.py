"""The landing page."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST, require_safe

from common import clock
from discovery import selectors as discovery
from frontend import drawing, formats, linked_data, seen
from frontend.cards import ShopCard
from frontend.once import new_key
from frontend.pictures import with_covers
from frontend.templatetags.look import house_number
from frontend.views import finding, shops
from frontend.views.again import book_again
from frontend.views.finding import Asked
from frontend.views.start import shop_of
from geo.rules.positions import Position
from geo.town import town
from payments.selectors.shares import general_bp
from providers.enums import Place
from providers.selectors import categories
from providers.selectors.categories import CategoryNode

# The heading says "now" while those shown are free within this time.
SOON = timedelta(hours=2)
# How far ahead and around the street looks; it shows the soonest of the nearest.
AHEAD = timedelta(hours=36)
AROUND_M = 3000
LOOKED_AT = 40
ON_THE_STREET = 6
CARDS = 3
# Icons of the top categories by the first word of their slug that is known.
ICONS = {"housekeeping": "house", "beauty": "scissors", "car": "car"}
IDEAS = (("hair", "scissors", "today"), ("cleaning", "sparkles", ""), ("wash", "car", "today"))


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The finder, the drawn street with real times, who has time now, what there is, how the money waits."""
    kept = finding.remembered(request)
    here, line = kept or _middle_of_town()
    name = finding.street_of(line)
    asked = Asked(here=here, where=name) if kept else Asked()
    cards = _soonest(here) if here else []
    soon = clock.now() + SOON
    mixed = _of_each_kind(cards)
    again = book_again(request.principal)  # type: ignore[attr-defined]  # set by the middleware
    shown, again, looked_at = with_covers(mixed[:CARDS], again, _seen(request, here))
    context = {
        "nav": "home",
        "finder": finding.finder(request, asked),
        "near": name,
        "lit_now": bool(shown) and all(card.slots[0].start < soon for card in shown),
        "cards": shown,
        "again": again,
        "seen": looked_at,
        "all_url": replace(asked, when="today").url(),
        "street": mark_safe(drawing.street([_hung(card) for card in mixed[:ON_THE_STREET]])),  # noqa: S308  # names are escaped by the pen
        "tiles": _tiles(asked),
        "ideas": _ideas(asked),
        "commission": general_bp() / 100,
        "shop_url": shop_of(request.principal),  # type: ignore[attr-defined]  # set by the middleware
        "linked_data": linked_data.website(settings.SITE_NAME, reverse("frontend:search")),
        "nonce": new_key(),
    }
    return render(request, "frontend/home.html", context)


def _middle_of_town() -> tuple[Position | None, str]:
    found = town()
    return (found.centre, found.name) if found else (None, "")


def _soonest(here: Position) -> list[ShopCard]:
    """Shops around that are free in the next hours, soonest first."""
    now = clock.now()
    page = discovery.search(
        lat=here.lat,
        lng=here.lng,
        radius_m=AROUND_M,
        free_from=now,
        free_to=now + AHEAD,
        place=Place.OUTLET,
        limit=LOOKED_AT,
        language=get_language() or "en",
    )
    cards = [shops.card(item) for item in page.items]
    return sorted(cards, key=lambda card: (card.slots[0].start, card.distance_m or 0))


def _seen(request: HttpRequest, here: Position | None) -> list[ShopCard]:
    """What the reader looked at lately, while it is still there."""
    ids = seen.seen(request)
    return [shops.card(item) for item in discovery.outlets(ids, here=here, language=get_language() or "en")]


@require_POST
def forget_seen(request: HttpRequest) -> HttpResponse:
    """The reader's device forgets which outlets were looked at."""
    response = redirect("frontend:home")
    seen.clear(response)
    return response


def _of_each_kind(cards: Sequence[ShopCard]) -> list[ShopCard]:
    """The cards with one of each kind first, then a second of each, in their order."""
    counts: Counter[drawing.Kind] = Counter()
    rounds: list[tuple[int, int, ShopCard]] = []
    for n, card in enumerate(cards):
        kind = drawing.kind_of(card.category)
        rounds.append((counts[kind], n, card))
        counts[kind] += 1
    return [card for _, _, card in sorted(rounds, key=lambda each: each[:2])]


def _hung(card: ShopCard) -> drawing.Hung:
    """The shop with its next time over the door, lit if that is today."""
    start = card.slots[0].start
    today = formats.local(clock.now(), card.timezone).date()
    shop = drawing.Shop(
        seed=card.id,
        kind=drawing.kind_of(card.category),
        name=card.name,
        number=house_number(card.street),
        lit=formats.local(start, card.timezone).date() == today,
    )
    return drawing.Hung(
        shop, formats.day_word(start, card.timezone), formats.clock_time(start, card.timezone)
    )


@dataclass(frozen=True, slots=True)
class Tile:
    """A top category with what is in it and how many places offer it."""

    name: str
    icon: str
    url: str
    parts: list[str]
    count: int


def _tiles(asked: Asked) -> list[Tile]:
    """Each leads to its category's page, or to the results around the place that the reader has named."""
    roots = categories.category_tree(get_language() or "en")
    counts = categories.outlet_counts(roots)
    return [
        Tile(
            node.name,
            ICONS.get(node.slug.split("-")[0], "store"),
            replace(asked, category=node.slug).url() if asked.here else shops.category_url(node.slug),
            [child.name for child in node.children[:4]],
            counts[node.slug],
        )
        for node in roots
    ]


@dataclass(frozen=True, slots=True)
class Idea:
    words: str
    icon: str
    url: str


def _ideas(asked: Asked) -> list[Idea]:
    """A few searches to begin with, of the categories that this installation has."""
    names: dict[str, CategoryNode] = categories.by_slug(get_language() or "en")
    return [
        Idea(
            gettext("%(what)s, today") % {"what": names[slug].name} if when else names[slug].name,
            icon,
            replace(asked, category=slug, when=when).url(),
        )
        for slug, icon, when in IDEAS
        if slug in names
    ]
