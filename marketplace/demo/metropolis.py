"""A metropolis for benchmarks: a few shops are made with care, and copied in SQL to any number of places.

Every copy has its person, service, hours, what is taken, and open time kept ready, as its model has them; the
shops stand around Tampere as those of the town do. It belongs in a database of its own. Addresses and names are those
of the models, public ids are new.
"""

# ruff: noqa: S608 - statements are put together from the names of models; every value is a parameter

import random
from collections.abc import Mapping
from datetime import UTC, date, time, timedelta

from django.contrib.gis.geos import Point
from django.db import connection, models, transaction
from psycopg.types.range import TimestamptzRange

from bookings.models import Allocation, OpenKept, OutletDay, StaffDay
from bookings.selectors.kept import DUE
from bookings.services import keeping
from common import clock
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
MODELS = 24
# From a row to its next copy, in primary keys: more than any of the models has.
STEP = 100_000
OPENS, CLOSES = time(7), time(15)
# Rows of each kind, in the order in which they need each other.
TABLES: tuple[type[models.Model], ...] = (
    Outlet,
    StaffMember,
    Service,
    StaffAssignment,
    Skill,
    Offering,
    HoursRule,
    Allocation,
    StaffDay,
    OutletDay,
)
KINDS: Mapping[str, type[models.Model]] = {
    "outlet_id": Outlet,
    "staff_id": StaffMember,
    "service_id": Service,
}


def load(seed: int = 1, *, outlets: int, days: int, booked: int, progress: Progress) -> int:
    """Add `outlets` shops whose open time is kept for `days`, `booked` percent of it taken; answers how many.

    One transaction, in which the tables are locked. Raises ValueError when they are there already, or much else is.
    """
    with transaction.atomic():
        if Provider.objects.filter(name="Metropolis").exists():
            raise ValueError("the metropolis is there already")
        highest = Allocation.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        if highest > STEP // 2:
            raise ValueError("a database of its own is needed")
        progress.step("models")
        load_categories()
        originals = _originals(random.Random(seed), days=days, booked=booked)  # noqa: S311 - shops, not secrets
        with connection.cursor() as cursor:
            # Triggers would mark every copy as due, and look at each one's people.
            for table in TABLES:
                cursor.execute(f'ALTER TABLE "{table._meta.db_table}" DISABLE TRIGGER USER')
        for table in TABLES:
            progress.step(str(table._meta.verbose_name_plural))
            _copy(table, originals, copies=-(-outlets // MODELS) - 1)
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO bookings_openkept (outlet_id, until) SELECT o.id, k.until FROM providers_outlet o,"
                " bookings_openkept k WHERE k.outlet_id = %s ON CONFLICT DO NOTHING",
                [originals[Outlet][0]],
            )
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in TABLES:
                cursor.execute(f'ALTER TABLE "{table._meta.db_table}" ENABLE TRIGGER USER')
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table._meta.db_table}', 'id'),"
                    f' (SELECT max(id) FROM "{table._meta.db_table}"))'
                )
    with connection.cursor() as cursor:
        progress.step("statistics")
        cursor.execute("ANALYZE")
    made = MODELS * -(-outlets // MODELS)
    progress.end(f"{made} outlets")
    return made


def steps() -> int:
    """How many steps a progress bar of `load` has."""
    return len(TABLES) + 2


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
    OpenKept.objects.exclude(outlet__in=ours).update(until=date.max)  # what else there is waits
    while keeping.keep_due(days=days):
        pass
    OpenKept.objects.exclude(outlet__in=ours).update(until=DUE)
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
    """Take so many percent of each of the days, in one piece: at 100 nothing is left."""
    midnight = clock.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    quarters = round((CLOSES.hour - OPENS.hour) * 4 * booked / 100)
    rows = []
    for day in range(days if quarters else 0):
        free = (CLOSES.hour - OPENS.hour) * 4 - quarters
        start = midnight + timedelta(days=day, hours=OPENS.hour, minutes=15 * chance.randint(0, free))
        period = TimestamptzRange(start, start + timedelta(minutes=15 * quarters))
        rows.append(Allocation(kind="block", staff=person, period=period))
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
    if "point" in columns:
        # The same for the outlet, its offering and its days: by the outlet's key.
        seed = "t.id" if table is Outlet else "t.outlet_id"
        place, turn = (
            f"(('x' || md5(({seed} + copy.n * {STEP})::text || '{name}'))::bit(64)::bigint & 2147483647)"
            " / 2147483648.0"
            for name in ("away", "turn")
        )
        away = f"({SPREAD_M} * sqrt({max(copies, 1) * MODELS} / 10000.0) * 1.5 * sqrt({place}))"
        columns["point"] = f"ST_Project(t.point, {away}, 2 * pi() * {turn})"
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{table._meta.db_table}" ({names}) SELECT {", ".join(columns.values())}'
            f' FROM generate_series(1, %s) AS copy(n), "{table._meta.db_table}" t WHERE t.id = ANY(%s)',
            [copies, pks],
        )
