"""Slots of a service that fifty people do: of a day against `SELECT 1`, of a month against a day."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count, cycle
from urllib.parse import urlencode

from django.db import connection

from benchmarks.client import BenchError, Request, Sample, Site, closed_loop
from benchmarks.figures import MS, Figures
from benchmarks.reads import select_1
from common import clock
from common.clock import rfc3339
from providers.models import Offering, Skill, StaffAssignment, StaffMember

CLIENTS = 8
PEOPLE = 50
TURNS = 4
MONTH = 31

# Each of these people has six visits of three quarters of an hour on each of these days, whoever starts when.
BUSY = """
INSERT INTO bookings_allocation (kind, staff_id, period, live, overbooked, note)
SELECT 'block', who.id, tstzrange(t.at, t.at + interval '45 minutes'), true, false, ''
  FROM unnest(%s::bigint[]) AS who(id), generate_series(0, %s) AS day, generate_series(0, 5) AS nth,
       LATERAL (SELECT %s::timestamptz + day * interval '1 day' + nth * interval '90 minutes'
                       + ((who.id * 7 + day * 3) %% 6) * interval '15 minutes') AS t(at)
"""


async def slots(site: Site, figures: Figures, *, seconds: float) -> None:
    """Two services alike, at outlets of the town: one whose people have nothing, one whose people are mostly taken."""
    first = (clock.now() + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    idle, taken = two_alike()
    crowd(idle)
    people = crowd(taken)
    with connection.cursor() as cursor:
        # Search's open time, which these triggers keep, is not asked for here.
        cursor.execute("ALTER TABLE bookings_allocation DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM bookings_allocation WHERE staff_id = ANY(%s)", [people])
        cursor.execute(BUSY, [people, MONTH, first + timedelta(hours=6)])
        cursor.execute("ALTER TABLE bookings_allocation ENABLE TRIGGER USER")
        cursor.execute("VACUUM (ANALYZE) bookings_allocation")
    for name, offering in (("nobody is booked", idle), ("six visits a day each", taken)):
        await of_one(site, figures, name, offering, first, seconds=seconds)


async def of_one(
    site: Site, figures: Figures, name: str, offering: Offering, first: datetime, *, seconds: float
) -> None:
    """Lists that are worked out anew each time, and those that are told again because nothing has changed."""
    anew = {days: slot_lists(site, offering, first, days) for days in (1, MONTH)}
    again = {days: cycle([slot_list(site, offering, first, days)]) for days in (1, MONTH)}
    kinds = {
        "limit": (cycle([select_1(site)()]), CLIENTS),
        "day anew": (anew[1], CLIENTS),
        "day again": (again[1], CLIENTS),
        "day anew, alone": (anew[1], 1),
        "month anew, alone": (anew[MONTH], 1),
        "day again, alone": (again[1], 1),
        "month again, alone": (again[MONTH], 1),
    }
    samples = {kind: Sample() for kind in kinds}
    for turn in range(TURNS + 1):
        for kind, (requests, clients) in kinds.items():
            span = seconds / TURNS if turn else 0.5
            found, _ = await closed_loop(site, requests, clients=clients, seconds=span)
            if turn:
                samples[kind].add(found)
    for how in ("anew", "again"):
        group = f"Slots of a day, any of {PEOPLE} people, {name}, {how}"
        figures.group(group, limit="a request that does SELECT 1, in turns with it")
        ours, limit = samples[f"day {how}"], samples["limit"]
        figures.add(group, f"{CLIENTS} clients", ours.rate, limit.rate, "/s", "higher")
        figures.add(
            group, f"{CLIENTS} clients, p50", ours.quantile(0.5) * MS, limit.quantile(0.5) * MS, "ms", "lower"
        )
        group = f"Slots of a month, any of {PEOPLE} people, {name}, {how}"
        figures.group(group, limit="of a day, in turns with it")
        ours, limit = samples[f"month {how}, alone"], samples[f"day {how}, alone"]
        figures.add(group, "alone, p50", ours.quantile(0.5) * MS, limit.quantile(0.5) * MS, "ms", "lower")


def two_alike() -> tuple[Offering, Offering]:
    """Two services of half an hour, at two outlets of the town."""
    alike = Offering.objects.filter(
        is_live=True, place="outlet", outlet__city="Tampere", service__capacity=1, service__duration_min=30
    )
    found = list(alike.select_related("outlet", "service").order_by("outlet", "pk").distinct("outlet")[:2])
    if len(found) < 2:
        raise BenchError("the town has no two outlets that sell half an hour")
    return found[0], found[1]


def crowd(offering: Offering) -> list[int]:
    """Let fifty people do it there; answers all who do (primary keys)."""
    able = Skill.objects.filter(service=offering.service_id).count()
    for number in range(able, PEOPLE):
        person = StaffMember.objects.create(provider_id=offering.outlet.provider_id, name=f"Person {number}")
        StaffAssignment.objects.create(staff=person, outlet_id=offering.outlet_id)
        Skill.objects.create(staff=person, service_id=offering.service_id)
    return list(Skill.objects.filter(service=offering.service_id).values_list("staff_id", flat=True))


def slot_list(site: Site, offering: Offering, first: datetime, days: int) -> Request:
    told = {
        "outlet": offering.outlet.public_id,
        "from": rfc3339(first),
        "to": rfc3339(first + timedelta(days=days)),
    }
    return site.get(f"/api/v1/services/{offering.service.public_id}/slots?{urlencode(told)}")


def slot_lists(site: Site, offering: Offering, first: datetime, days: int) -> Iterator[Request]:
    """The same, but each from another second on: none of them was asked for before."""
    for second in count():
        yield slot_list(site, offering, first - timedelta(seconds=second), days)
