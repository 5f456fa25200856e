"""How long a way takes, as pure figures: a ride as if the roads were empty, and what the hour makes of it.

The way between two places is the great circle times a detour. The first `FAR_M` metres of it are ridden at a town's
speed, the rest at that of the open road. The hour of the day makes a ride longer (`SLOWER`), and getting to the car,
to the stop or to a place to park takes some minutes whatever the distance. Also what a routing server answers is
read as the ride on empty roads: hour and minutes beside the ride are ours.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from geo.enums import TravelMode
from geo.rules.positions import Position, distance

# The part of a way that is town, in metres.
FAR_M = 12_000
# Next door: there is no way, in metres.
NEAR_M = 50
# Places are told apart to so many decimals of a degree: about 11 metres.
DECIMALS = 4


@dataclass(frozen=True, slots=True)
class Pace:
    """How one gets along: way per great circle, km/h in town and beyond, minutes beside the ride."""

    detour: float
    town_kmh: float
    open_kmh: float
    beside_min: int


PACES: Mapping[TravelMode, Pace] = {
    TravelMode.CAR: Pace(detour=1.35, town_kmh=30, open_kmh=70, beside_min=4),
    TravelMode.BICYCLE: Pace(detour=1.25, town_kmh=15, open_kmh=18, beside_min=2),
    TravelMode.FOOT: Pace(detour=1.2, town_kmh=4.8, open_kmh=4.8, beside_min=0),
    TravelMode.TRANSIT: Pace(detour=1.35, town_kmh=20, open_kmh=45, beside_min=8),
}

# By the local hour that begins, how many times as long a ride takes as on empty roads; hours not named: once.
_RUSH = {7: 1.4, 8: 1.5, 15: 1.4, 16: 1.5, 17: 1.4}
_DAY = dict.fromkeys((6, 9, 10, 11, 12, 13, 14, 18, 19), 1.15)
_CALM = dict.fromkeys(range(10, 19), 1.1)
# Fewer buses and trams.
_NIGHT = dict.fromkeys((22, 23, 0, 1, 2, 3, 4, 5), 1.5)
SLOWER: Mapping[TravelMode, tuple[Mapping[int, float], Mapping[int, float]]] = {
    # Monday to Friday, then Saturday and Sunday.
    TravelMode.CAR: (_DAY | _RUSH, _CALM),
    TravelMode.BICYCLE: ({}, {}),
    TravelMode.FOOT: ({}, {}),
    TravelMode.TRANSIT: (
        {7: 1.15, 8: 1.15, 15: 1.15, 16: 1.15, 17: 1.15} | _NIGHT,
        {7: 1.2, 8: 1.2} | _NIGHT,
    ),
}


def coarse(place: Position) -> Position:
    """The place as ways tell places apart: two of them within about 11 metres may be one."""
    return Position(round(place.lat, DECIMALS), round(place.lng, DECIMALS))


def ride_seconds(start: Position, end: Position, mode: TravelMode) -> float:
    """The ride between two places on empty roads, estimated from the great circle."""
    pace = PACES[mode]
    metres = distance(start, end) * pace.detour
    town = min(metres, FAR_M)
    return town / pace.town_kmh * 3.6 + (metres - town) / pace.open_kmh * 3.6


def leg_minutes(seconds: float, mode: TravelMode, local: datetime) -> int:
    """What a ride of `seconds` on empty roads takes at a local time (its wall clock is read), in whole minutes,
    rounded up, with what there is beside the ride."""
    weekdays, weekend = SLOWER[mode]
    slower = (weekdays if local.weekday() < 5 else weekend).get(local.hour, 1.0)
    # Less a hair: 600 seconds at 1.15 are 11.5 minutes, not a bit more.
    return math.ceil(seconds * slower / 60 - 1e-9) + PACES[mode].beside_min
