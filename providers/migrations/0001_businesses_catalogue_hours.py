import django.contrib.gis.db.models.fields
import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import common.public_ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        # Creates the extensions: PostGIS, and btree_gist for the exclusions and the index of offerings.
        ("geo", "0001_map_and_addresses"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Category",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(max_length=60, unique=True)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="providers.category",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "categories",
                "ordering": ["position", "slug"],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[("owner", "Owner"), ("manager", "Manager"), ("staff", "Staff")], max_length=8
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Provider",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    common.public_ids.PublicIdField(editable=False, max_length=24, prefix="prv", unique=True),
                ),
                ("name", models.CharField(max_length=120)),
                ("description", models.TextField(blank=True)),
                (
                    "language",
                    models.CharField(default="en", help_text="of the name and description", max_length=12),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("submitted", "Waiting for approval"),
                            ("approved", "Approved"),
                            ("rejected", "Rejected"),
                            ("suspended", "Suspended"),
                        ],
                        default="draft",
                        max_length=12,
                    ),
                ),
                (
                    "email",
                    models.EmailField(blank=True, help_text="where news of bookings goes", max_length=254),
                ),
                ("phone", models.CharField(blank=True, help_text="E.164", max_length=16)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
                ("last_seq", models.PositiveIntegerField(default=0)),
                (
                    "members",
                    models.ManyToManyField(
                        related_name="providers", through="providers.Membership", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Outlet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    common.public_ids.PublicIdField(editable=False, max_length=24, prefix="out", unique=True),
                ),
                ("name", models.CharField(max_length=120)),
                ("description", models.TextField(blank=True)),
                (
                    "language",
                    models.CharField(default="en", help_text="of the name and description", max_length=12),
                ),
                ("street_line", models.CharField(max_length=200)),
                ("postcode", models.CharField(blank=True, max_length=16)),
                ("city", models.CharField(max_length=80)),
                ("country", models.CharField(help_text="ISO 3166-1 alpha-2", max_length=2)),
                ("point", django.contrib.gis.db.models.fields.PointField(geography=True, srid=4326)),
                ("timezone", models.CharField(help_text="IANA zone, such as Europe/Helsinki", max_length=64)),
                ("currency", models.CharField(help_text="ISO 4217", max_length=3)),
                ("phone", models.CharField(blank=True, help_text="E.164", max_length=16)),
                ("slot_step_min", models.PositiveSmallIntegerField(default=15)),
                (
                    "notice_min",
                    models.PositiveIntegerField(
                        default=0, help_text="least minutes between booking and start"
                    ),
                ),
                (
                    "window_days",
                    models.PositiveSmallIntegerField(default=60, help_text="how far ahead one may book"),
                ),
                ("service_radius_m", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "service_area",
                    django.contrib.gis.db.models.fields.MultiPolygonField(
                        blank=True, geography=True, null=True, srid=4326
                    ),
                ),
                ("rating_sum", models.PositiveIntegerField(default=0)),
                ("rating_count", models.PositiveIntegerField(default=0)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
                (
                    "main_category",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="providers.category",
                    ),
                ),
                (
                    "provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outlets",
                        to="providers.provider",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="membership",
            name="provider",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="memberships",
                to="providers.provider",
            ),
        ),
        migrations.CreateModel(
            name="ResourceKind",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    common.public_ids.PublicIdField(editable=False, max_length=24, prefix="knd", unique=True),
                ),
                ("name", models.CharField(max_length=80)),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
                (
                    "provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="resource_kinds",
                        to="providers.provider",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Resource",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    common.public_ids.PublicIdField(editable=False, max_length=24, prefix="res", unique=True),
                ),
                ("name", models.CharField(max_length=80)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
                (
                    "outlet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="resources",
                        to="providers.outlet",
                    ),
                ),
                (
                    "kind",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="units",
                        to="providers.resourcekind",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Service",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    common.public_ids.PublicIdField(editable=False, max_length=24, prefix="svc", unique=True),
                ),
                ("name", models.CharField(max_length=120)),
                ("description", models.TextField(blank=True)),
                (
                    "language",
                    models.CharField(default="en", help_text="of the name and description", max_length=12),
                ),
                (
                    "place",
                    models.CharField(
                        choices=[("outlet", "At the shop"), ("customer", "At your place")],
                        default="outlet",
                        max_length=8,
                    ),
                ),
                ("duration_min", models.PositiveSmallIntegerField()),
                ("buffer_before_min", models.PositiveSmallIntegerField(default=0)),
                ("buffer_after_min", models.PositiveSmallIntegerField(default=0)),
                ("price_amount", models.PositiveBigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("tax_percent", models.DecimalField(decimal_places=2, default=0, max_digits=5)),
                ("capacity", models.PositiveSmallIntegerField(default=1)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="services",
                        to="providers.category",
                    ),
                ),
                (
                    "provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="services",
                        to="providers.provider",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ResourceNeed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("quantity", models.PositiveSmallIntegerField(default=1)),
                (
                    "kind",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="providers.resourcekind",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="needs",
                        to="providers.service",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Offering",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "price_amount",
                    models.PositiveBigIntegerField(
                        help_text="minor units of the outlet's currency, with VAT"
                    ),
                ),
                (
                    "place",
                    models.CharField(
                        choices=[("outlet", "At the shop"), ("customer", "At your place")], max_length=8
                    ),
                ),
                (
                    "point",
                    django.contrib.gis.db.models.fields.PointField(
                        geography=True, spatial_index=False, srid=4326
                    ),
                ),
                ("is_live", models.BooleanField(default=False)),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="providers.category"
                    ),
                ),
                (
                    "outlet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="offerings",
                        to="providers.outlet",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="offerings",
                        to="providers.service",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ServiceOption",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    common.public_ids.PublicIdField(editable=False, max_length=24, prefix="opt", unique=True),
                ),
                ("name", models.CharField(max_length=120)),
                ("language", models.CharField(default="en", help_text="of the name", max_length=12)),
                ("extra_min", models.PositiveSmallIntegerField(default=0)),
                ("price_amount", models.PositiveBigIntegerField(default=0)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="options",
                        to="providers.service",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Skill",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[("learning", "Learning"), ("skilled", "Skilled"), ("expert", "Expert")],
                        default="skilled",
                        max_length=8,
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="skills",
                        to="providers.service",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StaffAssignment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "outlet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="assignments",
                        to="providers.outlet",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StaffMember",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    common.public_ids.PublicIdField(editable=False, max_length=24, prefix="stf", unique=True),
                ),
                ("name", models.CharField(max_length=120)),
                ("title", models.CharField(blank=True, max_length=120)),
                ("resume", models.TextField(blank=True)),
                (
                    "language",
                    models.CharField(default="en", help_text="of the title and résumé", max_length=12),
                ),
                (
                    "speaks",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=12),
                        blank=True,
                        default=list,
                        help_text="BCP 47 tags",
                        size=None,
                    ),
                ),
                ("working_since", models.PositiveSmallIntegerField(blank=True, help_text="year", null=True)),
                ("rating_sum", models.PositiveIntegerField(default=0)),
                ("rating_count", models.PositiveIntegerField(default=0)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
                (
                    "outlets",
                    models.ManyToManyField(
                        related_name="staff", through="providers.StaffAssignment", to="providers.outlet"
                    ),
                ),
                (
                    "provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="staff",
                        to="providers.provider",
                    ),
                ),
                (
                    "services",
                    models.ManyToManyField(
                        related_name="staff", through="providers.Skill", to="providers.service"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="staffassignment",
            name="staff",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="assignments",
                to="providers.staffmember",
            ),
        ),
        migrations.AddField(
            model_name="skill",
            name="staff",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="skills", to="providers.staffmember"
            ),
        ),
        migrations.AddField(
            model_name="membership",
            name="staff",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="membership",
                to="providers.staffmember",
            ),
        ),
        migrations.CreateModel(
            name="HoursRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("weekday", models.PositiveSmallIntegerField(help_text="0 is Monday")),
                ("opens", models.TimeField()),
                ("closes", models.TimeField()),
                ("valid_from", models.DateField(blank=True, null=True)),
                ("valid_until", models.DateField(blank=True, help_text="the last day it holds", null=True)),
                (
                    "outlet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="hours_rules",
                        to="providers.outlet",
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="hours_rules",
                        to="providers.staffmember",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="HoursOverride",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("date", models.DateField()),
                ("opens", models.TimeField(blank=True, null=True)),
                ("closes", models.TimeField(blank=True, null=True)),
                ("note", models.CharField(blank=True, max_length=120)),
                (
                    "outlet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="hours_overrides",
                        to="providers.outlet",
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="hours_overrides",
                        to="providers.staffmember",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TimeOff",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    common.public_ids.PublicIdField(editable=False, max_length=24, prefix="off", unique=True),
                ),
                ("period", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ("reason", models.CharField(blank=True, max_length=120)),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="time_off",
                        to="providers.staffmember",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CategoryName",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("language", models.CharField(max_length=12)),
                ("name", models.CharField(max_length=80)),
                ("description", models.CharField(blank=True, max_length=200)),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="names",
                        to="providers.category",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("category", "language"), name="one_category_name_per_language"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Closure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    common.public_ids.PublicIdField(editable=False, max_length=24, prefix="clo", unique=True),
                ),
                ("period", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ("reason", models.CharField(blank=True, max_length=120)),
                (
                    "outlet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="closures",
                        to="providers.outlet",
                    ),
                ),
            ],
            options={
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[("outlet", "="), ("period", "&&")], name="closures_do_not_overlap"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("period__isempty", False)), name="closure_is_not_empty"
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="provider",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["draft", "submitted", "approved", "rejected", "suspended"])
                ),
                name="provider_status_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="provider",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "approved"), _negated=True),
                    ("approved_at__isnull", False),
                    _connector="OR",
                ),
                name="approved_provider_says_since_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="outlet",
            constraint=models.CheckConstraint(
                condition=models.Q(("slot_step_min__gte", 5), ("slot_step_min__lte", 240)),
                name="outlet_slot_step_is_5_to_240_minutes",
            ),
        ),
        migrations.AddConstraint(
            model_name="outlet",
            constraint=models.CheckConstraint(
                condition=models.Q(("window_days__gte", 1), ("window_days__lte", 366)),
                name="outlet_window_is_1_to_366_days",
            ),
        ),
        migrations.AddConstraint(
            model_name="outlet",
            constraint=models.CheckConstraint(
                condition=models.Q(("currency__regex", "^[A-Z]{3}$")), name="outlet_currency_is_iso_4217"
            ),
        ),
        migrations.AddConstraint(
            model_name="outlet",
            constraint=models.CheckConstraint(
                condition=models.Q(("country__regex", "^[A-Z]{2}$")), name="outlet_country_is_iso_3166"
            ),
        ),
        migrations.AddConstraint(
            model_name="outlet",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("service_radius_m__isnull", True), ("service_area__isnull", False), _connector="OR"
                ),
                name="outlet_radius_has_its_area",
            ),
        ),
        migrations.AddConstraint(
            model_name="outlet",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("rating_sum__gte", models.F("rating_count")),
                    (
                        "rating_sum__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("rating_count"), "*", models.Value(5)
                        ),
                    ),
                ),
                name="outlet_rating_is_1_to_5",
            ),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=models.Q(("duration_min__gte", 5), ("duration_min__lte", 1440)),
                name="service_duration_is_5_to_1440_minutes",
            ),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=models.Q(("buffer_after_min__lte", 480), ("buffer_before_min__lte", 480)),
                name="service_buffers_are_at_most_480_minutes",
            ),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=models.Q(("currency__regex", "^[A-Z]{3}$")), name="service_currency_is_iso_4217"
            ),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=models.Q(("tax_percent__gte", 0), ("tax_percent__lt", 100)),
                name="service_tax_is_a_percentage",
            ),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=models.Q(("capacity__gte", 1)), name="service_has_capacity"
            ),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=models.Q(("place__in", ["outlet", "customer"])), name="service_place_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="resourceneed",
            constraint=models.UniqueConstraint(fields=("service", "kind"), name="one_need_per_kind"),
        ),
        migrations.AddConstraint(
            model_name="resourceneed",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gte", 1)), name="need_is_at_least_one"
            ),
        ),
        migrations.AddIndex(
            model_name="offering",
            index=django.contrib.postgres.indexes.GistIndex(
                condition=models.Q(("is_live", True)), fields=["category", "point"], name="offering_nearest"
            ),
        ),
        migrations.AddConstraint(
            model_name="offering",
            constraint=models.UniqueConstraint(fields=("outlet", "service"), name="one_offering_per_outlet"),
        ),
        migrations.AddConstraint(
            model_name="serviceoption",
            constraint=models.CheckConstraint(
                condition=models.Q(("extra_min__lte", 480)), name="option_adds_at_most_480_minutes"
            ),
        ),
        migrations.AddConstraint(
            model_name="staffmember",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("rating_sum__gte", models.F("rating_count")),
                    (
                        "rating_sum__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("rating_count"), "*", models.Value(5)
                        ),
                    ),
                ),
                name="staff_rating_is_1_to_5",
            ),
        ),
        migrations.AddConstraint(
            model_name="staffassignment",
            constraint=models.UniqueConstraint(fields=("outlet", "staff"), name="one_assignment_per_outlet"),
        ),
        migrations.AddConstraint(
            model_name="skill",
            constraint=models.UniqueConstraint(fields=("service", "staff"), name="one_skill_per_service"),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                fields=("provider", "user"), name="one_membership_per_business"
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["owner", "manager", "staff"])),
                name="membership_role_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="hoursrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("weekday__lte", 6)), name="hours_weekday_is_0_to_6"
            ),
        ),
        migrations.AddConstraint(
            model_name="hoursrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_from__isnull", True),
                    ("valid_until__isnull", True),
                    ("valid_from__lte", models.F("valid_until")),
                    _connector="OR",
                ),
                name="hours_hold_from_before_until",
            ),
        ),
        migrations.AddConstraint(
            model_name="hoursrule",
            constraint=models.UniqueConstraint(
                fields=("outlet", "staff", "weekday", "opens", "valid_from"),
                name="hours_rule_once_per_start",
                nulls_distinct=False,
            ),
        ),
        migrations.AddIndex(
            model_name="hoursoverride",
            index=models.Index(fields=["outlet", "date"], name="override_by_date"),
        ),
        migrations.AddConstraint(
            model_name="hoursoverride",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closes__isnull", True), ("opens__isnull", True)),
                    models.Q(("closes__isnull", False), ("opens__isnull", False)),
                    _connector="OR",
                ),
                name="override_has_both_times_or_none",
            ),
        ),
        migrations.AddConstraint(
            model_name="hoursoverride",
            constraint=models.UniqueConstraint(
                fields=("outlet", "staff", "date", "opens"),
                name="override_once_per_start",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="timeoff",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[("staff", "="), ("period", "&&")], name="time_off_does_not_overlap"
            ),
        ),
        migrations.AddConstraint(
            model_name="timeoff",
            constraint=models.CheckConstraint(
                condition=models.Q(("period__isempty", False)), name="time_off_is_not_empty"
            ),
        ),
    ]
