"""The map and the addresses, as imported from OpenStreetMap; the ways that a routing server answered."""

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GinIndex

from geo.enums import Layer, TravelMode


class MapFeature(models.Model):
    """A line or area of the base map, in WGS 84."""

    layer = models.CharField(max_length=12, choices=Layer)
    # What it is within its layer, such as `major` or `path` for streets: decides its look and its first zoom.
    kind = models.CharField(max_length=24)
    name = models.CharField(max_length=120, blank=True)
    # The lowest zoom level at which it is drawn.
    min_zoom = models.PositiveSmallIntegerField()
    geometry = models.GeometryField(srid=4326)
    # The OpenStreetMap object it comes from, such as `w22696034`: a second import replaces, never doubles.
    source_ref = models.CharField(max_length=24)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["layer", "source_ref"], name="map_feature_once_per_source"),
        ]

    def __str__(self) -> str:
        return f"{self.layer}/{self.kind} {self.name or self.source_ref}"


class GeocodedAddress(models.Model):
    """A house number whose position is known; what the offline geocoder searches.

    The `*_key` columns hold text as `geo.rules.addresses.normalised` writes it, so that a trigram index
    answers misspelt queries. `number_from` and `number_to` differ where one entry stands for several houses
    ("4-6").
    """

    street = models.CharField(max_length=120)
    street_key = models.CharField(max_length=120)
    # Where streets have a second official name (Swedish in Helsinki).
    other_street = models.CharField(max_length=120, blank=True)
    other_street_key = models.CharField(max_length=120, blank=True)
    housenumber = models.CharField(max_length=16)
    number_from = models.PositiveIntegerField()
    number_to = models.PositiveIntegerField()
    postcode = models.CharField(max_length=12, blank=True)
    city = models.CharField(max_length=80)
    country = models.CharField(max_length=2, help_text="ISO 3166-1 alpha-2")
    point = models.PointField(geography=True, srid=4326)

    class Meta:
        verbose_name_plural = "geocoded addresses"
        constraints = [
            models.UniqueConstraint(
                fields=["country", "city", "street_key", "housenumber"], name="address_is_known_once"
            ),
            models.CheckConstraint(
                condition=models.Q(number_from__lte=models.F("number_to")), name="address_numbers_in_order"
            ),
        ]
        indexes = [
            GinIndex(fields=["street_key"], opclasses=["gin_trgm_ops"], name="address_street_trigrams"),
            GinIndex(fields=["other_street_key"], opclasses=["gin_trgm_ops"], name="address_other_trigrams"),
        ]

    def __str__(self) -> str:
        return self.line

    @property
    def line(self) -> str:
        """The address on one line, such as `Kalevankatu 12, 00100 Helsinki`."""
        place = f"{self.postcode} {self.city}".strip()
        return f"{self.street} {self.housenumber}, {place}"


class Leg(models.Model):
    """How long the ride between two places takes on empty roads, as a routing server answered (geo/routing).

    Places are ten-thousandths of a degree, about 11 metres; nothing says whose they are. Kept for some days.
    """

    start_lat = models.IntegerField()
    start_lng = models.IntegerField()
    end_lat = models.IntegerField()
    end_lng = models.IntegerField()
    mode = models.CharField(max_length=8, choices=TravelMode)
    seconds = models.PositiveIntegerField()
    # The server gave no answer: it counts for some minutes, so that nobody waits for each.
    is_estimate = models.BooleanField(default=False)
    found_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["start_lat", "start_lng", "end_lat", "end_lng", "mode"], name="leg_is_kept_once"
            ),
            models.CheckConstraint(condition=models.Q(mode__in=TravelMode.values), name="leg_mode_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.seconds} s {self.mode}"
