import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import common.public_ids


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0011_wallets_and_compensation"),
        ("providers", "0019_services_that_several_people_do_together"),
    ]

    operations = [
        migrations.CreateModel(
            name="PayeeAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    common.public_ids.PublicIdField(editable=False, max_length=24, prefix="pac", unique=True),
                ),
                ("gateway", models.CharField(max_length=16)),
                ("account", models.CharField(blank=True, max_length=64)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("missing", "something is missing"),
                            ("review", "being checked"),
                            ("enabled", "ready"),
                            ("rejected", "turned down"),
                        ],
                        default="missing",
                        max_length=8,
                    ),
                ),
                (
                    "needs",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("business", "what the business does, its name and address"),
                                ("person", "who represents it: name, birthday, address"),
                                ("owners", "who owns and leads it"),
                                ("document", "a document that shows who they are"),
                                ("tax_id", "its register or tax number"),
                                ("bank", "the bank account to pay to"),
                                ("terms", "agreement to the payment company's terms"),
                                ("other", "something else, which its page names"),
                            ],
                            max_length=16,
                        ),
                        default=list,
                        size=None,
                    ),
                ),
                ("due_by", models.DateTimeField(null=True)),
                ("idempotency_key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("heard_at", models.DateTimeField(null=True)),
                ("next_check_at", models.DateTimeField(null=True)),
                ("checks", models.PositiveSmallIntegerField(default=0)),
                (
                    "provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="payee_accounts",
                        to="providers.provider",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_check_at__isnull", False)),
                        fields=["next_check_at"],
                        name="payees_to_check",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("provider", "gateway"), name="payee_one_per_gateway"),
                    models.UniqueConstraint(
                        condition=models.Q(("account", ""), _negated=True),
                        fields=("gateway", "account"),
                        name="payee_account_is_one_providers",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["missing", "review", "enabled", "rejected"])),
                        name="payee_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "enabled"), _negated=True),
                            models.Q(("account", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="payee_enabled_has_an_account",
                    ),
                ],
            },
        ),
    ]
