"""Search and slots at the size of a city: what open time, people, days and the past cost."""

import io
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import psycopg
from django.core.management import call_command
from django.db import connection

from benchmarks.client import BenchError, Request, Sample, Site, closed_loop
from benchmarks.figures import MS, Figures
from benchmarks.reads import select_1
from common import clock
from common.clock import rfc3339
from discovery.selectors import search
from geo.rules.positions import Position, moved
from marketplace.demo import town
from providers.models import Offering, Outlet, Skill, StaffAssignment, StaffMember

PLACES = 150
CLIENTS = 8
PEOPLE = 50
SPREAD_M = 3000
# A statement and its parameters, as search sends it.
Statement = tuple[str, Any]

ALL_BOOKED = """
UPDATE bookings_outletday SET starts = B'0'::bit(96), is_open = false WHERE day BETWEEN %s AND %s AND is_open
"""
# What was booked in past years, an hour each, of whoever there is.
PAST = """
INSERT INTO bookings_allocation (kind, staff_id, period, live, overbooked, note)
SELECT 'block', m.id, tstzrange(at, at + interval '45 minutes'), true, false, ''
  FROM (SELECT id FROM providers_staffmember ORDER BY id = %s DESC, id DESC LIMIT 200) m,
       generate_series(1, %s / 200) AS n,
       LATERAL (SELECT date_trunc('hour', now()) - interval '2 days' - n * interval '1 hour') AS t(at)
"""


async def city(site: Site, figures: Figures, *, outlets: int, days: int, past: int, seconds: float) -> None:
    """All of it, in a metropolis that is added to what is there. `past` is how many bookings of past years."""
    started = time.monotonic()
    call_command("demo_city", outlets=outlets, days=days, booked=70, stdout=io.StringIO())
    size = f"{outlets:,} outlets × {days} days"
    figures.notes.append(f"metropolis: {size}, loaded in {time.monotonic() - started:.0f} s")
    plain, free = statements({}), statements(span())
    in_sql(figures, size, plain, free)
    await over_http(site, figures, free, seconds=seconds)
    await lists(site, figures, past=past, seconds=seconds)


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


def statements(more: dict[str, datetime]) -> list[Statement]:
    """The first statement of a search at each place: which outlets, in order."""
    found: list[Statement] = []
    for where in places():
        recorded: list[Statement] = []

        def record(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            recorded.append((sql, params))  # noqa: B023 - used within this turn of the loop only
            return execute(sql, params, many, context)

        with connection.execute_wrapper(record):
            search(**asked(more, where))
        found.append(recorded[0])
    return found


def timed(of: list[Statement], rounds: int = 4) -> Sample:
    """Seconds of each, in turns after one to warm up."""
    sample = Sample()
    for turn in range(rounds):
        for sql, params in of:
            started = time.perf_counter()
            with connection.cursor() as cursor:
                cursor.execute(sql, params)
                cursor.fetchall()
            if turn:
                sample.seconds.append(time.perf_counter() - started)
    return sample


def in_sql(figures: Figures, size: str, plain: list[Statement], free: list[Statement]) -> None:
    group = f"Search's first statement, {size}"
    figures.group(group, limit="the nearest 20 of the category without asking when they are free")
    nearest, some = timed(plain), timed(free)
    for share in (0.5, 0.99):
        name = f"free in two hours, 70% booked: p{share * 100:.0f}"
        figures.add(group, name, some.quantile(share) * MS, nearest.quantile(share) * MS, "ms", "lower")
    days = [each.date() for each in span().values()]
    with connection.cursor() as cursor:
        # By hand: to book all of it would take longer than everything else.
        cursor.execute(ALL_BOOKED, days)
        cursor.execute("VACUUM (ANALYZE) bookings_outletday")
    none = timed(free)
    for share in (0.5, 0.99):
        name = f"free in two hours, all booked: p{share * 100:.0f}"
        figures.add(group, name, none.quantile(share) * MS, some.quantile(share) * MS, "ms", "lower")


async def over_http(site: Site, figures: Figures, free: list[Statement], *, seconds: float) -> None:
    group = f"Search over HTTP, {CLIENTS} clients"
    figures.group(group, limit=f"its first statement alone, {CLIENTS} connections")
    requests = []
    for where in places():
        told = {k: rfc3339(v) if isinstance(v, datetime) else v for k, v in asked(span(), where).items()}
        requests.append(site.get(f"/api/v1/search?{urlencode(told)}"))
    await closed_loop(site, endless(requests), clients=CLIENTS, seconds=0.5)
    ours, _ = await closed_loop(site, endless(requests), clients=CLIENTS, seconds=seconds)
    limit = in_threads(free, seconds)
    name = "free in two hours, all booked"
    figures.add(group, name, ours.rate, limit.rate, "/s", "higher")
    figures.add(group, f"{name}: p50", ours.quantile(0.5) * MS, limit.quantile(0.5) * MS, "ms", "lower")


def in_threads(of: list[Statement], seconds: float) -> Sample:
    """The statements by several connections at once, each as soon as its last was answered."""
    told = connection.get_connection_params()
    known = {name: told[name] for name in ("dbname", "host", "user") if name in told}
    until = time.perf_counter() + seconds

    def run(number: int) -> list[float]:
        mine = []
        with psycopg.connect(**known, cursor_factory=psycopg.ClientCursor) as wire:
            chance = random.Random(number)
            while time.perf_counter() < until:
                sql, params = chance.choice(of)
                started = time.perf_counter()
                wire.execute(sql, params).fetchall()
                mine.append(time.perf_counter() - started)
        return mine

    with ThreadPoolExecutor(CLIENTS) as pool:
        done = list(pool.map(run, range(CLIENTS)))
    return Sample([each for mine in done for each in mine], seconds)


async def lists(site: Site, figures: Figures, *, past: int, seconds: float) -> None:
    offering = Offering.objects.filter(is_live=True, place="outlet", outlet__city="Metropolis").order_by(
        "-pk"
    )[0]
    first = StaffMember.objects.filter(assignments__outlet=offering.outlet_id).order_by("pk")[0]
    crowd(offering)
    day, month = slots(site, offering, 1), slots(site, offering, 31)
    nothing = select_1(site)()

    async def ask(request: Request, clients: int) -> Sample:
        await closed_loop(site, endless([request]), clients=clients, seconds=0.3)
        return (await closed_loop(site, endless([request]), clients=clients, seconds=seconds))[0]

    group = f"Slots of one service, any of {PEOPLE} people"
    figures.group(group, limit="a request that does SELECT 1")
    ours, limit = await ask(day, CLIENTS), await ask(nothing, CLIENTS)
    figures.add(group, f"one day, {CLIENTS} clients", ours.rate, limit.rate, "/s", "higher")

    group = "Slots of a month"
    figures.group(group, limit="of a day")
    before = await ask(day, 1)
    longer = await ask(month, 1)
    figures.add(group, "p50", longer.quantile(0.5) * MS, before.quantile(0.5) * MS, "ms", "lower")

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE bookings_allocation DISABLE TRIGGER USER")
        cursor.execute(PAST, [first.pk, past])
        cursor.execute("ALTER TABLE bookings_allocation ENABLE TRIGGER USER")
        cursor.execute("VACUUM (ANALYZE) bookings_allocation")
    group = f"Slots of a day beside {past:,} past bookings"
    figures.group(group, limit="beside none")
    after = await ask(day, 1)
    figures.add(group, "p50", after.quantile(0.5) * MS, before.quantile(0.5) * MS, "ms", "lower")


def crowd(offering: Offering) -> None:
    """Let fifty people do it there."""
    outlet = Outlet.objects.get(pk=offering.outlet_id)
    able = Skill.objects.filter(service=offering.service_id).count()
    for number in range(able, PEOPLE):
        person = StaffMember.objects.create(provider_id=outlet.provider_id, name=f"Person {number}")
        StaffAssignment.objects.create(staff=person, outlet=outlet)
        Skill.objects.create(staff=person, service_id=offering.service_id)


def slots(site: Site, offering: Offering, days: int) -> Request:
    start = (clock.now() + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    told = {
        "outlet": offering.outlet.public_id,
        "from": rfc3339(start),
        "to": rfc3339(start + timedelta(days=days)),
    }
    return site.get(f"/api/v1/services/{offering.service.public_id}/slots?{urlencode(told)}")


def endless(requests: list[Request]) -> Iterator[Request]:
    if not requests:
        raise BenchError("there is nothing to ask")
    while True:
        yield from requests
