"""Search and slots at the size of a city: what open time, people, days and the past cost."""

import io
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import cycle
from typing import Any
from urllib.parse import urlencode

from django.core.management import call_command
from django.db import connection

from benchmarks.client import Request, Sample, Site, closed_loop
from benchmarks.figures import MS, Figures
from benchmarks.past import add_past
from benchmarks.reads import select_1
from benchmarks.searching import Statement, in_pgbench, statements_of, timed, wire
from benchmarks.slots import crowd, slot_lists
from common import clock
from common.clock import rfc3339
from geo.rules.positions import Position, moved
from marketplace.demo import town
from providers.models import Offering, StaffMember

PLACES = 150
CLIENTS = 8
SPREAD_M = 3000
BOOKED = 70
LARGER = "hereabouts_larger"
# Figures beside few and beside many past bookings are taken in so many turns each.
TURNS = 12
FEW = 10_000

# What is still free of a day is taken, as bookings would take it: the triggers write what is kept.
BOOK_OUT = """
INSERT INTO bookings_allocation (kind, staff_id, period, live, overbooked, note)
SELECT 'block', g.staff_id, tstzrange(g.ends, g.begins), true, false, ''
  FROM (SELECT a.staff_id, upper(a.period) AS ends,
               lead(lower(a.period)) OVER (PARTITION BY a.staff_id ORDER BY a.period) AS begins
          FROM bookings_allocation a WHERE a.live AND a.staff_id = ANY(%s)) g
 WHERE g.ends < g.begins
   AND tstzrange(g.ends, g.begins) && tstzrange(%s::date::timestamptz, %s::date::timestamptz + interval '1 day')
"""
AT_ONCE = 500


async def city(
    site: Site,
    figures: Figures,
    *,
    outlets: int,
    days: int,
    larger: tuple[int, int] | None,
    past: int,
    seconds: float,
) -> None:
    """All of it, while the worker rests, in a metropolis that is added to what is there; `larger` is the size of
    another, in a database of its own. `past` is how many bookings of past years."""
    started = time.monotonic()
    call_command("demo_city", outlets=outlets, days=days, booked=BOOKED, stdout=io.StringIO())
    size = f"{outlets:,} outlets × {days} days"
    figures.notes.append(f"metropolis: {size}, loaded in {time.monotonic() - started:.0f} s")
    settle("hereabouts")
    plain = [statements_of(asked({}, where))[0] for where in places()]
    pages = [statements_of(asked(span(), where)) for where in places()]
    free = [page[0] for page in pages]
    if larger:
        in_larger(figures, size, free, *larger)
    some = while_some_is_free(figures, size, plain, free)
    await over_http(site, figures, pages, seconds=seconds)
    when_all_is_booked(figures, size, free, some)
    await beside_the_past(site, figures, past=past, seconds=seconds)


def span() -> dict[str, datetime]:
    """A start between 11 and 13 UTC, two days from now."""
    day = (clock.now() + timedelta(days=2)).replace(hour=11, minute=0, second=0, microsecond=0)
    return {"free_from": day, "free_to": day + timedelta(hours=2)}


def asked(more: dict[str, datetime], where: Position) -> dict[str, Any]:
    near = {"category": "hair", "radius_m": 5000, "limit": 20, "sort": "distance"}
    return {**near, **more, "lat": where.lat, "lng": where.lng}


def places() -> list[Position]:
    chance = random.Random(7)
    return [
        moved(
            town.CENTRE,
            north_m=chance.uniform(-SPREAD_M, SPREAD_M),
            east_m=chance.uniform(-SPREAD_M, SPREAD_M),
        )
        for _ in range(PLACES)
    ]


def settle(database: str) -> None:
    """What autovacuum would do in time."""
    with wire(database) as opened:
        for table in ("bookings_outletday", "bookings_openkept", "providers_offering", "providers_outlet"):
            opened.execute(f"VACUUM (ANALYZE) {table}")


def while_some_is_free(figures: Figures, size: str, plain: list[Statement], free: list[Statement]) -> Sample:
    group = f"Search's first statement, {size}"
    figures.group(
        group, limit="the nearest 20 of the category without asking when they are free, in turns with it"
    )
    with wire() as opened:
        nearest, some = timed(opened, plain, free)
    for share in (0.5, 0.99):
        name = f"free in two hours, {BOOKED}% booked: p{share * 100:.0f}"
        figures.add(group, name, some.quantile(share) * MS, nearest.quantile(share) * MS, "ms", "lower")
    return some


def when_all_is_booked(figures: Figures, size: str, free: list[Statement], some: Sample) -> None:
    group = f"The same, all booked, {size}"
    figures.group(group, limit=f"at {BOOKED}% booked")
    book_out(span()["free_from"].date())
    settle("hereabouts")
    with wire() as opened:
        [none] = timed(opened, free)
    for share in (0.5, 0.99):
        name = f"free in two hours, all booked: p{share * 100:.0f}"
        figures.add(group, name, none.quantile(share) * MS, some.quantile(share) * MS, "ms", "lower")


def book_out(day: date) -> None:
    """Take what is free of a day of everybody in the metropolis."""
    people = list(
        StaffMember.objects.filter(provider__name="Metropolis").order_by("pk").values_list("pk", flat=True)
    )
    with connection.cursor() as cursor:
        for at in range(0, len(people), AT_ONCE):
            cursor.execute(BOOK_OUT, [people[at : at + AT_ONCE], day, day])


def in_larger(figures: Figures, size: str, free: list[Statement], outlets: int, days: int) -> None:
    """The same statements in a larger metropolis, in turns with the first one."""
    settings = {
        **os.environ,
        "DATABASE_URL": os.environ["DATABASE_URL"].replace("/hereabouts?", f"/{LARGER}?"),
    }
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {LARGER}")
        cursor.execute(f"CREATE DATABASE {LARGER}")
    manage = [sys.executable, "manage.py"]
    subprocess.run([*manage, "migrate", "-v0"], env=settings, check=True)
    started = time.monotonic()
    load = ["demo_city", "--outlets", str(outlets), "--days", str(days), "--booked", str(BOOKED)]
    subprocess.run([*manage, *load], env=settings, check=True, stdout=subprocess.DEVNULL)
    named = f"{outlets:,} outlets × {days} days"
    figures.notes.append(f"metropolis: {named}, loaded in {time.monotonic() - started:.0f} s")
    settle(LARGER)
    group = f"Search's first statement, {named}"
    figures.group(group, limit=f"the same at {size}, in turns with it")
    with wire() as first, wire(LARGER) as second:
        ours, limit = Sample(), Sample()
        for _ in range(4):
            limit.add(timed(first, free, rounds=2)[0])
            ours.add(timed(second, free, rounds=2)[0])
    for share in (0.5, 0.99):
        name = f"free in two hours, {BOOKED}% booked: p{share * 100:.0f}"
        figures.add(group, name, ours.quantile(share) * MS, limit.quantile(share) * MS, "ms", "lower")
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {LARGER}")


async def over_http(site: Site, figures: Figures, pages: list[list[Statement]], *, seconds: float) -> None:
    group = f"Search over HTTP, {CLIENTS} clients"
    figures.group(
        group,
        limit=f"all {len(pages[-1])} statements of a page in pgbench, prepared, {CLIENTS} clients, in turns",
    )
    requests = []
    for where in places():
        told = {k: rfc3339(v) if isinstance(v, datetime) else v for k, v in asked(span(), where).items()}
        requests.append(site.get(f"/api/v1/search?{urlencode(told)}"))
    ours, limit = Sample(), Sample()
    for turn in range(4):
        taken, _ = await closed_loop(site, cycle(requests), clients=CLIENTS, seconds=seconds)
        alone = await in_pgbench(pages, clients=CLIENTS, seconds=seconds)
        if turn:
            ours.add(taken)
            limit.add(alone)
    name = f"free in two hours, {BOOKED}% booked"
    figures.add(group, name, ours.rate, limit.rate, "/s", "higher")
    figures.add(group, f"{name}: p50", ours.quantile(0.5) * MS, limit.quantile(0.5) * MS, "ms", "lower")


async def beside_the_past(site: Site, figures: Figures, *, past: int, seconds: float) -> None:
    """A day's slots beside few and beside many past bookings of the same people, worked out anew each time."""
    offering = Offering.objects.filter(is_live=True, place="outlet", outlet__city="Metropolis").order_by(
        "-pk"
    )[0]
    people = crowd(offering)
    first = (clock.now() + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    day, nothing = slot_lists(site, offering, first, 1), cycle([select_1(site)()])

    async def ask(requests: Iterator[Request], seconds: float) -> Sample:
        return (await closed_loop(site, requests, clients=1, seconds=seconds))[0]

    async def against_nothing() -> float:
        """A day's slots in times of SELECT 1, in turns: what else the machine does meets both."""
        ours, limit = Sample(), Sample()
        for turn in range(TURNS + 1):
            taken, alone = await ask(day, seconds / 4), await ask(nothing, seconds / 4)
            if turn:
                ours.add(taken)
                limit.add(alone)
        return ours.quantile(0.5) / limit.quantile(0.5)

    add_past(offering, people, since=0, until=FEW)
    few = await against_nothing()
    started = time.monotonic()
    add_past(offering, people, since=FEW, until=max(past, FEW + 1))
    figures.notes.append(
        f"{past:,} past bookings of {len(people)} people, loaded in {time.monotonic() - started:.0f} s"
    )
    many = await against_nothing()
    group = f"Slots of a day beside {past:,} past bookings"
    figures.group(group, limit=f"beside {FEW:,}; both in times of SELECT 1")
    figures.add(group, "p50", many, few, "×", "lower")
