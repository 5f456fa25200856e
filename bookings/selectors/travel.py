"""What people are busy with for a visit at a place: with the ways there and on from there."""

from collections.abc import Iterable, Mapping, Sequence
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


def trips_to(here: Position, travellers: Iterable[Traveller]) -> set[Trip]:
    """Every way that may count for a visit at `here`."""
    return {
        each
        for traveller in travellers
        for place in places(traveller.taken)
        for each in (trip(place, here, traveller.mode), trip(here, place, traveller.mode))
    }


def busy_for(
    here: Position, travellers: Iterable[Traveller], legs: Legs, zone: ZoneInfo
) -> Mapping[int, Sequence[Span]]:
    """What each is busy with for a visit at `here`, by primary key; hours of the day are read in `zone`."""
    return {each.pk: widened(each.taken, here, way_by(each.mode, legs, zone)) for each in travellers}


def way_by(mode: TravelMode, legs: Legs, zone: ZoneInfo) -> Way:
    """Ways as somebody makes them, of legs that were learned."""

    def way(start: Position, end: Position, at: datetime) -> timedelta:
        minutes = legs.minutes(trip(start, end, mode), at.astimezone(zone))
        return min(timedelta(minutes=minutes), LONGEST_WAY)

    return way
