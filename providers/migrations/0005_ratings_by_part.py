"""Sums by part, and the Bayesian mean as a column of the database's own making.

PostgreSQL writes both tables anew for the stored mean (some seconds per million rows, during which they wait).
"""

import django.db.models.expressions
import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("providers", "0004_vetting"),
    ]

    operations = [
        migrations.AddField(
            model_name="outlet",
            name="punctuality_sum",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="outlet",
            name="rating_score",
            field=models.GeneratedField(
                db_persist=True,
                expression=django.db.models.expressions.CombinedExpression(
                    django.db.models.functions.comparison.Cast(
                        django.db.models.expressions.CombinedExpression(
                            models.F("rating_sum"), "+", models.Value(20)
                        ),
                        models.FloatField(),
                    ),
                    "/",
                    django.db.models.functions.comparison.Cast(
                        django.db.models.expressions.CombinedExpression(
                            models.F("rating_count"), "+", models.Value(5)
                        ),
                        models.FloatField(),
                    ),
                ),
                help_text="the Bayesian mean (providers/rules/ratings.py)",
                output_field=models.FloatField(),
            ),
        ),
        migrations.AddField(
            model_name="outlet",
            name="service_sum",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="outlet",
            name="value_sum",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="staffmember",
            name="punctuality_sum",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="staffmember",
            name="rating_score",
            field=models.GeneratedField(
                db_persist=True,
                expression=django.db.models.expressions.CombinedExpression(
                    django.db.models.functions.comparison.Cast(
                        django.db.models.expressions.CombinedExpression(
                            models.F("rating_sum"), "+", models.Value(20)
                        ),
                        models.FloatField(),
                    ),
                    "/",
                    django.db.models.functions.comparison.Cast(
                        django.db.models.expressions.CombinedExpression(
                            models.F("rating_count"), "+", models.Value(5)
                        ),
                        models.FloatField(),
                    ),
                ),
                help_text="the Bayesian mean (providers/rules/ratings.py)",
                output_field=models.FloatField(),
            ),
        ),
        migrations.AddField(
            model_name="staffmember",
            name="service_sum",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="staffmember",
            name="value_sum",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddConstraint(
            model_name="outlet",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "service_sum__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("rating_count"), "*", models.Value(5)
                        ),
                    ),
                    (
                        "punctuality_sum__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("rating_count"), "*", models.Value(5)
                        ),
                    ),
                    (
                        "value_sum__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("rating_count"), "*", models.Value(5)
                        ),
                    ),
                ),
                name="outlet_parts_are_at_most_5",
            ),
        ),
        migrations.AddConstraint(
            model_name="staffmember",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "service_sum__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("rating_count"), "*", models.Value(5)
                        ),
                    ),
                    (
                        "punctuality_sum__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("rating_count"), "*", models.Value(5)
                        ),
                    ),
                    (
                        "value_sum__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("rating_count"), "*", models.Value(5)
                        ),
                    ),
                ),
                name="staff_parts_are_at_most_5",
            ),
        ),
    ]
