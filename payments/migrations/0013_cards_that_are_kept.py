import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import common.public_ids


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0012_accounts_of_payees"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="payment",
            name="keep_card",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.CreateModel(
            name="CardHolder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("gateway", models.CharField(max_length=16)),
                ("name", models.CharField(blank=True, max_length=255)),
                ("idempotency_key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("removed_at", models.DateTimeField(null=True)),
                ("next_try_at", models.DateTimeField(null=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="card_holders",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="payment",
            name="card_holder",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="payments.cardholder",
            ),
        ),
        migrations.CreateModel(
            name="SavedCard",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    common.public_ids.PublicIdField(editable=False, max_length=24, prefix="crd", unique=True),
                ),
                ("token", models.CharField(max_length=255)),
                ("brand", models.CharField(max_length=24)),
                ("last4", models.CharField(max_length=4)),
                ("exp_month", models.PositiveSmallIntegerField()),
                ("exp_year", models.PositiveSmallIntegerField()),
                ("saved_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("used_at", models.DateTimeField(null=True)),
                ("removed_at", models.DateTimeField(null=True)),
                ("next_try_at", models.DateTimeField(null=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                (
                    "holder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="cards",
                        to="payments.cardholder",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="payment",
            name="card",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="payments.savedcard",
            ),
        ),
        migrations.AddConstraint(
            model_name="cardholder",
            constraint=models.UniqueConstraint(
                condition=models.Q(("removed_at__isnull", True)),
                fields=("user", "gateway"),
                name="card_holder_is_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="savedcard",
            constraint=models.UniqueConstraint(fields=("holder", "token"), name="saved_card_is_kept_once"),
        ),
        migrations.AddConstraint(
            model_name="savedcard",
            constraint=models.CheckConstraint(
                condition=models.Q(("last4__regex", "^\\d{4}$")), name="saved_card_shows_four_digits"
            ),
        ),
        migrations.AddConstraint(
            model_name="savedcard",
            constraint=models.CheckConstraint(
                condition=models.Q(("exp_month__gte", 1), ("exp_month__lte", 12)),
                name="saved_card_month_is_one",
            ),
        ),
    ]
