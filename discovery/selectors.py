"""Search: the outlets near a place that offer it, and when they are free.

A page takes three statements whatever its size (discovery/pages.py): the matches in order, then the rules and the busy
times of those whose free time is looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypedDict, Unpack

from bookings.errors import SpanTooLong
from bookings.selectors.open_time import checked_window
from common.api import DEFAULT_LIMIT, MAX_LIMIT, make_cursor, read_cursor
from common.errors import InvalidInput
from common.money import Money
from common.spans import Span
from discovery.enums import Sort
from discovery.pages import Cursor, Free, page_of, these
from discovery.rules.questions import Question, question
from geo.rules import positions
from geo.rules.positions import Position
from providers.enums import Place

A_DAY = timedelta(days=1)
LONGEST_TAG = 12


@dataclass(frozen=True, slots=True)
class FoundOutlet:
    """An outlet in the results. Degrees are WGS 84; `distance_m` (metres) is None without a place."""

    id: str
    name: str
    language: str
    lat: float
    lng: float
    distance_m: int | None
    rating: float | None
    rating_count: int
    timezone: str
    street_line: str
    city: str


@dataclass(frozen=True, slots=True)
class FoundService:
    """An outlet's cheapest matching service. `category` is a slug, its name in the reader's language."""

    id: str
    name: str
    language: str
    duration_min: int
    price: Money
    place: str
    category: str
    category_name: str


@dataclass(frozen=True, slots=True)
class FoundSlot:
    """A free start and its end, without buffers, in UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class SearchItem:
    """One outlet, one service, its next free slots (none within HORIZON: empty)."""

    outlet: FoundOutlet
    service: FoundService
    next_slots: list[FoundSlot]


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page of results and the cursor of the next (None at the end).

    `count` says how many outlets match, at most COUNT_CAP; None unless asked for. With a span to be free in,
    those that are.
    """

    items: list[SearchItem]
    next: str | None
    count: int | None = None


class Sought(TypedDict, total=False):
    """What a search asks, as it comes in: everything may be left out, and None is the same.

    `category` is a slug and includes what is below it; every word of `q` is found in a name of the service,
    outlet, business or category (in any language, slips of the pen forgiven). `lat`, `lng`: the caller, or
    with place `customer` the visit, which must lie in the outlet's service area. Without `radius_m` and
    `bbox` (west,south,east,north; west > east crosses the date line) 20 km around; at most 100 km.
    `free_from`, `free_to` (aware): a start in [free_from, free_to), of the cheapest service that has one;
    either alone means a day. `max_price`: minor units of the outlet's currency. `min_rating`: as it is shown.
    `speaks` (BCP 47): somebody who does the service there.
    """

    category: str | None
    q: str | None
    lat: float | None
    lng: float | None
    radius_m: float | None
    bbox: str | None
    free_from: datetime | None
    free_to: datetime | None
    place: str | None
    sort: str | None
    max_price: int | None
    min_rating: float | None
    speaks: str | None


def search(
    *,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
    language: str = "en",
    with_count: bool = False,
    **sought: Unpack[Sought],
) -> SearchPage:
    """One page of outlets that offer it: of approved businesses, each with its cheapest matching service.

    With a span, those that are free come from open time that is kept ready (docs/availability.md), however many are
    not. `soonest` sorts by the first slot, in batches by the first quarter that may be free. By `price` with a span, a
    page is sorted by what it shows.

    Raises CategoryUnknown, PositionInvalid, PositionNeeded, RadiusInvalid, BoxInvalid, SpanTooLong,
    QueryTooLong, CursorInvalid, InvalidInput.
    """
    asked = asked_for(**sought)
    if not 1 <= limit <= MAX_LIMIT:
        raise InvalidInput(errors=[{"field": "limit", "message": f"1 to {MAX_LIMIT}"}])
    of = f"search:{asked.digest()}"
    at = _read_cursor(cursor, of=of)
    page = page_of(asked, at, limit=limit, language=language, with_count=with_count)
    return SearchPage(
        items=[_item(each) for each in page.shown],
        next=make_cursor(page.following, of=of) if page.following else None,
        count=page.count if with_count else None,
    )


def outlets(ids: Sequence[str], *, here: Position | None = None, language: str = "en") -> list[SearchItem]:
    """These outlets (public ids) as a search shows them, in their order: each with its cheapest service and its next
    slots. Those that sell nothing now are left out. `here` is where distances are counted from. Three statements.
    """
    return [_item(each) for each in these(ids, here=here, language=language)] if ids else []


def asked_for(**sought: Unpack[Sought]) -> Question:
    """The question of `search`, checked; it raises the same."""
    lat, lng, speaks = sought.get("lat"), sought.get("lng"), sought.get("speaks")
    radius_m, bbox = sought.get("radius_m"), sought.get("bbox")
    if speaks and (len(speaks) > LONGEST_TAG or not speaks.replace("-", "").isalnum()):
        raise InvalidInput(errors=[{"field": "speaks", "message": "a BCP 47 tag"}])
    sort = _one_of(Sort.values, sought.get("sort"), "sort")
    return question(
        category=sought.get("category"),
        q=sought.get("q"),
        here=positions.position(lat, lng) if lat is not None or lng is not None else None,
        radius_m=positions.radius(radius_m) if radius_m is not None else None,
        box=positions.box(bbox) if bbox else None,
        free=_free_span(sought.get("free_from"), sought.get("free_to")),
        place=_one_of(Place.values, sought.get("place"), "place"),
        sort=Sort(sort) if sort else None,
        max_price=sought.get("max_price"),
        min_rating=sought.get("min_rating"),
        speaks=speaks,
    )


def _free_span(start: datetime | None, end: datetime | None) -> Span | None:
    if start is None and end is None:
        return None
    if start is None or end is None:
        try:
            start, end = start or (end and end - A_DAY), end or (start and start + A_DAY)
        except OverflowError:
            raise SpanTooLong from None
    assert start is not None and end is not None
    return checked_window(start, end)


def _one_of(values: list[str], value: str | None, field: str) -> str | None:
    """The value when it is one of them, None for nothing. Raises InvalidInput."""
    if value and value not in values:
        raise InvalidInput(errors=[{"field": field, "message": ", ".join(values)}])
    return value or None


def _read_cursor(cursor: str | None, *, of: str) -> Cursor:
    """Raises CursorInvalid unless it was made for this very search."""
    return Cursor.of(read_cursor(cursor, of=of)) if cursor else Cursor()


def _item(free: Free) -> SearchItem:
    match = free.match
    return SearchItem(
        outlet=FoundOutlet(
            id=match.outlet_id,
            name=match.outlet_name,
            language=match.outlet_language,
            lat=match.lat,
            lng=match.lng,
            distance_m=None if match.distance_m is None else round(match.distance_m),
            rating=match.rating,
            rating_count=match.rating_count,
            timezone=match.timezone,
            street_line=match.street_line,
            city=match.city,
        ),
        service=FoundService(
            id=match.service_id,
            name=match.service_name,
            language=match.service_language,
            duration_min=match.duration_min,
            price=Money(match.price_amount, match.currency),
            place=match.place,
            category=match.category,
            category_name=match.category_name,
        ),
        next_slots=[FoundSlot(slot.start, slot.end) for slot in free.slots],
    )
