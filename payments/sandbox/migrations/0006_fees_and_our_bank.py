import django.db.models.functions.datetime
from django.db import migrations, models

import common.public_ids


class Migration(migrations.Migration):
    dependencies = [
        ("sandbox", "0005_cards_that_are_kept"),
    ]

    operations = [
        migrations.CreateModel(
            name="SandboxBankPayout",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    common.public_ids.PublicIdField(
                        editable=False, max_length=24, prefix="bank", unique=True
                    ),
                ),
                ("day", models.DateField()),
                ("amount", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="sandbox_bank_payout_is_positive"
                    ),
                    models.UniqueConstraint(fields=("day", "currency"), name="sandbox_bank_payout_one_a_day"),
                ],
            },
        ),
    ]
