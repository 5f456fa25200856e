"""A metropolis for benchmarks: a few shops are made with care, and copied in SQL to any number of places.

Every copy has its person, service, hours, what is taken, and open time kept ready, as its model has them; the
shops stand around Tampere as those of the town do. It belongs in a database of its own. Addresses and names are those
of the models, public ids are new. Small things are copied first, then what has a row for every day, in two lanes
(marketplace/demo/bulk.py). When it is interrupted between, outlets lack days: start with a new database.
"""

# ruff: noqa: S608 - statements are put together from the names of models; every value is a parameter

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, time, timedelta

from django.contrib.gis.geos import Point
from django.db import connection, models, transaction
from psycopg.types.range import TimestamptzRange

from bookings.models import Allocation, OutletDay, StaffDay
from bookings.services import keeping
from common import clock
from marketplace.demo import bulk
from marketplace.demo.load_people import load_categories
from marketplace.demo.progress import Progress
from marketplace.demo.town import CENTRE, SPREAD_M
from providers.enums import ProviderStatus
from providers.models import (
    Category,
    HoursRule,
    Offering,
    Outlet,
    Provider,
    Service,
    Skill,
    StaffAssignment,
    StaffMember,
)

MOST = 2_000_000
MODELS = 240
# From a row to its next copy, in primary keys: more than any of the models has.
STEP = 100_000
OPENS, CLOSES = time(7), time(15)
# Rows of each kind, in the order in which they need each other.
SHOPS: tuple[type[models.Model], ...] = (
    Outlet,
    StaffMember,
    Service,
    StaffAssignment,
    Skill,
    Offering,
    HoursRule,
)
# A row or more for every day: so many that two lanes share them.
LANES: tuple[tuple[type[models.Model], ...], ...] = ((Allocation,), (OutletDay, StaffDay))
TABLES = (*SHOPS, *(table for lane in LANES for table in lane))
KINDS: Mapping[str, type[models.Model]] = {
    "outlet_id": Outlet,
    "staff_id": StaffMember,
    "service_id": Service,
}


def load(seed: int = 1, *, outlets: int, days: int, booked: int, progress: Progress) -> int:
    """Add `outlets` shops whose open time is kept for `days`, `booked` percent of it taken; answers how many.

    Raises ValueError when they are there already, much else is, or the database's user may not leave triggers out.
    """
    copies = -(-outlets // MODELS) - 1
    with transaction.atomic():
        if Provider.objects.filter(name="Metropolis").exists():
            raise ValueError("the metropolis is there already")
        highest = Allocation.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        if highest > STEP // 2:
            raise ValueError("a database of its own is needed")
        if not bulk.may_fill():
            raise ValueError("the database's user must be a superuser of it")
        progress.step("models")
        load_categories()
        originals = _originals(random.Random(seed), days=days, booked=booked)  # noqa: S311 - shops, not secrets
        with bulk.filling(*names(SHOPS)):
            for table in SHOPS:
                progress.step(str(table._meta.verbose_name_plural))
                _copy(table, originals, copies=copies)
        progress.step("indexes")

    def lane(tables: Sequence[type[models.Model]]) -> Callable[[], None]:
        def fill() -> None:
            for table in tables:
                with bulk.filling(*names([table])):
                    _copy(table, originals, copies=copies)

        return fill

    progress.step("days, and what is taken of them")
    bulk.side_by_side([lane(tables) for tables in LANES])
    with connection.cursor() as cursor:
        # From now on the days count.
        cursor.execute(
            "INSERT INTO bookings_openkept (outlet_id, until, point) SELECT o.id, k.until, o.point"
            " FROM bookings_openkept k, providers_outlet o WHERE k.outlet_id = %s"
            " AND o.provider_id = (SELECT provider_id FROM providers_outlet WHERE id = k.outlet_id)"
            " ON CONFLICT DO NOTHING",
            [originals[Outlet][0]],
        )
        progress.step("statistics")
        cursor.execute("ANALYZE")
    made = MODELS * (copies + 1)
    progress.end(f"{made} outlets")
    return made


def names(tables: Iterable[type[models.Model]]) -> list[str]:
    return [table._meta.db_table for table in tables]


def steps() -> int:
    """How many steps a progress bar of `load` has."""
    return len(SHOPS) + 4


def _originals(chance: random.Random, *, days: int, booked: int) -> dict[type[models.Model], list[int]]:
    """The models, with everything about them; answers the primary keys of their rows, in order."""
    now = clock.now()
    provider = Provider.objects.create(
        name="Metropolis", status=ProviderStatus.APPROVED, approved_at=now, email="metropolis@demo.example"
    )
    leaves = list(Category.objects.filter(children__isnull=True, archived_at__isnull=True))
    pks: dict[type[models.Model], list[int]] = {table: [] for table in TABLES}
    for number in range(MODELS):
        outlet = Outlet.objects.create(
            provider=provider,
            name=f"Metropolis {number}",
            street_line=f"Koivukuja {number + 1}",
            city="Metropolis",
            country="FI",
            point=Point(CENTRE.lng, CENTRE.lat, srid=4326),
            timezone="Etc/UTC",
            currency="EUR",
            window_days=366,
        )
        HoursRule.objects.bulk_create(
            HoursRule(outlet=outlet, weekday=day, opens=OPENS, closes=CLOSES) for day in range(7)
        )
        person = StaffMember.objects.create(provider=provider, name=f"Person {number}")
        StaffAssignment.objects.create(outlet=outlet, staff=person)
        service = Service.objects.create(
            provider=provider,
            category=leaves[number % len(leaves)],
            name=f"Service {number}",
            duration_min=60,
            price_amount=chance.randrange(2000, 9000),
            currency="EUR",
            tax_percent=14,
        )
        Skill.objects.create(staff=person, service=service)
        Offering.objects.create(
            outlet=outlet,
            service=service,
            price_amount=service.price_amount,
            category=service.category,
            place=service.place,
            point=outlet.point,
            is_live=True,
        )
        _take(chance, person, days=days, booked=booked)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    ours = Outlet.objects.filter(provider=provider)
    while keeping.keep_due(days=days, of_provider=provider.pk):
        pass
    staff = StaffMember.objects.filter(provider=provider)
    for table in TABLES:
        rows = table._default_manager.all()
        if table in (Outlet, StaffMember, Service):
            rows = rows.filter(provider=provider)
        elif table in (Skill, Allocation):
            rows = rows.filter(staff__in=staff)
        else:
            rows = rows.filter(outlet__in=ours)
        pks[table] = list(rows.order_by("pk").values_list("pk", flat=True))
    return pks


def _take(chance: random.Random, person: StaffMember, *, days: int, booked: int) -> None:
    """Take so many percent of the days (none, or 50 to 100) and leave one piece free each day, which may begin before
    opening or end after closing, so that each quarter of an hour is as likely to be taken. A period lasts from the end
    of what is free one day to the beginning of what is free the next."""
    midnight = clock.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    quarters = (CLOSES.hour - OPENS.hour) * 4
    if booked == 0:
        return
    free = round((100 - booked) * (quarters - 1) / booked)
    since, rows = midnight, []
    for day in range(days):
        first = chance.randint(1 - free, quarters - 1) if free else 0
        begins = midnight + timedelta(days=day, hours=OPENS.hour, minutes=15 * first)
        rows.append(Allocation(kind="block", staff=person, period=TimestamptzRange(since, begins)))
        since = begins + timedelta(minutes=15 * free)
    rows.append(
        Allocation(
            kind="block", staff=person, period=TimestamptzRange(since, midnight + timedelta(days=days))
        )
    )
    Allocation.objects.bulk_create(rows)


def _copy(
    table: type[models.Model], originals: Mapping[type[models.Model], list[int]], *, copies: int
) -> None:
    """Add so many copies of each original: in copy `n` their keys are n * STEP more."""
    pks = originals[table]
    fields = [field for field in table._meta.local_concrete_fields if not field.generated]
    columns = {field.column: f't."{field.column}"' for field in fields}
    columns["id"] = f"t.id + copy.n * {STEP}"
    for name, kind in KINDS.items():
        if name in columns and kind is not table:
            columns[name] = f"t.{name} + copy.n * {STEP}"
    if "public_id" in columns:
        columns["public_id"] = (
            f"split_part(t.public_id, '_', 1) || '_' || lpad(to_hex(t.id + copy.n * {STEP}), 16, '0')"
        )
    if table is Outlet:
        place, turn = (
            f"(('x' || md5((t.id + copy.n * {STEP})::text || '{name}'))::bit(64)::bigint & 2147483647)"
            " / 2147483648.0"
            for name in ("away", "turn")
        )
        away = f"({SPREAD_M} * sqrt({max(copies, 1) * MODELS} / 10000.0) * 1.5 * sqrt({place}))"
        columns["point"] = f"ST_Project(t.point, {away}, 2 * pi() * {turn})"
    elif "point" in columns:
        # An offering and a day are where their outlet is.
        columns["point"] = (
            f"(SELECT o.point FROM providers_outlet o WHERE o.id = t.outlet_id + copy.n * {STEP})"
        )
    into = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{table._meta.db_table}" ({into}) SELECT {", ".join(columns.values())}'
            f' FROM generate_series(1, %s) AS copy(n), "{table._meta.db_table}" t WHERE t.id = ANY(%s)',
            [copies, pks],
        )
