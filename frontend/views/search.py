"""Results: a list that is complete by itself, with a map beside it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from common import clock
from discovery import selectors as discovery
from discovery.enums import Sort
from discovery.pages import COUNT_CAP
from discovery.selectors import SearchPage
from frontend import formats
from frontend.cards import ShopCard
from frontend.once import new_key
from frontend.views import finding, shops
from frontend.views.finding import RADII, WHENS, Asked
from geo import selectors as geo
from geo.errors import AddressUnknown
from geo.rules import positions
from geo.rules.positions import Position
from geo.town import town
from providers.enums import Place
from providers.selectors import categories
from providers.selectors.public import zone_near

PER_PAGE = 20
# How many days ahead the panel names one by one.
DATES = 14
NEAREST_SHOWN = 3
ORDERS: dict[str, Promise] = {
    Sort.DISTANCE: _("Nearest first."),
    Sort.RATING: _("Best rated first."),
    Sort.PRICE: _("Cheapest first."),
    Sort.SOONEST: _("Free soonest first."),
}


@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """GET shows the results of an address; POST, from a finder, makes that address (frontend.views.finding).

    Raises what the search raises; an unknown street is said beside its field.
    """
    if request.method == "POST":
        try:
            return HttpResponseRedirect(finding.posted(request).url())
        except AddressUnknown:
            return _address_unknown(request)
    asked = finding.read(request.GET)
    here = Here.of(asked)
    cursor = request.GET.get("cursor", "")
    page = _find(asked, here, cursor=cursor, with_count=not cursor)
    context = {
        "nav": "find",
        "asked": asked,
        "finder": finding.finder(request, asked),
        "header_finder": True,
        "here": here,
        "cards": shops.with_reasons([shops.card(item) for item in page.items]),
        "next_cursor": page.next,
        "title": _title(asked, page),
        "summary": _summary(asked, here),
        "filters": _filters(asked),
        "nonce": new_key(),
        "nearest_fit": None if page.items or page.next else _nearest_fit(asked, here),
    }
    return render(request, "frontend/search.html", context)


@require_POST
def suggest(request: HttpRequest) -> JsonResponse:
    """Addresses that a half-typed line may become, for the finder: at most five. Posted: see finding.py."""
    typed = request.POST.get("near", "").strip()
    found = geo.suggest(typed) if len(typed) > 1 and "\x00" not in typed else []
    return JsonResponse({"lines": [each.line for each in found]})


@dataclass(frozen=True, slots=True)
class Here:
    """From where distances are counted: the reader's place, else the middle of the town.

    A part of the map has its own middle to sort by: without the reader's place nothing is said of distances.
    `zone` is what "today" means there.
    """

    place: Position | None
    name: str
    is_readers: bool
    zone: ZoneInfo

    @classmethod
    def of(cls, asked: Asked) -> "Here":
        """Raises BoxInvalid."""
        place, name = asked.here, asked.where
        centre = place
        if place is None and asked.bbox:
            centre = positions.box(asked.bbox).centre()
            # Home visits are asked about one place.
            place = centre if asked.place == Place.CUSTOMER else None
        elif place is None and (home := town()):
            place, name = home.centre, home.name
            centre = place
        zone = zone_near(centre) if centre and (asked.when or asked.after) else None
        return cls(place, name, asked.here is not None, zone or ZoneInfo("UTC"))


def _find(
    asked: Asked, here: Here, *, cursor: str = "", with_count: bool = False, limit: int = PER_PAGE
) -> SearchPage:
    span = asked.span(here.zone)
    return discovery.search(
        category=asked.category or None,
        q=asked.q or None,
        lat=here.place.lat if here.place else None,
        lng=here.place.lng if here.place else None,
        radius_m=asked.radius_m if here.place else None,
        bbox=asked.bbox or None,
        free_from=span[0] if span else None,
        free_to=span[1] if span else None,
        place=asked.place or None,
        sort=asked.sort or None,
        limit=limit,
        cursor=cursor or None,
        language=get_language() or "en",
        with_count=with_count,
    )


def _title(asked: Asked, page: SearchPage) -> str:
    """How many places, and for what."""
    if page.count is None:
        return gettext("More places")
    count = page.count
    number = f"{count}+" if count >= COUNT_CAP else str(count)
    named = categories.by_slug(get_language() or "en").get(asked.category)
    words = {"n": number, "what": named.name.lower() if named and not asked.q else f"“{asked.q}”"}
    free = bool(asked.when or asked.after)
    if not named and not asked.q:
        if free:
            return ngettext("%(n)s place is free", "%(n)s places are free", count) % words
        return ngettext("%(n)s place", "%(n)s places", count) % words
    if free:
        return (
            ngettext("%(n)s place is free for %(what)s", "%(n)s places are free for %(what)s", count) % words
        )
    return ngettext("%(n)s place for %(what)s", "%(n)s places for %(what)s", count) % words


def _summary(asked: Asked, here: Here) -> str:
    """When, where and in what order, in words."""
    parts = []
    if asked.bbox:
        parts.append(gettext("in this part of the map"))
    elif asked.radius_m:
        words = {"distance": formats.distance(asked.radius_m), "name": here.name}
        parts.append(gettext("within %(distance)s of %(name)s") % words)
    elif here.name:
        parts.append(gettext("near %(name)s") % {"name": here.name})
    first = asked.when_words()
    line = pgettext("between parts of a sentence", ", ").join([first, *parts] if first else parts)
    order = ORDERS[asked.sort or (Sort.DISTANCE if here.place or asked.bbox else Sort.RATING)]
    words = {"line": f"{line[:1].upper()}{line[1:]}", "order": str(order)}
    return gettext("%(line)s. %(order)s") % words if line else str(order)


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on or off; `url` turns it the other way."""

    words: str
    url: str
    on: bool


def _filters(asked: Asked) -> dict[str, Any]:
    """The chips, and the fields of the panel behind "Filters"."""
    chips = [
        _chip(asked, gettext("Free today"), when="today"),
        _chip(asked, gettext("Tomorrow"), when="tomorrow"),
        _chip(asked, gettext("At your place"), place=Place.CUSTOMER.value),
        _chip(asked, gettext("Best rated"), sort=Sort.RATING.value),
        _chip(asked, gettext("Cheapest"), sort=Sort.PRICE.value),
        _chip(asked, gettext("Soonest"), sort=Sort.SOONEST.value),
    ]
    on = (asked.category, asked.when, asked.after, asked.place, asked.sort, asked.radius_m, asked.bbox)
    names = categories.by_slug(get_language() or "en")
    return {
        "chips": chips,
        "count": sum(map(bool, on)),
        "categories": [(slug, node.name) for slug, node in names.items()],
        "whens": _days(asked),
        "places": Place.choices,
        "sorts": Sort.choices,
        "radii": [(str(metres), formats.distance(metres)) for metres in RADII],
        "none_url": Asked(q=asked.q, here=asked.here, where=asked.where).url(),
    }


def _days(asked: Asked) -> list[tuple[str, str]]:
    """What may be asked for as a day: the words, then dates one by one."""
    today = clock.now().date()
    dates = {today + timedelta(days=n) for n in range(2, DATES + 2)}
    if asked.when not in WHENS:
        dates.add(date.fromisoformat(asked.when))
    words = [(value, str(name)) for value, name in WHENS.items()]
    return words + [(day.isoformat(), formats.pattern(day, "medium")) for day in sorted(dates)]


def _chip(asked: Asked, words: str, *, when: str = "", place: str = "", sort: str = "") -> Chip:
    """The chip of one of these filters."""
    on = (when, place, sort) == (
        asked.when if when else "",
        asked.place if place else "",
        asked.sort if sort else "",
    )
    turned = replace(
        asked,
        when=asked.when if not when else "" if on else when,
        place=asked.place if not place else "" if on else place,
        sort=asked.sort if not sort else "" if on else sort,
    )
    return Chip(words, turned.url(), on)


@dataclass(frozen=True, slots=True)
class NearestFit:
    """The nearest search that does find something: what it gives up, its address and its first places."""

    words: str
    url: str
    cards: list[ShopCard]


def _nearest_fit(asked: Asked, here: Here) -> NearestFit | None:
    """The first loosened search with results."""
    for words, looser in _loosened(asked):
        found = _find(looser, here, limit=NEAREST_SHOWN).items
        if found:
            return NearestFit(words, looser.url(), [shops.card(item) for item in found])
    return None


def _loosened(asked: Asked) -> Iterator[tuple[str, Asked]]:
    """Searches that ask for less and less, each with what it is called."""
    if asked.bbox or asked.radius_m:
        asked = replace(asked, bbox="", radius_m=None)
        yield gettext("Search further away"), asked
    if asked.after:
        asked = replace(asked, after=None)
        yield gettext("Search the whole day"), asked
    if asked.when:
        asked = replace(asked, when="")
        yield gettext("Search any time"), asked
    if asked.place:
        asked = replace(asked, place="")
        yield gettext("Search at shops and at your place"), asked
    if asked.q:
        yield gettext("Search without these words"), replace(asked, q="")


def _address_unknown(request: HttpRequest) -> HttpResponse:
    """The search again with what was typed, and what is wrong beside the address."""
    asked = finding.read(request.POST)
    filled = replace(
        finding.finder(request, asked),
        near=request.POST.get("near", "")[:120],
        error=gettext("We know no street of that name here. Check its spelling, or leave it out."),
    )
    context = {"nav": "find", "asked": asked, "finder": filled}
    return render(request, "frontend/search.html", context, status=AddressUnknown.status)
