import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import common.public_ids


class Migration(migrations.Migration):
    dependencies = [
        ("sandbox", "0004_accounts_of_payees"),
    ]

    operations = [
        migrations.CreateModel(
            name="SandboxCard",
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
                        editable=False, max_length=24, prefix="card", unique=True
                    ),
                ),
                ("brand", models.CharField(max_length=24)),
                ("last4", models.CharField(max_length=4)),
                ("exp_month", models.PositiveSmallIntegerField()),
                ("exp_year", models.PositiveSmallIntegerField()),
                ("does", models.CharField(max_length=8)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name="SandboxCustomer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    common.public_ids.PublicIdField(editable=False, max_length=24, prefix="cus", unique=True),
                ),
                ("merchant_reference", models.CharField(max_length=64)),
                ("idempotency_key", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.AddField(
            model_name="sandboxintent",
            name="save_card",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="sandboxintent",
            name="card",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="sandbox.sandboxcard",
            ),
        ),
        migrations.AddField(
            model_name="sandboxcard",
            name="customer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="cards",
                to="sandbox.sandboxcustomer",
            ),
        ),
        migrations.AddField(
            model_name="sandboxintent",
            name="customer",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="sandbox.sandboxcustomer",
            ),
        ),
    ]
