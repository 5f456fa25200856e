"""A synthetic town for benchmarks: outlets spread around Tampere, apart from the demo city.

Its seed names are its own, so both may exist in one database. There are no visits: all its time is free.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time

from django.db import connection, transaction

from common.locks import lock_named
from geo.rules.positions import Position, moved
from marketplace.demo import helsinki
from marketplace.demo.businesses import business
from marketplace.demo.catalogue import TRADES
from marketplace.demo.load_businesses import load_businesses
from marketplace.demo.load_people import load_categories
from marketplace.demo.plan import BusinessPlan, Place
from marketplace.demo.progress import Progress
from marketplace.demo.seeds import chance, public_id
from providers.models import Outlet

CENTRE = Position(61.4978, 23.7610)
# Half of 10,000 outlets lie within some 5 km of the centre; a larger town is wider, not denser.
SPREAD_M = 4_500
MOST = 100_000
_BATCH = 500
_STREETS = ("Koivukuja", "Harjukatu", "Lehmustie", "Vaahterapolku", "Kuusitie", "Rantakatu", "Pellavatie")


def load(seed: int = 1, *, outlets: int, progress: Progress) -> int:
    """Make the town have `outlets` outlets (numbers 0 to N-1), each with staff, services and hours.

    Answers how many were added: none when they are there already. One transaction for every 500.
    """
    at = datetime.combine(helsinki.today(), time(0), tzinfo=helsinki.ZONE).astimezone(UTC)
    added = 0
    for first in range(0, outlets, _BATCH):
        numbers = range(first, min(first + _BATCH, outlets))
        progress.step(f"outlets {first + 1} to {numbers[-1] + 1}")
        with transaction.atomic():
            lock_named("demo-city", "town")
            if first == 0:
                load_categories()
            plans = _missing(seed, numbers, outlets)
            load_businesses(_name(seed), plans, at=at)
        added += len(plans)
    if added:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    progress.end(f"{added} outlets")
    return added


def steps(outlets: int) -> int:
    """How many steps a progress bar of `load` has."""
    return -(-outlets // _BATCH)


def plan(seed: int, number: int, *, outlets: int = 10_000) -> BusinessPlan:
    """The town's business called `number`, in a town of `outlets`; the same for the same three."""
    name = _name(seed)
    r = chance(name, "place", number)
    away = SPREAD_M * math.sqrt(max(outlets, 500) / 10_000) * abs(r.gauss(0, 1.4))
    angle = r.uniform(0, 2 * math.pi)
    there = moved(CENTRE, north_m=away * math.cos(angle), east_m=away * math.sin(angle))
    place = Place(
        lat=round(there.lat, 6),
        lng=round(there.lng, 6),
        street_line=f"{r.choice(_STREETS)} {r.randint(1, 80)}",
        postcode=f"33{r.randint(10, 99)}0",
        city="Tampere",
    )
    made = business(name, number, trade=r.choice(sorted(TRADES)), place=place, taken=set())
    return replace(made, name=f"{made.name} {number}", email=f"town{number}@demo.example")


def _missing(seed: int, numbers: Sequence[int], outlets: int) -> list[BusinessPlan]:
    ids = {public_id("out", _name(seed), number): number for number in numbers}
    known = set(Outlet.objects.filter(public_id__in=ids).values_list("public_id", flat=True))
    return [plan(seed, number, outlets=outlets) for id_, number in ids.items() if id_ not in known]


def _name(seed: int) -> str:
    return f"town {seed}"
