"""A small routing server that speaks OSRM's table service and Valhalla's matrix service over real HTTP."""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Place = tuple[float, float]  # latitude, longitude


def by_degrees(start: Place, end: Place) -> float | None:
    """A ride of 100 seconds per hundredth of a degree north or east; 37 seconds more southwards."""
    away = abs(start[0] - end[0]) + abs(start[1] - end[1])
    return round(away * 10_000, 1) + (37 if end[0] < start[0] else 0)


@dataclass
class Peer:
    """The server as tests set it: `spoil` makes other bytes of an answer, `delay_s` makes it slow."""

    url: str = ""
    ride: Callable[[Place, Place], float | None] = by_degrees
    spoil: Callable[[bytes], bytes] | None = None
    status: int = 200
    delay_s: float = 0
    asked: list[tuple[str, int, int]] = field(default_factory=list)  # profile, sources, destinations

    def matrix(self, profile: str, sources: list[Place], targets: list[Place]) -> list[list[float | None]]:
        self.asked.append((profile, len(sources), len(targets)))
        return [[self.ride(source, target) for target in targets] for source in sources]


@contextmanager
def running() -> Iterator[Peer]:
    """The server on a free port of this machine until the block ends."""
    peer = Peer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(osrm(peer, self.path))

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self._answer(valhalla(peer, self.path, body))

        def _answer(self, answer: dict[str, Any]) -> None:
            time.sleep(peer.delay_s)
            data = json.dumps(answer).encode()
            data = peer.spoil(data) if peer.spoil else data
            self.send_response(peer.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            with suppress(OSError):  # whoever asked has gone
                self.wfile.write(data)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    peer.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield peer
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def osrm(peer: Peer, path: str) -> dict[str, Any]:
    """GET /table/v1/{profile}/{lng},{lat};…?sources=…&destinations=…&annotations=duration"""
    found = re.fullmatch(r"/table/v1/(driving|cycling|walking)/([-\d.,;]+)", urlsplit(path).path)
    query = parse_qs(urlsplit(path).query)
    if not found or query.get("annotations") != ["duration"]:
        return {"code": "InvalidUrl"}
    places = [(float(lat), float(lng)) for lng, lat in (each.split(",") for each in found[2].split(";"))]
    if len(places) > 100:
        return {"code": "TooBig"}
    sources, targets = (
        [places[int(at)] for at in query[name][0].split(";")] for name in ("sources", "destinations")
    )
    durations = peer.matrix(found[1], sources, targets)
    return {"code": "Ok", "durations": durations, "sources": [], "destinations": []}


def valhalla(peer: Peer, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """POST /sources_to_targets {"sources": [{"lat", "lon"}], "targets": […], "costing"}"""
    assert path == "/sources_to_targets"
    assert body["costing"] in ("auto", "bicycle", "pedestrian")
    sources, targets = (
        [(place["lat"], place["lon"]) for place in body[name]] for name in ("sources", "targets")
    )
    matrix = peer.matrix(body["costing"], sources, targets)
    cells = [
        [
            {"from_index": i, "to_index": j, "time": seconds, "distance": None if seconds is None else 1.0}
            for j, seconds in enumerate(row)
        ]
        for i, row in enumerate(matrix)
    ]
    return {"sources_to_targets": cells, "units": "kilometers"}
