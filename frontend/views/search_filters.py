"""The filters of a search: chips and the fields of a panel, each choice an address, and how many places it leaves."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from babel.numbers import get_currency_precision
from django.http import HttpRequest, JsonResponse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from common import clock
from common.money import minor_of
from common.spans import Span
from discovery.enums import Sort
from discovery.facets import facets
from frontend import formats
from frontend.views import finding
from frontend.views.finding import RADII, WHENS, Asked
from frontend.views.search_here import Here, question_of
from providers.enums import Place
from providers.selectors import categories
from providers.selectors.usual import usual

# How many days ahead the panel names one by one.
DATES = 14
PRICES = (20, 30, 50, 80, 120)
CHIP_PRICE = 50
RATINGS = (4.0, 4.5)
CHIP_RATING = 4.5
# Counts beyond this are not told.
MOST_TOLD = 99


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on or off; `url` turns it the other way, `key` names its count ("" for none)."""

    words: str
    url: str
    on: bool
    key: str = ""


def filters(asked: Asked) -> dict[str, Any]:
    """The chips, and the fields of the panel behind "Filters"."""
    known = usual()
    chips = [
        _chip(asked, gettext("Free today"), "when", "today"),
        _chip(asked, gettext("Tomorrow"), "when", "tomorrow"),
        *([_chip(asked, _under(price), "price", price)] if (price := _scaled(CHIP_PRICE)) else []),
        _chip(asked, _rated(CHIP_RATING), "rating", CHIP_RATING),
        _chip(asked, gettext("At your place"), "place", Place.CUSTOMER.value),
        _chip(asked, gettext("Best rated"), "sort", Sort.RATING.value),
        _chip(asked, gettext("Cheapest"), "sort", Sort.PRICE.value),
        _chip(asked, gettext("Soonest"), "sort", Sort.SOONEST.value),
    ]
    names = categories.by_slug(get_language() or "en")
    return {
        "chips": chips,
        "count": sum(1 for name in FILTERS if getattr(asked, name)),
        "categories": [(slug, node.name) for slug, node in names.items()],
        "whens": _days(asked),
        "places": Place.choices,
        "sorts": Sort.choices,
        "radii": [(str(metres), formats.distance(metres)) for metres in RADII],
        "prices": [(str(price), _under(price)) for price in _prices(asked)],
        "ratings": [(str(least), _rated(least)) for least in RATINGS],
        "languages": [(tag, formats.language_name(tag)) for tag in known.languages],
        "none_url": Asked(q=asked.q, here=asked.here, where=asked.where).url(),
    }


FILTERS = ("category", "when", "after", "place", "sort", "radius_m", "bbox", "price", "rating", "speaks")


@require_safe
def counts(request: HttpRequest) -> JsonResponse:
    """How many places each choice would leave, by the name and value that it has in an address: {"price=50": "14"}.

    The page asks for them once it is shown: its list does not wait. Raises what a search raises.
    """
    asked = finding.read(request.GET)
    here = Here.of(asked)
    spans = {
        when: Span(*span)
        for when in ("today", "tomorrow")
        if (span := replace(asked, when=when).span(here.zone_here()))
    }
    amounts = {minor_of(price * 100, usual().currency): price for price in _prices(asked)}
    found = facets(question_of(asked, here), spans=spans, prices=tuple(amounts), ratings=RATINGS)
    told: dict[str, int] = {f"when={when}": n for when, n in found.spans.items()}
    told |= {f"price={amounts[amount]}": n for amount, n in found.prices.items()}
    told |= {f"rating={least}": n for least, n in found.ratings.items()}
    told |= {f"speaks={tag}": n for tag, n in found.languages.items()}
    if found.home is not None:
        told["place=customer"] = found.home
    return JsonResponse({"counts": {key: _told(n, cut=found.cut) for key, n in told.items()}})


def _told(n: int, *, cut: bool) -> str:
    return f"{MOST_TOLD}+" if n > MOST_TOLD else f"{n}+" if cut else str(n)


def _chip(asked: Asked, words: str, name: str, value: Any) -> Chip:
    """The chip of one filter: pressed again it is off."""
    on = getattr(asked, name) == value
    turned: Mapping[str, Any] = {name: (None if name in ("price", "rating") else "") if on else value}
    return Chip(words, replace(asked, **turned).url(), on, "" if name == "sort" else f"{name}={value}")


def _scaled(price: int) -> int:
    """A price in whole units of the usual currency; 0 when there is none. Currencies without cents have larger ones."""
    currency = usual().currency
    return 0 if not currency else price if get_currency_precision(currency) else price * 100


def _prices(asked: Asked) -> list[int]:
    """What may be asked for as the most, and what was."""
    prices = {_scaled(price) for price in PRICES} | {asked.price or 0}
    return sorted(prices - {0}) if usual().currency else []


def _under(price: int) -> str:
    currency = usual().currency
    return gettext("Up to %(price)s") % {
        "price": formats.money_short(minor_of(price * 100, currency), currency)
    }


def _rated(least: float) -> str:
    return gettext("%(rating)s and up") % {"rating": formats.number(least)}


def _days(asked: Asked) -> list[tuple[str, str]]:
    """What may be asked for as a day: the words, then dates one by one."""
    today = clock.now().date()
    dates = {today + timedelta(days=n) for n in range(2, DATES + 2)}
    if asked.when not in WHENS:
        dates.add(date.fromisoformat(asked.when))
    words = [(value, str(name)) for value, name in WHENS.items()]
    return words + [(day.isoformat(), formats.pattern(day, "medium")) for day in sorted(dates)]
