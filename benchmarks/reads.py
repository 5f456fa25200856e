"""Search and slots against `SELECT 1`, and search in a growing town."""

import io
import json
import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.management import call_command
from django.db import connection

from benchmarks.client import BenchError, Request, Sample, Site, closed_loop
from benchmarks.figures import Figures
from bookings.models import Allocation
from common import clock
from common.clock import rfc3339
from discovery.selectors import search
from geo.rules.positions import Position, moved
from marketplace.demo import town
from providers.models import Offering, Outlet

LIMIT = "SELECT 1"
CLIENTS = 4
ROUNDS = 3
HELSINKI = Position(60.1697, 24.9420)

Requests = Callable[[], Request]


def select_1(site: Site) -> Requests:
    asked = site.get("/bench/select-1")
    return lambda: asked


def searches(site: Site, centre: Position, *, spread_m: float) -> dict[str, Requests]:
    """Four kinds of search, each time at another place within `spread_m` of the centre."""
    chance = random.Random(2)

    def one(kind: dict[str, Any]) -> Requests:
        def ask() -> Request:
            there = moved(
                centre,
                north_m=chance.uniform(-spread_m, spread_m),
                east_m=chance.uniform(-spread_m, spread_m),
            )
            where = {"lat": f"{there.lat:.6f}", "lng": f"{there.lng:.6f}"}
            told = {name: rfc3339(v) if isinstance(v, datetime) else v for name, v in kind.items()}
            return site.get(f"/api/v1/search?{urlencode({**told, **where})}")

        return ask

    return {name: one(kind) for name, kind in search_kinds().items()}


def search_kinds() -> dict[str, dict[str, Any]]:
    """The searches by name. Free means a start between 9 and 21 UTC two days from now."""
    day = (clock.now() + timedelta(days=2)).replace(hour=9, minute=0, second=0, microsecond=0)
    span = {"free_from": day, "free_to": day + timedelta(hours=12)}
    near = {"category": "hair", "radius_m": 5000, "limit": 20}
    return {
        "nearest": {**near, "sort": "distance"},
        "nearest, free that day": {**near, "sort": "distance", **span},
        "soonest": {**near, "sort": "soonest"},
        "words": {"q": "manicure", "radius_m": 5000, "limit": 20, "sort": "distance"},
    }


def slot_lists(site: Site) -> dict[str, Requests]:
    """The slots of the demo city's services, over a day and over two weeks."""
    offerings = list(
        Offering.objects.filter(is_live=True, outlet__city="Helsinki")
        .order_by("pk")
        .values_list("service__public_id", "outlet__public_id")
    )
    if not offerings:
        raise BenchError("the demo city is not there")
    chance = random.Random(3)
    start = (clock.now() + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)

    def over(days: int) -> Requests:
        until = start + timedelta(days=days)

        def ask() -> Request:
            service, outlet = chance.choice(offerings)
            asked = {"outlet": outlet, "from": rfc3339(start), "to": rfc3339(until)}
            return site.get(f"/api/v1/services/{service}/slots?{urlencode(asked)}")

        return ask

    return {"slots of a day": over(1), "slots of two weeks": over(14)}


async def measure(
    site: Site, kinds: dict[str, Requests], *, seconds: float
) -> dict[str, tuple[Sample, Sample]]:
    """Each kind alone and by several clients, in turns with the limit, so that noise meets all alike."""
    kinds = {LIMIT: select_1(site), **kinds}
    samples = {name: (Sample(), Sample()) for name in kinds}
    for turn in range(ROUNDS + 1):
        for name, ask in kinds.items():
            for sample, clients in zip(samples[name], (1, CLIENTS), strict=True):
                # The first turn warms up: code is loaded, connections are opened, pages are read.
                span = seconds / ROUNDS if turn else min(seconds / ROUNDS, 0.5)
                taken, _ = await closed_loop(site, _endless(ask), clients=clients, seconds=span)
                if turn:
                    sample.add(taken)
    return samples


async def demo_city(site: Site, figures: Figures, *, seconds: float) -> None:
    """Search and slots where people have been booking for 60 days."""
    busy = Allocation.objects.filter(live=True, period__endswith__gt=clock.now()).count()
    outlets = Outlet.objects.filter(city="Helsinki").count()
    group = f"Demo city ({outlets} outlets, {busy} periods taken ahead)"
    figures.group(group, limit="a request that does SELECT 1, in turns with it")
    kinds = searches(site, HELSINKI, spread_m=1500)
    kinds = {f"search, {name}": ask for name, ask in kinds.items()} | slot_lists(site)
    samples = await measure(site, kinds, seconds=seconds)
    limit = samples.pop(LIMIT)
    for name, (alone, together) in samples.items():
        figures.add_reads(group, name, alone, together, list(limit))


async def growing_town(site: Site, figures: Figures, sizes: list[int], *, seconds: float) -> None:
    """Search in a synthetic town of each of these sizes, and how its time grows from the first to the last."""
    medians: dict[str, list[float]] = {}
    for size in sizes:
        grow_town(size)
        group = f"Search in a town of {size:,} outlets"
        figures.group(group, limit="a request that does SELECT 1, in turns with it")
        samples = await measure(site, searches(site, town.CENTRE, spread_m=2000), seconds=seconds)
        limit = samples.pop(LIMIT)
        for name, (alone, together) in samples.items():
            figures.add_reads(group, name, alone, together, list(limit))
            medians.setdefault(name, []).append(alone.quantile(0.5) / limit[0].quantile(0.5))
        figures.notes += [plan_of(name, kind, size) for name, kind in search_kinds().items()]
    group = f"Growth from {sizes[0]:,} to {sizes[-1]:,} outlets"
    figures.group(group, limit=f"the same search at {sizes[0]:,} outlets; both in times of SELECT 1")
    for name, times in medians.items():
        figures.add(group, f"search, {name}: alone, p50", times[-1], times[0], "×", "lower")


def grow_town(size: int) -> None:
    """Let the synthetic town have so many outlets; the progress bar is on standard error."""
    call_command("demo_city", town=size, stdout=io.StringIO())


def plan_of(name: str, kind: dict[str, Any], size: int) -> str:
    """How the database finds the matches of this search, in words."""
    recorded: list[tuple[str, Any]] = []

    def record(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        recorded.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(record):
        search(**kind, lat=town.CENTRE.lat, lng=town.CENTRE.lng)
    sql, params = recorded[0]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params)
        [(told,)] = cursor.fetchall()
    plan = (json.loads(told) if isinstance(told, str) else told)[0]
    walked = " and ".join(sorted(set(_walked(plan["Plan"]))))
    how = f"walks {walked} nearest first" if walked else "gathers all matches and sorts them"
    return f"{size:,} outlets, {name}: {len(recorded)} statements; the first {how}, {plan['Execution Time']:.1f} ms"


def _walked(node: dict[str, Any]) -> Iterator[str]:
    """The indexes that give the rows in the asked order, so that reading can stop early."""
    if "Index Name" in node and "Order By" in node:
        yield node["Index Name"]
    for child in node.get("Plans", ()):
        yield from _walked(child)


def _endless(ask: Requests) -> Iterator[Request]:
    while True:
        yield ask()
