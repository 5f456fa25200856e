"""What the benchmarks hold: slots of the synthetic town, one at each outlet, all at the same time and as long.

They are alike so that one recorded hold stands for all of them: half an hour with either of two people.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection

from benchmarks.client import BenchError
from bookings.selectors.open_time import Ask, open_time
from common import clock
from common.spans import Span

MOST = 1200
FEWEST = 250

MADE_BY_A_HOLD = ["bookings_booking", "bookings_bookingitem", "common_event", "common_idempotencyrecord"]
NUMBERED_APART = [
    "providers_provider",
    "providers_outlet",
    "providers_service",
    "providers_offering",
    "providers_staffmember",
    *MADE_BY_A_HOLD,
]

ALIKE = """
SELECT DISTINCT ON (o.id) f.id, o.id, o.public_id, o.provider_id, s.id, s.public_id,
       able.pks[1], able.pks[2], able.names[1]
  FROM providers_offering f
  JOIN providers_outlet o ON o.id = f.outlet_id
  JOIN providers_service s ON s.id = f.service_id
 CROSS JOIN LATERAL (
       SELECT array_agg(m.id ORDER BY m.id) AS pks, array_agg(m.public_id ORDER BY m.id) AS names
         FROM providers_skill k
         JOIN providers_staffassignment a ON a.staff_id = k.staff_id AND a.outlet_id = o.id
         JOIN providers_staffmember m ON m.id = k.staff_id AND m.archived_at IS NULL
        WHERE k.service_id = s.id) able
 WHERE o.city = 'Tampere' AND f.is_live AND f.place = 'outlet' AND s.duration_min = 30
   AND s.buffer_before_min = 0 AND s.buffer_after_min = 0 AND cardinality(able.pks) = 2
   AND NOT EXISTS (SELECT FROM providers_resourceneed n WHERE n.service_id = s.id)
 ORDER BY o.id, f.id
"""


@dataclass(frozen=True, slots=True)
class Target:
    """An offering that is free at the chosen time; primary keys, and public ids where names end in _id."""

    offering: int
    outlet: int
    outlet_id: str
    provider: int
    service: int
    service_id: str
    staff_1: int
    staff_2: int
    staff_id: str


def number_apart() -> None:
    """Let rows to come have primary keys that no other table, price or time has: before the town is loaded.

    In a recorded hold every number then tells what it is.
    """
    with connection.cursor() as cursor:
        for place, table in enumerate(NUMBERED_APART, start=1):
            sequence = f"pg_get_serial_sequence('{table}', 'id')"
            highest = f"(SELECT coalesce(max(id), 0) + 1 FROM {table})"
            cursor.execute(f"SELECT setval({sequence}, greatest({highest}, {place} * 10000000))")


def find_targets(*, days_ahead: int) -> tuple[datetime, list[Target]]:
    """The targets that are free at 11:00 on the first weekday so many days ahead, and that start (aware)."""
    day = clock.now().astimezone(ZoneInfo("Europe/Helsinki")) + timedelta(days=days_ahead)
    while day.weekday() > 4:
        day += timedelta(days=1)
    start = day.replace(hour=11, minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(ALIKE)
        alike = [Target(*row) for row in cursor.fetchall()]
    times = open_time(
        [Ask(target.offering) for target in alike], window=Span(start, start + timedelta(minutes=1))
    )
    free = []
    for target in alike:
        slot = times[target.offering].fits(start)
        if slot and len(slot.staff) == 2:
            free.append(target)
    if len(free) < FEWEST:
        raise BenchError(
            f"only {len(free)} outlets of the town are free then: --sizes must end with 3000 or more"
        )
    return start, free[:MOST]
