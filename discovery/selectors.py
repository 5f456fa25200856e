"""Search: the outlets near a place that offer it, and when they are free.

A page takes at most three statements whatever its size: the matches in order (discovery/matches.py), then the
rules and the busy times of those whose free time is looked at.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from bookings.errors import SpanTooLong
from bookings.rules.availability import Slot
from bookings.selectors.open_time import Ask, OpenTime, checked_window, open_time
from common import clock
from common.api import DEFAULT_LIMIT, MAX_LIMIT, make_cursor, read_cursor
from common.errors import InvalidInput
from common.money import Money
from common.spans import Span
from discovery.enums import Sort
from discovery.matches import Key, Match, find_matches
from discovery.rules.questions import Question, question
from geo.rules import positions
from providers.enums import Place
from providers.selectors.categories import find_category

# How many outlets may be examined for free time per page; the cursor goes on from there.
EXAMINED = 200
# Without an asked span, next slots are looked for this far ahead.
HORIZON = timedelta(days=14)
NEXT_SLOTS = 3
A_DAY = timedelta(days=1)
# No outlet takes bookings further ahead.
FURTHEST = timedelta(days=368)
# A page may say how many matches there are, up to this many.
COUNT_CAP = 200


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
    it counts those of the first EXAMINED that are.
    """

    items: list[SearchItem]
    next: str | None
    count: int | None = None


# Later than any slot, in seconds since 1970.
NEVER = 2.0**40


@dataclass(frozen=True, slots=True)
class _Free:
    """A match that may be shown, with its slots."""

    match: Match
    slots: list[Slot]

    @property
    def soonest(self) -> tuple[float, ...]:
        """Its place among the soonest: by first slot, then as found; those without come last."""
        return (self.slots[0].start.timestamp() if self.slots else NEVER, *self.match.key)


def search(
    *,
    category: str | None = None,
    q: str | None = None,
    lat: float | None = None,
    lng: float | None = None,
    radius_m: float | None = None,
    bbox: str | None = None,
    free_from: datetime | None = None,
    free_to: datetime | None = None,
    place: str | None = None,
    sort: str | None = None,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
    language: str = "en",
    with_count: bool = False,
) -> SearchPage:
    """One page of outlets that offer it: of approved businesses, each with its cheapest matching service.

    `category` is a slug and includes what is below it; every word of `q` is found in a name of the service,
    outlet, business or category (in any language, slips of the pen forgiven). `lat`, `lng`: the caller, or
    with place `customer` the visit, which must lie in the outlet's service area. Without `radius_m` and
    `bbox` (west,south,east,north; west > east crosses the date line) 20 km around; at most 100 km.
    `free_from`, `free_to` (aware): a start in [free_from, free_to), of the cheapest service that has one;
    either alone means a day.

    With a span, and by `soonest`, up to 200 outlets are examined per page: a page may hold fewer than `limit`
    items and still have a next one. `soonest` sorts the nearest 200 by their first slot, then the next 200.
    By `price` with a span, a page is sorted by what it shows.

    Raises CategoryUnknown, PositionInvalid, PositionNeeded, RadiusInvalid, BoxInvalid, SpanTooLong,
    QueryTooLong, CursorInvalid, InvalidInput.
    """
    asked = question(
        category=category,
        q=q,
        here=positions.position(lat, lng) if lat is not None or lng is not None else None,
        radius_m=positions.radius(radius_m) if radius_m is not None else None,
        box=positions.box(bbox) if bbox else None,
        free=_free_span(free_from, free_to),
        place=_one_of(Place.values, place, "place"),
        sort=Sort(chosen) if (chosen := _one_of(Sort.values, sort, "sort")) else None,
    )
    if not 1 <= limit <= MAX_LIMIT:
        raise InvalidInput(errors=[{"field": "limit", "message": f"1 to {MAX_LIMIT}"}])
    of = f"search:{asked.digest()}"
    at = _read_cursor(cursor, of=of)
    if asked.free or asked.sort is Sort.SOONEST:
        page = _examined_page(asked, at, limit, language, with_count=with_count)
    else:
        page = _plain_page(asked, at, limit, language, with_count=with_count)
    return SearchPage(
        items=[_item(each) for each in page.shown],
        next=make_cursor(page.following, of=of) if page.following else None,
        count=page.count if with_count else None,
    )


@dataclass(frozen=True, slots=True)
class _Cursor:
    """Where a page starts: `after` a key of the order, and by soonest `within` the batch that follows it."""

    after: Key | None = None
    within: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class _Page:
    shown: list[_Free]
    following: tuple[float, ...] | None
    count: int


def _plain_page(asked: Question, at: _Cursor, limit: int, language: str, *, with_count: bool) -> _Page:
    """Matches in order; free time is looked at only for those that are shown."""
    outlets = max(limit, COUNT_CAP if with_count else 0) + 1
    found = _matches(asked, at, outlets, language)
    shown = [matches[0] for matches in found[:limit]]
    times = _free_times(asked, shown, window=_window(None))
    return _Page(
        [_Free(match, times[match.offering_pk].next_slots(NEXT_SLOTS)) for match in shown],
        shown[-1].key if len(found) > limit else None,
        min(len(found), COUNT_CAP),
    )


def _examined_page(asked: Question, at: _Cursor, limit: int, language: str, *, with_count: bool) -> _Page:
    """Matches that are free in the asked span, or in the order in which they are free."""
    found = _matches(asked, at, EXAMINED + 1, language)
    examined = found[:EXAMINED]
    window = _window(asked.free)
    times = _free_times(asked, [match for matches in examined for match in matches], window=window)
    free = (each for matches in examined if (each := _first_free(asked, matches, times)))
    batch_end = examined[-1][0].key if len(found) > EXAMINED else None
    if asked.sort is Sort.SOONEST:
        batch = sorted(free, key=lambda each: each.soonest)
        rest = [each for each in batch if each.soonest > at.within]
        if len(rest) > limit:
            return _Page(rest[:limit], (*(at.after or ()), *rest[limit - 1].soonest), len(batch))
        return _Page(rest, batch_end, len(batch))
    kept = list(free if with_count else islice(free, limit + 1))
    shown = kept[:limit]
    following = shown[-1].match.key if len(kept) > limit else batch_end
    if asked.sort is Sort.PRICE:
        shown.sort(key=lambda each: (each.match.price_amount, each.match.key))
    return _Page(shown, following, len(kept))


def _matches(asked: Question, at: _Cursor, outlets: int, language: str) -> list[list[Match]]:
    found = find_matches(
        asked, after=at.after, outlets=outlets, every_service=asked.free is not None, language=language
    )
    if not found and asked.category:
        find_category(asked.category)  # nothing there, or no such category
    return found


def _first_free(asked: Question, matches: list[Match], times: dict[int, OpenTime]) -> _Free | None:
    """The cheapest of one outlet's services that has a slot; without a span to be free in, the cheapest."""
    for match in matches:
        slots = times[match.offering_pk].next_slots(NEXT_SLOTS) if match.offering_pk in times else []
        if slots or asked.free is None:
            return _Free(match, slots)
    return None


def _free_times(asked: Question, matches: list[Match], *, window: Span | None) -> dict[int, OpenTime]:
    """When they are free; home visits with the ways to the asked place, estimated: a search waits for no server."""
    if not matches or window is None:
        return {}
    asks = [
        Ask(match.offering_pk, where=asked.here if match.place == Place.CUSTOMER else None)
        for match in matches
    ]
    return open_time(asks, window=window, fair_share=False)


def _window(free: Span | None) -> Span | None:
    """Where slots are looked for: the asked span as far as it is to come (else None), or the next days."""
    now = clock.now()
    if free is None:
        return Span(now, now + HORIZON)
    window = Span(max(free.start, now), min(free.end, now + FURTHEST))
    return window if window.start < window.end else None


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


def _read_cursor(cursor: str | None, *, of: str) -> _Cursor:
    """Raises CursorInvalid unless it was made for this very search."""
    if not cursor:
        return _Cursor()
    numbers = read_cursor(cursor, of=of)
    if len(numbers) in (3, 7):
        return _Cursor((numbers[0], numbers[1], numbers[2]), tuple(numbers[3:]))
    return _Cursor(within=tuple(numbers))


def _item(free: _Free) -> SearchItem:
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
