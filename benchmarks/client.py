"""A lean HTTP/1.1 client for closed loops: it shares the machine with the server, so it must cost little.

A request takes it some 50 µs; a general client takes longer than the server. Kept connections, no redirects, no
compression. Every answer's status is checked: a fast refusal is not a figure.
"""

import asyncio
import json
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit


class BenchError(Exception):
    """The benchmark could not measure what it names."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request as bytes, and the statuses that count as an answer."""

    wire: bytes
    expected: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    seconds: float
    at: float
    """When it had arrived whole, by time.perf_counter()."""

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True)
class Sample:
    """What some clients measured: seconds per answer, and how long it took them all."""

    seconds: list[float] = field(default_factory=list)
    elapsed: float = 0.0

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.seconds) / self.elapsed

    def quantile(self, share: float) -> float:
        """The time (seconds) within which this share of the answers came."""
        ordered = sorted(self.seconds)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)]

    def add(self, other: "Sample") -> None:
        self.seconds += other.seconds
        self.elapsed += other.elapsed


class Site:
    """Makes requests to the site at `address` (http://host:port)."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        if not parts.hostname or not parts.port:
            raise BenchError(f"BASE_URL={address}: http://host:port is needed")
        self.host, self.port = parts.hostname, parts.port

    def get(self, path: str, *, expected: tuple[int, ...] = (200,)) -> Request:
        return Request(self._head("GET", path, {}) + b"\r\n", expected)

    def post(
        self, path: str, body: object, headers: Mapping[str, str], *, expected: tuple[int, ...]
    ) -> Request:
        data = json.dumps(body).encode()
        told = {"Content-Type": "application/json", "Content-Length": str(len(data)), **headers}
        return Request(self._head("POST", path, told) + b"\r\n" + data, expected)

    def _head(self, method: str, path: str, headers: Mapping[str, str]) -> bytes:
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}:{self.port}", "Accept: application/json"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return ("\r\n".join(lines) + "\r\n").encode()


class Connection:
    """One kept connection; opened when it is needed, and again when the server has closed it."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def open(self) -> None:
        self._streams = await asyncio.open_connection(self._site.host, self._site.port)

    async def ask(self, request: Request) -> Answer:
        """Send and wait. Raises BenchError for a status that was not expected."""
        if self._streams is None:
            await self.open()
        assert self._streams is not None
        reader, writer = self._streams
        started = time.perf_counter()
        writer.write(request.wire)
        head = await reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        lines = head.lower().split(b"\r\n")
        length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), None)
        if length is None:
            raise BenchError(f"an answer without a length: {head.decode(errors='replace')}")
        body = await reader.readexactly(length)
        ended = time.perf_counter()
        if b"connection: close" in lines:
            self.close()
        if status not in request.expected:
            first_line = request.wire.split(b"\r\n", 1)[0].decode()
            raise BenchError(f"{first_line}: {status} {body[:500].decode(errors='replace')}")
        return Answer(status, body, ended - started, ended)

    def close(self) -> None:
        if self._streams:
            self._streams[1].close()
            self._streams = None


async def closed_loop(
    site: Site, requests: Iterator[Request], *, clients: int, seconds: float
) -> tuple[Sample, list[Answer]]:
    """Each client asks as soon as it is answered, for some seconds or until there are no more requests."""
    answers: list[Answer] = []

    async def client(connection: Connection) -> None:
        while time.perf_counter() < deadline and (request := next(requests, None)) is not None:
            answers.append(await connection.ask(request))
        connection.close()

    connections = await _opened(site, clients)
    started = time.perf_counter()
    deadline = started + seconds
    await asyncio.gather(*map(client, connections))
    if not answers:
        raise BenchError("there was nothing to ask")
    ended = max(answer.at for answer in answers)
    return Sample([answer.seconds for answer in answers], ended - started), answers


async def all_at_once(site: Site, requests: Iterable[Request]) -> list[Answer]:
    """Send every request at the same moment, each on an open connection of its own."""
    asked = list(requests)
    connections = await _opened(site, len(asked))
    answers = await asyncio.gather(*(c.ask(r) for c, r in zip(connections, asked, strict=True)))
    for connection in connections:
        connection.close()
    return answers


async def _opened(site: Site, number: int) -> list[Connection]:
    connections = [Connection(site) for _ in range(number)]
    await asyncio.gather(*(connection.open() for connection in connections))
    return connections
