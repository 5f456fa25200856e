"""What was paid online for the bookings there are, in portions, so that no row is locked for long."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations

PORTION = 5000
FILL_IN = """
    UPDATE bookings_booking b SET prepaid_amount = b.total_amount
    FROM payments_payment p
    WHERE b.id >= %s AND b.id < %s AND p.booking_ref = b.ref AND p.status = 'captured' AND p.method <> 'counter'
        AND p.amount = b.total_amount
"""


def fill_in(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM bookings_booking")
        last = cursor.fetchone()[0]
        for start in range(1, last + 1, PORTION):
            cursor.execute(FILL_IN, [start, start + PORTION])


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("bookings", "0010_amount_paid_in_advance"),
        ("payments", "0002_counter_payments_say_how_and_may_be_reversed"),
    ]

    operations = [
        migrations.RunPython(fill_in, migrations.RunPython.noop),
        ValidateConstraint("booking", "booking_is_not_overpaid"),
    ]
