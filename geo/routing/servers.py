"""Routing servers that an installation may name (ROUTER_URL, ROUTER_KIND): OSRM and Valhalla, over HTTP.

Both answer matrices of riding times. Which modes a server knows the installation says (ROUTER_MODES), since an OSRM
server answers for its one profile whatever is asked. What they answer is read strictly, in bounded time and size;
callers fall back to the estimate.
"""

import json
import logging
import math
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import httpx
from django.conf import settings

from common.logs import kind
from geo.enums import TravelMode
from geo.rules.positions import Position

log = logging.getLogger(__name__)

Pair = tuple[Position, Position]
# Seconds; None where there is no road between them.
Rides = dict[Pair, float | None]

TIMEOUT = httpx.Timeout(4.0, connect=2.0)
# All requests of one question together: somebody waits for it.
ALL_WITHIN_S = 8.0
MAX_BYTES = 1_000_000
# Servers bound their matrices (OSRM: 100 places, Valhalla: 2,500 pairs).
MAX_OTHERS = 80
# Nobody rides longer to a visit: what says so is wrong.
LONGEST_S = 24 * 3600
# A server that failed is left alone for so long, by each process.
REST_S = 30.0


class RouterFailed(Exception):
    """The server did not answer, or not as it should."""


class Router(Protocol):
    """A server that knows riding times on empty roads."""

    def request(
        self, near: Position, others: Sequence[Position], mode: TravelMode, *, outward: bool
    ) -> httpx.Request:
        """What asks for the rides from `near` to each of the others (`outward`), or from each of them to it."""

    def seconds(self, answer: Any) -> list[list[Any]]:
        """The matrix in the server's JSON, row by source. Raises KeyError, TypeError, IndexError."""


class Osrm:
    """OSRM's table service, version 1."""

    profiles: Mapping[TravelMode, str] = {
        TravelMode.CAR: "driving",
        TravelMode.BICYCLE: "cycling",
        TravelMode.FOOT: "walking",
    }

    def __init__(self, url: str) -> None:
        self.url = url

    def request(
        self, near: Position, others: Sequence[Position], mode: TravelMode, *, outward: bool
    ) -> httpx.Request:
        places = ";".join(f"{place.lng:.5f},{place.lat:.5f}" for place in [near, *others])
        rest = ";".join(map(str, range(1, len(others) + 1)))
        sources, destinations = ("0", rest) if outward else (rest, "0")
        # The separators stand as they are: OSRM reads them so.
        query = f"sources={sources}&destinations={destinations}&annotations=duration"
        return httpx.Request("GET", f"{self.url}/table/v1/{self.profiles[mode]}/{places}?{query}")

    def seconds(self, answer: Any) -> list[list[Any]]:
        if answer["code"] != "Ok":
            raise KeyError("code")
        return [list(row) for row in answer["durations"]]


class Valhalla:
    """Valhalla's matrix service."""

    costings: Mapping[TravelMode, str] = {
        TravelMode.CAR: "auto",
        TravelMode.BICYCLE: "bicycle",
        TravelMode.FOOT: "pedestrian",
    }

    def __init__(self, url: str) -> None:
        self.url = url

    def request(
        self, near: Position, others: Sequence[Position], mode: TravelMode, *, outward: bool
    ) -> httpx.Request:
        one, many = [self._place(near)], [self._place(place) for place in others]
        sources, targets = (one, many) if outward else (many, one)
        body = {"sources": sources, "targets": targets, "costing": self.costings[mode], "units": "kilometers"}
        return httpx.Request("POST", f"{self.url}/sources_to_targets", json=body)

    def seconds(self, answer: Any) -> list[list[Any]]:
        return [[cell["time"] for cell in row] for row in answer["sources_to_targets"]]

    @staticmethod
    def _place(place: Position) -> dict[str, float]:
        return {"lat": round(place.lat, 5), "lon": round(place.lng, 5)}


KINDS: Mapping[str, type[Osrm] | type[Valhalla]] = {"osrm": Osrm, "valhalla": Valhalla}


def knows(mode: TravelMode) -> bool:
    """Whether this installation has a server for the mode; else ways are estimated."""
    return bool(settings.ROUTER_URL) and mode in settings.ROUTER_MODES


def ask(pairs: Iterable[Pair], mode: TravelMode) -> Rides:
    """The riding times that the server answers; a pair that it leaves out, or did not come to, has no entry.

    Over the network: never within a transaction. Raises nothing: what fails is logged, without the places.
    """
    global _rests_until
    found: Rides = {}
    if not knows(mode) or time.monotonic() < _rests_until:
        return found
    router = KINDS[settings.ROUTER_KIND](settings.ROUTER_URL)
    until = time.monotonic() + ALL_WITHIN_S
    # The address is the installation's own setting: no proxy of the environment is asked.
    with httpx.Client(timeout=TIMEOUT, trust_env=False) as client:
        for near, others, outward in _questions(pairs):
            if time.monotonic() >= until:
                log.warning("the routing server is slow: the rest is estimated")
                break
            try:
                rides = _rides(client, router, near, others, mode, outward=outward)
            except RouterFailed as error:
                log.warning("the routing server failed: %s; ways are estimated", error)
                _rests_until = time.monotonic() + REST_S
                break
            for other, seconds in zip(others, rides, strict=True):
                found[(near, other) if outward else (other, near)] = seconds
    return found


# When the server is asked again, by the monotonic clock of this process.
_rests_until = 0.0


def forget_failure() -> None:
    """Ask the server again at once."""
    global _rests_until
    _rests_until = 0.0


def _questions(pairs: Iterable[Pair]) -> Iterator[tuple[Position, list[Position], bool]]:
    """The pairs as few matrices with one source or one destination, by the place that most of them share."""
    wanted = sorted(set(pairs), key=lambda pair: (pair[0].lat, pair[0].lng, pair[1].lat, pair[1].lng))
    often = Counter(place for pair in wanted for place in pair)
    groups: dict[tuple[Position, bool], list[Position]] = {}
    for start, end in wanted:
        outward = often[start] >= often[end]
        near, other = (start, end) if outward else (end, start)
        groups.setdefault((near, outward), []).append(other)
    for (near, outward), others in groups.items():
        for first in range(0, len(others), MAX_OTHERS):
            yield near, others[first : first + MAX_OTHERS], outward


def _rides(
    client: httpx.Client,
    router: Router,
    near: Position,
    others: Sequence[Position],
    mode: TravelMode,
    *,
    outward: bool,
) -> list[float | None]:
    """The rides of one matrix, in the order of `others`. Raises RouterFailed."""
    request = router.request(near, others, mode, outward=outward)
    body = b""
    try:
        response = client.send(request, stream=True)
        try:
            for piece in response.iter_bytes():
                body += piece
                if len(body) > MAX_BYTES:
                    raise RouterFailed("too long an answer")
        finally:
            response.close()
    except httpx.HTTPError as error:
        # Without its text: it has the address, and that the places.
        raise RouterFailed(kind(error)) from None
    if response.status_code != 200:
        raise RouterFailed(f"status {response.status_code}")
    try:
        matrix = router.seconds(json.loads(body))
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        raise RouterFailed("an answer that cannot be read") from None
    cells = [cell for row in matrix for cell in row]
    shape = (1, len(others)) if outward else (len(others), 1)
    if len(matrix) != shape[0] or any(len(row) != shape[1] for row in matrix):
        raise RouterFailed("a matrix of another size")
    return [_seconds(cell) for cell in cells]


def _seconds(cell: Any) -> float | None:
    """A riding time; None where there is no road. Raises RouterFailed."""
    if cell is None:
        return None
    if isinstance(cell, bool) or not isinstance(cell, int | float) or not math.isfinite(cell):
        raise RouterFailed("a time that is no number")
    if not 0 <= cell <= LONGEST_S:
        raise RouterFailed("a time out of range")
    return float(cell)
