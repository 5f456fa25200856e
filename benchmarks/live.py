"""The delay from a commit to the sockets of 200 connected clients."""

import asyncio
import json
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import psycopg
from django.db import connection, transaction
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from accounts.principals import ANONYMOUS
from benchmarks.client import BenchError, Connection, Sample, Site, closed_loop
from benchmarks.figures import MS, Figures
from benchmarks.holds import give_back, hold_request
from benchmarks.targets import Target, find_targets
from bookings.selectors.access import booking_for
from bookings.services import holds
from common import crypto
from common.listen import database_params

FOLLOWED = 150
PICKERS = 50
BY_SERVICE = 100  # the rest of the followed bookings change by the API
HOLDS = 15
WAIT_S = 10.0
# One, for each thread keeps a connection to the database.
_thread = ThreadPoolExecutor(1)


@dataclass(slots=True)
class Follower:
    """A socket and the moments at which its messages came."""

    wire: ClientConnection
    came: asyncio.Queue[tuple[float, dict[str, Any]]] = field(default_factory=asyncio.Queue)

    async def read(self) -> None:
        async for message in self.wire:
            self.came.put_nowait((time.perf_counter(), json.loads(message)))

    async def next(self, type_: str) -> float:
        """When the next message of this type came. Raises BenchError after WAIT_S seconds."""
        try:
            async with asyncio.timeout(WAIT_S):
                while True:
                    at, message = await self.came.get()
                    if message["type"] == type_:
                        return at
        except TimeoutError:
            raise BenchError(f"no {type_} came within {WAIT_S:.0f} s") from None


async def commit_to_socket(site: Site, figures: Figures) -> None:
    """200 sockets: customers who follow bookings of their own, and slot pickers open at one outlet."""
    start, targets = find_targets(days_ahead=10)
    busy, targets = targets[0], targets[1:]
    requests = (hold_request(site, target, start) for target in targets[:FOLLOWED])
    _, answers = await closed_loop(site, requests, clients=4, seconds=120)
    held = [answer.json() for answer in answers]

    paths = [(f"/ws/bookings/{made['ref']}", f"bearer.{made['token']}") for made in held]
    paths += [(f"/ws/outlets/{busy.outlet_id}/slots", "")] * PICKERS
    followers = [await follow(site, path, protocol) for path, protocol in paths]
    reading = [asyncio.create_task(follower.read()) for follower in followers]
    try:
        await asyncio.sleep(1.5)  # each is sent what had happened before
        customers, pickers = followers[: len(held)], followers[len(held) :]
        raw, ours = await one_by_one(held[:BY_SERVICE], customers[:BY_SERVICE])
        clicked = await by_clicks(site, held[BY_SERVICE:], customers[BY_SERVICE:])
        last = await all_pickers(busy, start, pickers)
    finally:
        for task in reading:
            task.cancel()
        await asyncio.gather(*(follower.wire.close() for follower in followers))
    give_back(start)

    group = f"Commit to socket, {len(followers)} clients connected"
    figures.group(group, limit="from a commit to the end of a bare LISTEN, in turns with it")
    for share in (0.5, 0.99):
        limit = raw.quantile(share) * MS
        for name, sample in (
            ("commit to the customer's socket", ours),
            ("click (the API is asked) to another's socket", clicked),
            (f"commit to the last of {PICKERS} slot pickers", last),
        ):
            figures.add(
                group, f"{name}, p{share * 100:.0f}", sample.quantile(share) * MS, limit, "ms", "lower"
            )


async def follow(site: Site, path: str, protocol: str) -> Follower:
    """An open socket; `protocol` carries the token where one is needed."""
    offered = [Subprotocol(protocol)] if protocol else None
    return Follower(await connect(f"ws://{site.host}:{site.port}{path}", subprotocols=offered, proxy=None))


async def one_by_one(held: list[dict[str, Any]], followers: list[Follower]) -> tuple[Sample, Sample]:
    """Each hold is extended in this process, where the moment of the commit is known; and a bare NOTIFY."""
    raw, ours = Sample(), Sample()
    async with await psycopg.AsyncConnection.connect(**database_params(), autocommit=True) as listening:
        await listening.execute("LISTEN bench")
        for made, follower in zip(held, followers, strict=True):
            notified = listening.notifies(timeout=WAIT_S, stop_after=1)
            arriving = asyncio.ensure_future(anext(notified))
            await asyncio.sleep(_pause())
            committed = await in_database(bare_change, made["ref"])
            await arriving
            raw.seconds.append(time.perf_counter() - committed)
            await notified.aclose()

            await asyncio.sleep(_pause())
            committed = await in_database(extend, made)
            ours.seconds.append(await follower.next("booking.extended") - committed)
    return raw, ours


async def by_clicks(site: Site, held: list[dict[str, Any]], followers: list[Follower]) -> Sample:
    """Each hold is extended by the API: from the request to the message."""
    sample, browser = Sample(), Connection(site)
    for made, follower in zip(held, followers, strict=True):
        await asyncio.sleep(_pause())
        headers = {"Idempotency-Key": made["ref"], "Authorization": f"Bearer {made['token']}"}
        asked = time.perf_counter()
        await browser.ask(site.post(f"/api/v1/bookings/{made['ref']}/extend", {}, headers, expected=(200,)))
        sample.seconds.append(await follower.next("booking.extended") - asked)
    browser.close()
    return sample


async def all_pickers(target: Target, start: Any, followers: list[Follower]) -> Sample:
    """The outlet's time is taken and given back; all who look at its slots are told."""
    sample = Sample()
    for _ in range(HOLDS):
        await asyncio.sleep(_pause())
        committed = await in_database(hold, target, start)
        sample.seconds.append(max([await f.next("slots_changed") for f in followers]) - committed)
        give_back(start)
    return sample


async def in_database(change: Callable[..., float], *args: Any) -> float:
    return await asyncio.get_running_loop().run_in_executor(_thread, change, *args)


def committing(change: Callable[[], object]) -> float:
    """Do it in a transaction; the moment after its commit and before any nudge, by time.perf_counter()."""
    moments: list[float] = []
    with transaction.atomic():
        transaction.on_commit(lambda: moments.append(time.perf_counter()))
        change()
    return moments[0]


def extend(made: dict[str, Any]) -> float:
    principal = replace(ANONYMOUS, capabilities=frozenset({crypto.token_hash(made["token"])}))
    access = booking_for(principal, made["ref"])
    return committing(lambda: holds.extend(access=access))


def hold(target: Target, start: Any) -> float:
    item = holds.ItemRequest(target.service_id)
    return committing(
        lambda: holds.hold(principal=ANONYMOUS, outlet=target.outlet_id, items=[item], start=start)
    )


def bare_change(text: str) -> float:
    """One inserted row, its commit, one NOTIFY."""

    def change() -> None:
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE IF NOT EXISTS bench_change (what text)")
            cursor.execute("INSERT INTO bench_change VALUES (%s)", [text])
        transaction.on_commit(notify)

    def notify() -> None:
        with connection.cursor() as cursor:
            cursor.execute("NOTIFY bench")

    return committing(change)


def _pause() -> float:
    """Seconds between two changes: unlike enough that they keep no step with anything."""
    return random.uniform(0.02, 0.08)
