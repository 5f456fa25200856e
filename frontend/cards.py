"""Plain values that the lists of outlets show; views fill them from selectors, templates print them."""

from dataclasses import dataclass, field
from datetime import datetime

from common.models import StoredFile
from common.money import Money


@dataclass(frozen=True, slots=True)
class Slot:
    """A free start. `value` is what the hold form sends, `url` where one chooses with more care."""

    start: datetime
    value: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class ShopCard:
    """One outlet in a list, with its cheapest fitting service; distance in metres."""

    id: str
    url: str
    name: str
    language: str
    category: str  # slug, for the drawing
    category_name: str
    street: str
    timezone: str
    lat: float
    lng: float
    distance_m: float | None
    rating: float | None
    rating_count: int
    service_name: str
    service_language: str
    duration_min: int
    price: Money
    slots: list[Slot] = field(default_factory=list)
    at_home: bool = False
    why: str = ""
    # Of a visit that the reader had: when and with whom, and where they choose a time with care.
    last: str = ""
    times_url: str = ""
    picture: StoredFile | None = None  # its cover, where it has pictures

    @property
    def lit(self) -> bool:
        return bool(self.slots)
