import django.contrib.gis.db.models.fields
import django.contrib.postgres.indexes
from django.contrib.postgres.operations import BtreeGistExtension, CreateExtension, TrigramExtension
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        # First of all migrations: the apps above rely on them too.
        CreateExtension("postgis"),
        BtreeGistExtension(),
        TrigramExtension(),
        migrations.CreateModel(
            name="GeocodedAddress",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("street", models.CharField(max_length=120)),
                ("street_key", models.CharField(max_length=120)),
                ("other_street", models.CharField(blank=True, max_length=120)),
                ("other_street_key", models.CharField(blank=True, max_length=120)),
                ("housenumber", models.CharField(max_length=16)),
                ("number_from", models.PositiveIntegerField()),
                ("number_to", models.PositiveIntegerField()),
                ("postcode", models.CharField(blank=True, max_length=12)),
                ("city", models.CharField(max_length=80)),
                ("country", models.CharField(help_text="ISO 3166-1 alpha-2", max_length=2)),
                ("point", django.contrib.gis.db.models.fields.PointField(geography=True, srid=4326)),
            ],
            options={
                "verbose_name_plural": "geocoded addresses",
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["street_key"], name="address_street_trigrams", opclasses=["gin_trgm_ops"]
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["other_street_key"], name="address_other_trigrams", opclasses=["gin_trgm_ops"]
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("country", "city", "street_key", "housenumber"), name="address_is_known_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number_from__lte", models.F("number_to"))),
                        name="address_numbers_in_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MapFeature",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "layer",
                    models.CharField(
                        choices=[
                            ("water", "Water"),
                            ("parks", "Green areas"),
                            ("squares", "Squares and pedestrian areas"),
                            ("buildings", "Buildings"),
                            ("rails", "Railways and tramways"),
                            ("streets", "Streets and paths"),
                        ],
                        max_length=12,
                    ),
                ),
                ("kind", models.CharField(max_length=24)),
                ("name", models.CharField(blank=True, max_length=120)),
                ("min_zoom", models.PositiveSmallIntegerField()),
                ("geometry", django.contrib.gis.db.models.fields.GeometryField(srid=4326)),
                ("source_ref", models.CharField(max_length=24)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("layer", "source_ref"), name="map_feature_once_per_source"
                    )
                ],
            },
        ),
    ]
