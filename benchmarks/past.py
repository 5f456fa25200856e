"""Bookings of past years: real rows, an hour apart, of the people whose slots are then asked for."""

from django.db import connection, models, transaction

from benchmarks.client import BenchError
from bookings.models import Allocation, Booking, BookingItem
from marketplace.demo import bulk
from providers.models import Offering

TABLES: tuple[type[models.Model], ...] = (Booking, BookingItem, Allocation)
# Keys of what is added: no others are as high.
FIRST = 1_000_000_000_000


def add_past(offering: Offering, people: list[int], *, since: int, until: int) -> None:
    """Bookings number `since` to `until` (not included) of an offering, given to these people (primary keys) in turn,
    the first ones yesterday and the others before them, as copies of one that was closed. Nothing checks them: two of a
    person never overlap, since nobody else has taken that time. One transaction."""
    model = Allocation.objects.filter(
        item__booking__status="closed", item__session=None, staff__isnull=False, live=True
    ).first()
    if model is None or model.item is None:
        raise BenchError("there is no closed booking to copy: the demo city is not there")
    rows: dict[type[models.Model], int] = {
        Booking: model.item.booking_id,
        BookingItem: model.item_id or 0,
        Allocation: model.pk,
    }
    key = f"({FIRST} + n)"
    person = f"(%(people)s::bigint[])[1 + n %% {len(people)}]"
    starts = f"(date_trunc('day', now()) - interval '1 day' - n / {len(people)} * interval '1 hour')"
    ends = f"({starts} + interval '45 minutes')"
    new = {
        "id": key,
        "ref": "'HP-' || lpad(to_hex(n), 10, '0')",
        "public_id": "'itm_' || lpad(to_hex(n), 16, '0')",
        "booking_id": key,
        "item_id": key,
        "outlet_id": str(offering.outlet_id),
        "service_id": str(offering.service_id),
        "staff_id": person,
        "starts_at": starts,
        "ends_at": ends,
        "period": f"tstzrange({starts}, {ends})",
    }
    with transaction.atomic(), bulk.filling(*(table._meta.db_table for table in TABLES)):
        for table, pk in rows.items():
            columns = [field.column for field in table._meta.local_concrete_fields if not field.generated]
            values = [new.get(column, f't."{column}"') for column in columns]
            into = ", ".join(f'"{column}"' for column in columns)
            with connection.cursor() as cursor:
                cursor.execute(
                    f'INSERT INTO "{table._meta.db_table}" ({into}) SELECT {", ".join(values)}'
                    f' FROM generate_series(%(since)s, %(until)s - 1) AS n, "{table._meta.db_table}" t'
                    " WHERE t.id = %(model)s",
                    {"people": people, "since": since, "until": until, "model": pk},
                )
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f'VACUUM (ANALYZE) "{table._meta.db_table}"')
