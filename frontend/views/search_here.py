"""What a search asks of discovery: from where distances are counted, and everything else in its own terms."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from common.money import minor_of
from discovery.rules.questions import Question
from discovery.selectors import Sought, asked_for
from frontend.views.finding import Asked
from geo.rules import positions
from geo.rules.positions import Position
from geo.town import town
from providers.enums import Place
from providers.selectors.public import zone_near
from providers.selectors.usual import usual


@dataclass(frozen=True, slots=True)
class Here:
    """From where distances are counted: the reader's place, else the middle of the town.

    A part of the map has its own middle (`centre`) to sort by: without the reader's place nothing is said of distances.
    `zone` is what "today" means there.
    """

    place: Position | None
    name: str
    is_readers: bool
    zone: ZoneInfo
    centre: Position | None = None

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
        return cls(place, name, asked.here is not None, zone or ZoneInfo("UTC"), centre)

    def zone_here(self) -> ZoneInfo:
        """What "today" means there, also when no day was asked for. One query."""
        return (zone_near(self.centre) if self.centre else None) or self.zone


def terms(asked: Asked, here: Here) -> Sought:
    """A search as discovery.selectors takes it."""
    span = asked.span(here.zone)
    return {
        "category": asked.category or None,
        "q": asked.q or None,
        "lat": here.place.lat if here.place else None,
        "lng": here.place.lng if here.place else None,
        "radius_m": asked.radius_m if here.place else None,
        "bbox": asked.bbox or None,
        "free_from": span[0] if span else None,
        "free_to": span[1] if span else None,
        "place": asked.place or None,
        "sort": asked.sort or None,
        "max_price": minor_of(asked.price * 100, usual().currency or "EUR") if asked.price else None,
        "min_rating": asked.rating,
        "speaks": asked.speaks or None,
    }


def question_of(asked: Asked, here: Here) -> Question:
    """The search as a checked question. Raises what a search raises."""
    return asked_for(**terms(asked, here))
