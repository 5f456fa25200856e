"""Results: a list that is complete by itself, with a map beside it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from common.api import MAX_LIMIT
from discovery import selectors as discovery
from discovery.enums import Sort
from discovery.pages import COUNT_CAP
from discovery.selectors import SearchPage
from frontend import formats
from frontend.cards import ShopCard
from frontend.once import new_key
from frontend.pictures import with_covers
from frontend.views import finding, shops
from frontend.views.finding import Asked
from frontend.views.search_filters import filters
from frontend.views.search_here import Here, terms
from geo import selectors as geo
from geo.errors import AddressUnknown
from providers.selectors import categories

PER_PAGE = 20
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
    shown = _shown(request.GET.get("n", ""))
    page = _find(asked, here, cursor=cursor, with_count=not cursor, limit=shown)
    (cards,) = with_covers(
        shops.with_reasons(
            [shops.card(item) for item in page.items], order=_order(asked, here), first=not cursor
        )
    )
    context = {
        "nav": "find",
        "asked": asked,
        "finder": finding.finder(request, asked),
        "header_finder": True,
        "here": here,
        "cards": cards,
        "next_cursor": page.next,
        "title": _title(asked, page),
        "summary": _summary(asked, here),
        "filters": filters(asked),
        "query": asked.query(),
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


def _find(
    asked: Asked, here: Here, *, cursor: str = "", with_count: bool = False, limit: int = PER_PAGE
) -> SearchPage:
    return discovery.search(
        **terms(asked, here),
        limit=limit,
        cursor=cursor or None,
        language=get_language() or "en",
        with_count=with_count,
    )


def _shown(n: str) -> int:
    """How many results a page has: as many as were put into it before (`n`, see islands/more.ts)."""
    return min(max(int(n), PER_PAGE), MAX_LIMIT) if n.isascii() and n.isdigit() and len(n) < 4 else PER_PAGE


def _order(asked: Asked, here: Here) -> str:
    return asked.sort or (Sort.DISTANCE if here.place or asked.bbox else Sort.RATING)


def _title(asked: Asked, page: SearchPage) -> str:
    """How many places, and for what."""
    if page.count is None:
        return gettext("More places")
    count = page.count
    number = f"{count}+" if count >= COUNT_CAP else str(count)
    named = categories.by_slug(get_language() or "en").get(asked.category)
    # What was typed may turn the direction of writing around (UAX #9): not that of what stands after it.
    typed = f"“\u2068{asked.q}\u2069”"
    words = {"n": number, "what": named.name.lower() if named and not asked.q else typed}
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
    order = ORDERS[_order(asked, here)]
    words = {"line": f"{line[:1].upper()}{line[1:]}", "order": str(order)}
    return gettext("%(line)s. %(order)s") % words if line else str(order)


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
            return NearestFit(words, looser.url(), *with_covers([shops.card(item) for item in found]))
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
    if asked.price or asked.rating or asked.speaks:
        asked = replace(asked, price=None, rating=None, speaks="")
        yield gettext("Search any price, rating and language"), asked
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
