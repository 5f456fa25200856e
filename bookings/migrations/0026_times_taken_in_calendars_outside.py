"""Calendars of other programs, and the times that they take: read by slot lists and by open time kept for search."""

import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import common.crypto
import common.public_ids

# What is taken outside counts like a block: as bookings_taken of migration 0008, and the times of calendars besides.
TAKEN = """
CREATE OR REPLACE FUNCTION bookings_taken(person bigint, on_day date) RETURNS bit LANGUAGE sql STABLE AS $$
    WITH whole AS (
        SELECT tstzrange(on_day::timestamp AT TIME ZONE 'UTC', (on_day + 1)::timestamp AT TIME ZONE 'UTC') AS span
    ), live AS (
        SELECT a.item_id, a.period * whole.span AS part
          FROM whole JOIN bookings_allocation a ON a.staff_id = person AND a.staff_id IS NOT NULL
           AND a.live AND NOT a.overbooked AND a.period && whole.span
        UNION ALL
        SELECT a.item_id, a.period * whole.span
          FROM whole JOIN bookings_allocation a ON a.live AND a.overbooked AND a.period && whole.span
         WHERE a.staff_id = person
        UNION ALL
        SELECT NULL, t.period * whole.span
          FROM whole JOIN bookings_busytime t ON t.staff_id = person AND t.period && whole.span
    ), parts AS (
        SELECT unnest(range_agg(live.part)) AS part FROM live
         WHERE NOT EXISTS (
               SELECT FROM bookings_bookingitem i JOIN bookings_booking b ON b.id = i.booking_id
                WHERE i.id = live.item_id AND b.status IN ('held', 'expired'))
    )
    SELECT coalesce(bit_or(bookings_quarters(
               ceil(extract(epoch FROM lower(parts.part) - lower(whole.span)) / 900)::int,
               floor(extract(epoch FROM upper(parts.part) - lower(whole.span)) / 900)::int)), B'0'::bit(96))
      FROM parts, whole
$$;
"""

# Slot lists look again, and open time kept for search is made anew.
WATCHED = """
CREATE TRIGGER slots_change AFTER INSERT OR UPDATE OR DELETE ON bookings_busytime
    FOR EACH ROW EXECUTE FUNCTION bookings_slots_change('person', 'staff_id');
CREATE TRIGGER open_time_is_due AFTER INSERT OR UPDATE OR DELETE ON bookings_busytime
    FOR EACH ROW EXECUTE FUNCTION bookings_open_time_is_due('person', 'staff_id');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0025_people_who_wait_for_something_to_become_free"),
        ("providers", "0021_pictures_of_outlets"),
    ]

    operations = [
        migrations.CreateModel(
            name="BusyCalendar",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    common.public_ids.PublicIdField(editable=False, max_length=24, prefix="bcl", unique=True),
                ),
                ("name", models.CharField(max_length=80)),
                (
                    "url",
                    common.crypto.EncryptedTextField(blank=True, default="", help_text="empty: a file"),
                ),
                ("content", common.crypto.EncryptedBytesField(blank=True, null=True)),
                ("digest", models.CharField(blank=True, max_length=64)),
                ("etag", models.CharField(blank=True, max_length=200)),
                ("modified", models.CharField(blank=True, max_length=200)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("next_read_at", models.DateTimeField(blank=True, null=True)),
                ("lease", models.PositiveIntegerField(default=0)),
                ("tried_at", models.DateTimeField(blank=True, null=True)),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                ("worked_out_at", models.DateTimeField(blank=True, null=True)),
                ("events", models.PositiveIntegerField(default=0)),
                ("skipped", models.PositiveIntegerField(default=0)),
                ("unknown_zones", models.JSONField(default=list)),
                ("failure", models.CharField(blank=True, max_length=20)),
                ("failures", models.PositiveSmallIntegerField(default=0)),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="busy_calendars",
                        to="providers.staffmember",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_read_at__isnull", False)),
                        fields=["next_read_at"],
                        name="busy_calendar_to_read",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BusyTime",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("period", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                (
                    "calendar",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="times",
                        to="bookings.busycalendar",
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="providers.staffmember",
                    ),
                ),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GistIndex(
                        fields=["staff", "period"], name="busy_times_of_a_person"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("period__isempty", False)), name="busy_time_is_not_empty"
                    )
                ],
            },
        ),
        migrations.RunSQL(TAKEN + WATCHED, migrations.RunSQL.noop),
    ]
