"""Addresses from which people's calendars read visits."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import common.public_ids


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0023_reports_of_messages"),
        ("providers", "0021_pictures_of_outlets"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CalendarFeed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    common.public_ids.PublicIdField(editable=False, max_length=24, prefix="cal", unique=True),
                ),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("last_read_at", models.DateTimeField(blank=True, help_text="to the hour", null=True)),
                (
                    "membership",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="calendar_feeds",
                        to="providers.membership",
                    ),
                ),
                (
                    "outlet",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="providers.outlet",
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="providers.staffmember",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="calendar_feeds",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "staff", "outlet"),
                        name="one_calendar_feed_of_each",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("membership__isnull", True),
                                ("outlet__isnull", True),
                                ("staff__isnull", True),
                            ),
                            models.Q(
                                ("membership__isnull", False),
                                ("outlet__isnull", True),
                                ("staff__isnull", False),
                            ),
                            models.Q(
                                ("membership__isnull", False),
                                ("outlet__isnull", False),
                                ("staff__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="calendar_feed_is_of_one_thing",
                    ),
                ],
            },
        ),
    ]
