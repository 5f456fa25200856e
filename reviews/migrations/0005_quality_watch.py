"""Quality watch: thresholds, as data, and cases."""

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import common.public_ids


def set_thresholds(apps, schema_editor):
    for subject in ("provider", "person"):
        apps.get_model("reviews", "QualityThreshold").objects.get_or_create(subject=subject)


class Migration(migrations.Migration):
    dependencies = [
        ("providers", "0005_ratings_by_part"),
        ("reviews", "0004_stars_are_there"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="QualityThreshold",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "subject",
                    models.CharField(
                        choices=[("provider", "A business"), ("person", "A person")],
                        max_length=8,
                        unique=True,
                    ),
                ),
                ("days", models.PositiveSmallIntegerField(default=90, help_text="how far back things count")),
                (
                    "last_reviews",
                    models.PositiveSmallIntegerField(default=20, help_text="of those, the latest so many"),
                ),
                ("least_reviews", models.PositiveSmallIntegerField(default=5, help_text="fewer say nothing")),
                (
                    "rating_below",
                    models.DecimalField(
                        decimal_places=2,
                        default="3.50",
                        help_text="plain mean of the overall stars",
                        max_digits=3,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                    ),
                ),
                ("least_visits", models.PositiveSmallIntegerField(default=10, help_text="fewer say nothing")),
                (
                    "breaches_above",
                    models.PositiveSmallIntegerField(
                        default=20,
                        help_text="percent of visits that were declined or cancelled by the business",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("subject__in", ["provider", "person"])),
                        name="threshold_subject_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("breaches_above__lte", 100),
                            ("rating_below__gte", 1),
                            ("rating_below__lte", 5),
                            ("days__gte", 1),
                            ("days__lte", 730),
                            ("last_reviews__gte", 1),
                            ("least_reviews__gte", 1),
                            ("least_visits__gte", 1),
                        ),
                        name="threshold_is_in_range",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="QualityCase",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    common.public_ids.PublicIdField(editable=False, max_length=24, prefix="qcs", unique=True),
                ),
                ("evidence", models.JSONField(default=dict)),
                ("opened_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("nothing", "Nothing to do"),
                            ("notice", "Notice given"),
                            ("retraining", "Retraining asked for"),
                            ("suspension", "Suspended"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        blank=True, help_text="for operators; what is told stands in the thread"
                    ),
                ),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="providers.vettingentry",
                    ),
                ),
                (
                    "provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quality_cases",
                        to="providers.provider",
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quality_cases",
                        to="providers.staffmember",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=["opened_at"],
                        name="open_quality_cases",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=("provider", "staff"),
                        name="one_open_quality_case",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("closed_at__isnull", True), ("closed_by__isnull", True), ("outcome", "")
                            ),
                            models.Q(
                                ("closed_at__isnull", False),
                                ("closed_by__isnull", False),
                                ("outcome__in", ["nothing", "notice", "retraining", "suspension"]),
                            ),
                            _connector="OR",
                        ),
                        name="quality_case_is_closed_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome__in", ["", "nothing"]), ("entry__isnull", False), _connector="OR"
                        ),
                        name="quality_outcome_is_told",
                    ),
                ],
            },
        ),
        migrations.RunPython(set_thresholds, migrations.RunPython.noop),
    ]
