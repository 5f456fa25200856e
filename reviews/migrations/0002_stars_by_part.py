"""Stars by part, hiding, reports, decisions, appeals, invitations.

What is there stays as it is: columns may be empty until 0003 has filled them, and the constraints on reviews are
not checked against old rows before 0004. Code that only knows `rating` goes on working meanwhile.
"""

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

import common.public_ids


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0001_bookings_and_allocations"),
        ("providers", "0005_ratings_by_part"),
        ("reviews", "0001_reviews"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReviewAppeal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    common.public_ids.PublicIdField(editable=False, max_length=24, prefix="rap", unique=True),
                ),
                (
                    "side",
                    models.CharField(
                        choices=[("author", "The author"), ("provider", "The business")], max_length=8
                    ),
                ),
                ("text", models.TextField()),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("granted", models.BooleanField(blank=True, null=True)),
                ("note", models.TextField(blank=True, help_text="told to whoever appealed")),
            ],
        ),
        migrations.CreateModel(
            name="ReviewDecision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("hide", "Hidden"), ("keep", "Left as it is"), ("restore", "Shown again")],
                        max_length=8,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("abuse", "It insults or threatens somebody"),
                            ("private", "It tells something private about a person"),
                            ("spam", "It is advertising"),
                            ("off_topic", "It is not about this visit"),
                            ("untrue", "It is not true"),
                            ("conflict", "Whoever wrote it belongs to the business or to a rival"),
                            ("other", "Something else"),
                        ],
                        max_length=12,
                    ),
                ),
                ("note", models.TextField(blank=True, help_text="told to both sides")),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name="ReviewInvitation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="ReviewReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    common.public_ids.PublicIdField(editable=False, max_length=24, prefix="rrp", unique=True),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("abuse", "It insults or threatens somebody"),
                            ("private", "It tells something private about a person"),
                            ("spam", "It is advertising"),
                            ("off_topic", "It is not about this visit"),
                            ("untrue", "It is not true"),
                            ("conflict", "Whoever wrote it belongs to the business or to a rival"),
                            ("other", "Something else"),
                        ],
                        max_length=12,
                    ),
                ),
                ("text", models.TextField(blank=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.AddField(
            model_name="review",
            name="edited_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="review",
            name="erased_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="review",
            name="hidden_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="review",
            name="last_seq",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="review",
            name="punctuality_stars",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="review",
            name="service_stars",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="review",
            name="value_stars",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="review",
            name="rating",
            field=models.PositiveSmallIntegerField(
                help_text="overall: the mean of the three, to the nearest star"
            ),
        ),
        AddConstraintNotValid(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("service_stars__gte", 1),
                    ("service_stars__lte", 5),
                    ("punctuality_stars__gte", 1),
                    ("punctuality_stars__lte", 5),
                    ("value_stars__gte", 1),
                    ("value_stars__lte", 5),
                ),
                name="review_stars_are_1_to_5",
            ),
        ),
        AddConstraintNotValid(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "rating",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("service_stars"), "+", models.F("punctuality_stars")
                                    ),
                                    "+",
                                    models.F("value_stars"),
                                ),
                                "+",
                                models.Value(1),
                            ),
                            "/",
                            models.Value(3),
                        ),
                    )
                ),
                name="review_rating_is_the_mean_of_its_stars",
            ),
        ),
        AddConstraintNotValid(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("erased_at__isnull", True), models.Q(("author_name", ""), ("text", "")), _connector="OR"
                ),
                name="erased_review_is_blank",
            ),
        ),
        migrations.AddField(
            model_name="reviewappeal",
            name="against",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="reviewappeal",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="reviewappeal",
            name="review",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="appeals", to="reviews.review"
            ),
        ),
        migrations.AddField(
            model_name="reviewdecision",
            name="operator",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="reviewdecision",
            name="review",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="decisions", to="reviews.review"
            ),
        ),
        migrations.AddField(
            model_name="reviewinvitation",
            name="booking",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="bookings.booking"
            ),
        ),
        migrations.AddField(
            model_name="reviewreport",
            name="decision",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reports",
                to="reviews.reviewdecision",
            ),
        ),
        migrations.AddField(
            model_name="reviewreport",
            name="guest_of",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="bookings.booking",
            ),
        ),
        migrations.AddField(
            model_name="reviewreport",
            name="review",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="reports", to="reviews.review"
            ),
        ),
        migrations.AddField(
            model_name="reviewreport",
            name="user",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="reviewappeal",
            index=models.Index(
                condition=models.Q(("decided_at__isnull", True)),
                fields=["created_at"],
                name="open_review_appeals",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewappeal",
            constraint=models.UniqueConstraint(fields=("review", "side"), name="one_review_appeal_per_side"),
        ),
        migrations.AddConstraint(
            model_name="reviewappeal",
            constraint=models.CheckConstraint(
                condition=models.Q(("side__in", ["author", "provider"])), name="review_appeal_side_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewappeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at__isnull", True), ("decided_by__isnull", True), ("granted__isnull", True)
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("granted__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="review_appeal_is_decided_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewappeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by__isnull", True),
                    models.Q(("decided_by", models.F("against")), _negated=True),
                    _connector="OR",
                ),
                name="review_appeal_decided_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewdecision",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["hide", "keep", "restore"])),
                name="review_decision_kind_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewdecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "hide"), _negated=True),
                    ("reason__in", ["abuse", "private", "spam", "off_topic", "untrue", "conflict", "other"]),
                    _connector="OR",
                ),
                name="hiding_a_review_says_why",
            ),
        ),
        migrations.AddIndex(
            model_name="reviewinvitation",
            index=models.Index(
                condition=models.Q(("done_at__isnull", True)),
                fields=["due_at"],
                name="review_invitations_due",
            ),
        ),
        migrations.AddIndex(
            model_name="reviewreport",
            index=models.Index(
                condition=models.Q(("decision__isnull", True)),
                fields=["created_at"],
                name="open_review_reports",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewreport",
            constraint=models.UniqueConstraint(fields=("review", "user"), name="one_review_report_per_user"),
        ),
        migrations.AddConstraint(
            model_name="reviewreport",
            constraint=models.UniqueConstraint(
                fields=("review", "guest_of"), name="one_review_report_per_guest"
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewreport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("guest_of__isnull", True), ("user__isnull", False)),
                    models.Q(("guest_of__isnull", False), ("user__isnull", True)),
                    _connector="OR",
                ),
                name="review_report_is_by_a_user_or_a_guest",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewreport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reason__in", ["abuse", "private", "spam", "off_topic", "untrue", "conflict", "other"])
                ),
                name="review_report_reason_is_known",
            ),
        ),
    ]
