"""What is searched for, checked and made plain. Degrees are WGS 84, lengths metres, instants UTC."""

import hashlib
from dataclasses import asdict, dataclass

from common.spans import Span
from discovery.enums import Sort
from discovery.errors import PositionNeeded, QueryTooLong
from geo.rules.positions import Box, Position, distance
from providers.errors import CategoryUnknown

DEFAULT_RADIUS_M = 20_000.0
LONGEST_TEXT = 100
MOST_WORDS = 8


@dataclass(frozen=True, slots=True)
class Question:
    """One search. `here` is the caller's place or, for home visits, where the visit goes.

    `free` are the starts that suit, None when any does. `words` must all be found. Of the service: `max_price` (minor
    units of the outlet's currency). Of the outlet: `min_rating`, and that somebody who does it `speaks` (BCP 47).
    """

    category: str | None
    words: tuple[str, ...]
    here: Position | None
    radius_m: float | None
    box: Box | None
    free: Span | None
    place: str | None
    sort: Sort
    max_price: int | None = None
    min_rating: float | None = None
    speaks: str | None = None

    @property
    def names_the_category_alone(self) -> bool:
        """Whether nothing but its category decides which service is meant."""
        narrower = (self.place, self.max_price, self.min_rating, self.speaks)
        return not self.words and all(each is None for each in narrower)

    @property
    def centre(self) -> Position | None:
        """Where distances are counted from for sorting: the caller's place, else the map area's middle."""
        return self.here or (self.box.centre() if self.box else None)

    def digest(self) -> str:
        """Names the search: a cursor of another one does not fit."""
        return hashlib.sha256(repr(sorted(asdict(self).items())).encode()).hexdigest()[:16]


def question(
    *,
    category: str | None = None,
    q: str | None = None,
    here: Position | None = None,
    radius_m: float | None = None,
    box: Box | None = None,
    free: Span | None = None,
    place: str | None = None,
    sort: Sort | None = None,
    max_price: int | None = None,
    min_rating: float | None = None,
    speaks: str | None = None,
) -> Question:
    """The search with its defaults.

    Near a place without a radius or a map area it is DEFAULT_RADIUS_M; a home visit goes as far as service
    areas do. Sorted by distance where there is a place to count from, else by rating. Raises PositionNeeded,
    CategoryUnknown, QueryTooLong.
    """
    if here is None and (radius_m is not None or place == "customer" or (sort is Sort.DISTANCE and not box)):
        raise PositionNeeded
    if category and "\x00" in category:
        raise CategoryUnknown(field="category")
    if here and radius_m is None and box is None and place != "customer":
        radius_m = DEFAULT_RADIUS_M
    return Question(
        category=category or None,
        words=_words(q or ""),
        here=here,
        radius_m=radius_m,
        box=box,
        free=free,
        place=place,
        sort=sort or (Sort.DISTANCE if here or box else Sort.RATING),
        max_price=max_price,
        min_rating=min_rating,
        speaks=speaks or None,
    )


def circle_around(box: Box) -> tuple[Position, float] | None:
    """A place and a radius that hold the whole map area; None when it is more than half the world wide."""
    if box.width > 180:
        return None
    centre = box.centre()
    corners = [Position(lat, lng) for lat in (box.south, box.north) for lng in (box.west, box.east)]
    return centre, 1.01 * max(distance(centre, corner) for corner in corners) + 1


def _words(text: str) -> tuple[str, ...]:
    if len(text) > LONGEST_TEXT or "\x00" in text:
        raise QueryTooLong
    words = tuple(dict.fromkeys(text.casefold().split()))
    if len(words) > MOST_WORDS:
        raise QueryTooLong
    return words
