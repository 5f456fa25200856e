"""Ways between places, in minutes, whoever knows them: estimated, or asked of a routing server and kept.

A server's answers are kept in the table Leg: it is asked outside of transactions only, and what is decided under
locks is decided by what is kept. Estimates need no table.
"""

import enum
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db.models import Q

from common import clock
from common.again import TryAgain
from common.errors import DomainError
from geo.enums import TravelMode
from geo.models import Leg
from geo.routing import servers
from geo.rules.positions import Position, distance
from geo.rules.travel import DECIMALS, NEAR_M, coarse, leg_minutes, ride_seconds

SCALE: int = 10**DECIMALS
# What a server answered counts for so long; so does, for want of an answer, the estimate.
KEPT = timedelta(days=7)
KEPT_WITHOUT_ANSWER = timedelta(minutes=5)


class Trip(NamedTuple):
    """From one place to another, both `coarse`; make it with `trip`."""

    start: Position
    end: Position
    mode: TravelMode


class Absent(enum.Enum):
    """What to do about a way that a server knows and nobody has asked for yet."""

    ASK = "ask the server: outside of transactions only"
    RAISE = "raise LegsMissing: under locks"
    ESTIMATE = "take the estimate"


class LegsMissing(TryAgain):
    """Ways that are to be asked for outside of the transaction; `refused` is told when that does not help."""

    def __init__(self, trips: set[Trip], refused: DomainError) -> None:
        self.trips = trips
        self.refused = refused
        super().__init__(f"{len(trips)} ways")

    def prepare(self) -> None:
        _ask(self.trips)

    def refusal(self) -> DomainError:
        return self.refused


class Legs:
    """The ways of one question. `learn` the trips first, at most once over the network, then read `minutes`.

    With Absent.RAISE, `refused` is what the caller is told in the end.
    """

    def __init__(self, absent: Absent, refused: DomainError | None = None) -> None:
        self._absent = absent
        self._refused = refused
        self._seconds: dict[Trip, float] = {}

    @property
    def learns(self) -> bool:
        """Whether there is a server whose answers count."""
        return bool(settings.ROUTER_URL)

    def learn(self, trips: Iterable[Trip]) -> None:
        """Have these trips ready. One statement when a server knows any of them. Raises LegsMissing if told to."""
        wanted = {each for each in trips if each.start != each.end and servers.knows(each.mode)}
        if not wanted:
            return
        self._seconds |= kept(wanted)
        missing = wanted - self._seconds.keys()
        if missing and self._absent is Absent.RAISE:
            assert self._refused is not None
            raise LegsMissing(missing, self._refused)
        if missing and self._absent is Absent.ASK:
            self._seconds |= _ask(missing)

    def minutes(self, trip: Trip, local: datetime) -> int:
        """Whole minutes for a trip that is made around a local time; 0 within 50 metres.

        Whoever is sooner there on foot walks.
        """
        start, end, mode = trip
        if start == end or distance(start, end) <= NEAR_M:
            return 0
        seconds = self._seconds.get(trip)
        ride = leg_minutes(ride_seconds(start, end, mode) if seconds is None else seconds, mode, local)
        return min(ride, leg_minutes(ride_seconds(start, end, TravelMode.FOOT), TravelMode.FOOT, local))


def trip(start: Position, end: Position, mode: TravelMode) -> Trip:
    """The way between two places, as exactly as ways are told apart."""
    return Trip(coarse(start), coarse(end), mode)


def kept(trips: set[Trip]) -> dict[Trip, float]:
    """The rides (seconds) that are kept of these trips, and count still. One statement."""
    now = clock.now()
    fresh = Q(is_estimate=False, found_at__gt=now - KEPT) | Q(found_at__gt=now - KEPT_WITHOUT_ANSWER)
    starts = {_whole(each.start) for each in trips}
    ends = {_whole(each.end) for each in trips}
    rows = Leg.objects.filter(
        fresh,
        mode__in={each.mode for each in trips},
        start_lat__in={lat for lat, _ in starts},
        start_lng__in={lng for _, lng in starts},
        end_lat__in={lat for lat, _ in ends},
        end_lng__in={lng for _, lng in ends},
    )
    found = {
        Trip(_place(a_lat, a_lng), _place(b_lat, b_lng), TravelMode(mode)): float(seconds)
        for a_lat, a_lng, b_lat, b_lng, mode, seconds in rows.values_list(
            "start_lat", "start_lng", "end_lat", "end_lng", "mode", "seconds"
        )
    }
    return {each: found[each] for each in trips if each in found}


def _ask(trips: set[Trip]) -> dict[Trip, float]:
    """Ask the server and keep what it answers (seconds); without an answer, the estimate for some minutes."""
    rows, found = [], {}
    now = clock.now()
    for mode in sorted({each.mode for each in trips}):
        of_mode = [each for each in trips if each.mode == mode]
        answers = servers.ask([(each.start, each.end) for each in of_mode], mode)
        for each in of_mode:
            answer = answers.get((each.start, each.end))
            seconds = round(ride_seconds(*each) if answer is None else answer)
            found[each] = float(seconds)
            (start_lat, start_lng), (end_lat, end_lng) = _whole(each.start), _whole(each.end)
            rows.append(
                Leg(
                    start_lat=start_lat,
                    start_lng=start_lng,
                    end_lat=end_lat,
                    end_lng=end_lng,
                    mode=mode,
                    seconds=seconds,
                    is_estimate=answer is None,
                    found_at=now,
                )
            )
    # In one order everywhere: two requests that keep the same ways wait for each other, in no circle.
    rows.sort(key=lambda row: (row.start_lat, row.start_lng, row.end_lat, row.end_lng, row.mode))
    Leg.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["start_lat", "start_lng", "end_lat", "end_lng", "mode"],
        update_fields=["seconds", "is_estimate", "found_at"],
    )
    return found


def _whole(place: Position) -> tuple[int, int]:
    return round(place.lat * SCALE), round(place.lng * SCALE)


def _place(lat: int, lng: int) -> Position:
    # As `coarse` rounds: the nearest float to the decimal.
    return Position(round(lat / SCALE, DECIMALS), round(lng / SCALE, DECIMALS))
