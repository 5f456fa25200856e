import django.db.models.functions.datetime
from django.db import migrations, models

import common.public_ids


class Migration(migrations.Migration):
    dependencies = [
        ("sandbox", "0003_holds_step_ups_and_disputes"),
    ]

    operations = [
        migrations.CreateModel(
            name="SandboxPayee",
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
                        editable=False, max_length=24, prefix="acct", unique=True
                    ),
                ),
                ("merchant", models.CharField(max_length=80)),
                ("merchant_reference", models.CharField(max_length=64)),
                ("country", models.CharField(max_length=2)),
                ("status", models.CharField(default="new", max_length=16)),
                ("return_url", models.CharField(blank=True, max_length=2000)),
                ("idempotency_key", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
    ]
