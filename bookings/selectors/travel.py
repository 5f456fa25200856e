"""What people are busy with for a visit at a place: with the ways there and on from there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bookings.rules.travel import Taken, Way, places, widened
from common.spans import Span
from geo.enums import TravelMode
from geo.routing import Legs, Trip, trip
from geo.rules.positions import Position

# Nobody is on their way for longer; busy times are known this far around what is asked for.
LONGEST_WAY = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Traveller:
    """A person (primary key), how they get around, and what takes them where."""

    pk: int
    mode: TravelMode
    taken: Sequence[Taken]


@dataclass(frozen=True, slots=True)
class Journeys:
    """The ways of those who come from elsewhere to a visit at `here`, or go on; hours are read in `zone`."""

    here: Position
    travellers: Sequence[Traveller]
    legs: Legs
    zone: ZoneInfo

    def trips(self) -> set[Trip]:
        """Every way that may count; `legs` is to learn them first."""
        return {
            each
            for traveller in self.travellers
            for place in places(traveller.taken)
            for each in (trip(place, self.here, traveller.mode), trip(self.here, place, traveller.mode))
        }

    def busy(self, window: Span) -> dict[int, Sequence[Span]]:
        """What each is busy with for visits in `window`, by primary key: what is far from it is left as it is."""
        near = Span(window.start - LONGEST_WAY, window.end + LONGEST_WAY)
        found: dict[int, Sequence[Span]] = {}
        for each in self.travellers:
            way = way_by(each.mode, self.legs, self.zone)
            around = [taken for taken in each.taken if taken.span.overlaps(near)]
            rest = [taken.span for taken in each.taken if not taken.span.overlaps(near)]
            found[each.pk] = [*widened(around, self.here, way), *rest]
        return found


def way_by(mode: TravelMode, legs: Legs, zone: ZoneInfo) -> Way:
    """Ways as somebody makes them, of legs that were learned."""

    def way(start: Position, end: Position, at: datetime) -> timedelta:
        minutes = legs.minutes(trip(start, end, mode), at.astimezone(zone))
        return min(timedelta(minutes=minutes), LONGEST_WAY)

    return way
