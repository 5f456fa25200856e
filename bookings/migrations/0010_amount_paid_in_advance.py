"""Of a price, a part may be paid in advance and the rest at the counter."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0009_place_of_outlets_that_are_due"),
    ]

    operations = [
        migrations.AddField(
            model_name="booking",
            name="prepaid_amount",
            field=models.PositiveBigIntegerField(db_default=0, default=0),
        ),
        AddConstraintNotValid(
            "booking",
            models.CheckConstraint(
                condition=models.Q(prepaid_amount__lte=models.F("total_amount")),
                name="booking_is_not_overpaid",
            ),
        ),
    ]
