"""Terms of a provider, a category or a service, with tiers and a prepayment, and the marketplace's bounds."""

import django.db.models.deletion
from django.db import migrations, models


def take_over(apps, schema_editor):
    """What providers had set: one instant until which all is free; moving cost what cancelling did."""
    rule = apps.get_model("payments", "PolicyRule")
    rows = apps.get_model("payments", "CancellationPolicy").objects.all()
    rule.objects.bulk_create(
        rule(
            provider_id=row.provider_id,
            service_id=row.service_id,
            terms={
                "v": 2,
                "cancel": tiers(row),
                "change": tiers(row),
                "no_show_percent": row.no_show_percent,
                "no_show_grace_min": row.no_show_grace_min,
                "booking_grace_min": 0,
                "prepayment": "none",
                "deposit_percent": 0,
                "deposit_amount": 0,
            },
        )
        for row in rows
    )


def tiers(row):
    free = row.free_until_min_before
    return [[free, 0], [0, row.late_percent]] if free else [[0, 0]]


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0002_counter_payments_say_how_and_may_be_reversed"),
        ("providers", "0018_phases_of_services_and_waits"),
    ]

    operations = [
        migrations.CreateModel(
            name="PolicyBounds",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("most_prepaid_percent", models.PositiveSmallIntegerField(default=100)),
                ("most_late_percent", models.PositiveSmallIntegerField(default=100)),
                ("most_no_show_percent", models.PositiveSmallIntegerField(default=100)),
                (
                    "most_free_min_before",
                    models.PositiveIntegerField(
                        default=43200, help_text="minutes; cancelling stays free until then, or longer"
                    ),
                ),
                (
                    "least_booking_grace_min",
                    models.PositiveSmallIntegerField(default=0, help_text="minutes after booking"),
                ),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="policy_bounds",
                        to="providers.category",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "policy bounds",
            },
        ),
        migrations.CreateModel(
            name="PolicyRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("terms", models.JSONField()),
                ("currency", models.CharField(blank=True, max_length=3)),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="policy_rules",
                        to="providers.category",
                    ),
                ),
                (
                    "provider",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="policy_rules",
                        to="providers.provider",
                    ),
                ),
                (
                    "service",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="policy_rule",
                        to="providers.service",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="policybounds",
            constraint=models.UniqueConstraint(
                fields=("category",), name="policy_bounds_one_per_category", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="policybounds",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("most_late_percent__lte", 100),
                    ("most_no_show_percent__lte", 100),
                    ("most_prepaid_percent__lte", 100),
                ),
                name="policy_bounds_are_percentages",
            ),
        ),
        migrations.AddConstraint(
            model_name="policyrule",
            constraint=models.UniqueConstraint(
                condition=models.Q(("service__isnull", True)),
                fields=("provider", "category"),
                name="policy_rule_one_per_scope",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="policyrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("service__isnull", True),
                    models.Q(("category__isnull", True), ("provider__isnull", False)),
                    _connector="OR",
                ),
                name="policy_rule_has_one_scope",
            ),
        ),
        migrations.AddConstraint(
            model_name="policyrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("terms__contains", {"v": 2}),
                    ("terms__has_keys", ["no_show_percent", "deposit_amount"]),
                    ("terms__no_show_percent__gte", 0),
                    ("terms__no_show_percent__lte", 100),
                ),
                name="policy_rule_can_be_read",
            ),
        ),
        migrations.AddConstraint(
            model_name="policyrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("terms__deposit_amount", 0), ("currency__regex", "^[A-Z]{3}$"), _connector="OR"
                ),
                name="policy_rule_amount_has_its_currency",
            ),
        ),
        migrations.RunPython(take_over, migrations.RunPython.noop),
    ]
