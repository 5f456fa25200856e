"""What, where and when: the search as people put it, kept in the address of the results.

An exact address never enters an address of ours: the form is posted, the address becomes an approximate point
(geo.rules.positions.approximate) and its street, and the exact line is remembered in the session only.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from common import clock
from common.errors import InvalidInput
from discovery.enums import Sort
from frontend import formats
from geo import selectors as geo
from geo.rules import positions
from geo.rules.positions import Position
from providers.enums import Place
from providers.selectors import categories

SESSION_KEY = "place"
WHENS: dict[str, Promise] = {
    "": _("Any time"),
    "today": _("Today"),
    "evening": _("This evening"),
    "tomorrow": _("Tomorrow"),
    "weekend": _("At the weekend"),
    "week": _("Within a week"),
}
RADII = (500, 1000, 2000, 5000, 10_000)
EVENING = time(17)
DAY = timedelta(days=1)
SENSIBLE = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Asked:
    """A search as its address says it; "" or None where it says nothing.

    `when` is a key of WHENS or a local date (ISO 8601), `after` a wall-clock time of those days. `price` is the most,
    in whole units of the usual currency, `rating` the least, `speaks` a language (BCP 47) of somebody who does it.
    """

    q: str = ""
    category: str = ""
    here: Position | None = None
    where: str = ""
    radius_m: int | None = None
    bbox: str = ""
    when: str = ""
    after: time | None = None
    place: str = ""
    sort: str = ""
    price: int | None = None
    rating: float | None = None
    speaks: str = ""

    def url(self) -> str:
        """The address of its first page of results."""
        query = self.query()
        return reverse("frontend:search") + (f"?{query}" if query else "")

    def query(self) -> str:
        """What that address has behind the "?"; "" for nothing."""
        values = {
            "q": self.q,
            "category": self.category,
            "lat": f"{self.here.lat:.3f}" if self.here else "",
            "lng": f"{self.here.lng:.3f}" if self.here else "",
            "where": self.where,
            "radius": self.radius_m or "",
            "bbox": self.bbox,
            "when": self.when,
            "after": f"{self.after:%H:%M}" if self.after else "",
            "place": self.place,
            "sort": self.sort,
            "price": self.price or "",
            "rating": self.rating or "",
            "speaks": self.speaks,
        }
        return urlencode({name: value for name, value in values.items() if value != ""})

    def span(self, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
        """The starts that suit, on the clock of `zone`: the same all day, so that pages join. None: any."""
        if not self.when and not self.after:
            return None
        today = clock.now().astimezone(zone).date()
        first, days = self._days(today)
        opens = max(self.after or time(), EVENING if self.when == "evening" else time())
        return _instant(first, opens, zone), _instant(first + days * DAY, time(), zone)

    def _days(self, today: date) -> tuple[date, int]:
        if self.when == "tomorrow":
            return today + DAY, 1
        if self.when == "week":
            return today, 7
        if self.when == "weekend":
            # On a Sunday its rest, else from the next Saturday on.
            return (today, 1) if today.weekday() == 6 else (today + (5 - today.weekday()) * DAY, 2)
        if self.when in ("", "today", "evening"):
            return today, 1
        return date.fromisoformat(self.when), 1

    def when_words(self) -> str:
        """The time in words: "today after 14:00"; "" for any."""
        if not self.when and not self.after:
            return ""
        known = WHENS.get(self.when or "today")
        day = str(known) if known else formats.pattern(date.fromisoformat(self.when), "medium")
        if not self.after:
            return day
        return gettext("%(day)s after %(time)s") % {"day": day, "time": f"{self.after.hour}:{self.after:%M}"}


@dataclass(frozen=True, slots=True)
class Finder:
    """The fields of the finder; `names` may be typed as "what", `error` is what is wrong with "where"."""

    q: str
    near: str
    when: str
    whens: list[tuple[str, str]]
    names: list[str]
    asked: Asked
    error: str = ""


def read(query: QueryDict) -> Asked:
    """The search of an address. Raises InvalidInput, PositionInvalid, RadiusInvalid."""
    if any("\x00" in str(value) for value in query.values()):
        raise InvalidInput  # the database's texts cannot hold it
    lat, lng = query.get("lat", ""), query.get("lng", "")
    here = positions.approximate(positions.position(lat, lng)) if lat or lng else None
    radius = query.get("radius", "")
    return Asked(
        q=" ".join(query.get("q", "").split()),
        category=query.get("category", ""),
        here=here,
        where=query.get("where", "")[:80],
        radius_m=round(positions.radius(radius)) if radius else None,
        bbox=query.get("bbox", ""),
        when=_when(query.get("when", "")),
        after=_time(query.get("after", "")),
        place=_one_of(query.get("place", ""), Place.values),
        sort=_one_of(query.get("sort", ""), Sort.values),
        price=_price(query.get("price", "")),
        rating=_rating(query.get("rating", "")),
        speaks=query.get("speaks", ""),
    )


def posted(request: HttpRequest) -> Asked:
    """The search that a finder sent, with the address made approximate and its line remembered.

    What names a category becomes one. A form that still shows where the reader searched keeps that place. `at`
    ("lat,lng", degrees) is where the reader's device says that it is: it becomes the nearest address, as if that had
    been typed. Raises AddressUnknown, PositionInvalid and what `read` raises.
    """
    asked = read(request.POST)
    typed = " ".join(request.POST.get("near", "").split())[:120]
    if asked.q and (slug := _category_named(asked.q)):
        asked = replace(asked, q="", category=slug)
    elif asked.q:
        asked = replace(asked, category="")
    if at := request.POST.get("at", ""):
        return _around(request, asked, at)
    if not typed:
        return replace(asked, here=None, where="", radius_m=None, bbox="")
    if asked.here and typed in (asked.where, remembered_line(request, asked.here)):
        return asked
    found = geo.require_address(typed, near=asked.here)
    here = positions.approximate(Position(found.lat, found.lng))
    request.session[SESSION_KEY] = {"line": found.line, "lat": here.lat, "lng": here.lng}
    return replace(asked, here=here, where=street_of(found.line), bbox="")


def _around(request: HttpRequest, asked: Asked, at: str) -> Asked:
    exact = positions.position(*at.partition(",")[::2])
    found = geo.reverse(exact)
    line = found.line if found else gettext("Where you are")
    here = positions.approximate(exact)
    request.session[SESSION_KEY] = {"line": line, "lat": here.lat, "lng": here.lng}
    return replace(asked, here=here, where=street_of(line), bbox="")


def finder(request: HttpRequest, asked: Asked) -> Finder:
    """The finder's fields as this search fills them."""
    names = categories.by_slug(get_language() or "en")
    named = names.get(asked.category)
    whens = [(value, str(words)) for value, words in WHENS.items()]
    if asked.when not in WHENS:
        whens.append((asked.when, formats.pattern(date.fromisoformat(asked.when), "medium")))
    return Finder(
        q=asked.q or (named.name if named else ""),
        near=remembered_line(request, asked.here) or asked.where,
        when=asked.when,
        whens=whens,
        names=[node.name for node in names.values()],
        asked=asked,
    )


def remembered(request: HttpRequest) -> tuple[Position, str] | None:
    """Where the reader searched last in this session: an approximate point and the line they meant."""
    kept = request.session.get(SESSION_KEY)
    return (Position(kept["lat"], kept["lng"]), kept["line"]) if kept else None


def remembered_line(request: HttpRequest, here: Position | None) -> str:
    """The address that the reader typed, while the search is still about it."""
    kept = remembered(request)
    return kept[1] if kept and kept[0] == here else ""


def street_of(line: str) -> str:
    """The street of an address line, without the house number: what an address of ours may say."""
    words = line.split(",")[0].split()
    while len(words) > 1 and any(sign.isdigit() for sign in words[-1]):
        words.pop()
    return " ".join(words)


def _category_named(words: str) -> str:
    """The slug of the category that is called so, in the reader's language; else ""."""
    names = categories.by_slug(get_language() or "en")
    return next((slug for slug, node in names.items() if node.name.casefold() == words.casefold()), "")


def _instant(day: date, wall: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, wall, tzinfo=zone)


def _one_of(value: str, values: list[str]) -> str:
    if value and value not in values:
        raise InvalidInput
    return value


def _price(value: str) -> int | None:
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and len(value) < 8 and int(value)):
        raise InvalidInput
    return int(value)


def _rating(value: str) -> float | None:
    if not value:
        return None
    try:
        rating = float(value)
    except ValueError:
        raise InvalidInput from None
    if not 1 <= rating <= 5:
        raise InvalidInput
    return rating


def _when(value: str) -> str:
    if value in WHENS:
        return value
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise InvalidInput from None
    if abs(day - clock.now().date()) > SENSIBLE:
        raise InvalidInput
    return day.isoformat()


def _time(value: str) -> time | None:
    if not value:
        return None
    try:
        return datetime.strptime(value, "%H:%M").time()  # noqa: DTZ007  # a wall-clock time has no zone
    except ValueError:
        raise InvalidInput from None
