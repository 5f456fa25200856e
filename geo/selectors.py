"""Questions about places: where an address is, what is near a point. Degrees are WGS 84, lengths metres."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.contrib.gis.measure import D
from django.db.models import BooleanField, FloatField, Func, QuerySet
from geopy.distance import geodesic
from geopy.location import Location

from geo.enums import Precision
from geo.errors import AddressUnknown
from geo.geocoder import OfflineGeocoder
from geo.rules.positions import Position

LINE_LIMIT = 200
# A circle drawn with this many corners loses at most 0.13% of its radius between two of them.
CIRCLE_CORNERS = 64


@dataclass(frozen=True, slots=True)
class GeocodeResult:
    """An address on one line, where it is (degrees, WGS 84) and how exactly that is known."""

    line: str
    lat: float
    lng: float
    precision: Precision


def geocode(text: str, *, near: Position | None = None) -> GeocodeResult | None:
    """Where the address in `text` is, or None. `near` decides between streets of the same name."""
    location = _geocoder().geocode(text[:LINE_LIMIT], near=near)
    return _result(location) if location else None


def require_address(text: str, *, near: Position | None = None) -> GeocodeResult:
    """Where the address in `text` is. Raises AddressUnknown."""
    if result := geocode(text, near=near):
        return result
    raise AddressUnknown


def suggest(text: str, limit: int = 5, *, near: Position | None = None) -> list[GeocodeResult]:
    """At most `limit` addresses or streets that the half-typed `text` may become, most likely first."""
    return [_result(found) for found in _geocoder().suggest(text[:LINE_LIMIT], limit=limit, near=near)]


def reverse(place: Position) -> GeocodeResult | None:
    """The address nearest to a place, or None when there is none within 300 m."""
    location = _geocoder().reverse((place.lat, place.lng))
    return _result(location) if location else None


@cache
def _geocoder() -> OfflineGeocoder:
    return OfflineGeocoder()  # geopy prepares a TLS context for each, which takes 20 ms


def _result(location: Location) -> GeocodeResult:
    return GeocodeResult(
        location.address, location.latitude, location.longitude, Precision(location.raw["precision"])
    )


def point(place: Position) -> Point:
    """The place as a geometry for a model's field."""
    return Point(place.lng, place.lat, srid=4326)


def position_of(geometry: Point) -> Position:
    """The place that a model's point field holds."""
    return Position(geometry.y, geometry.x)


class Nearness(Func):
    """Metres from a geography column to a place, by `<->`: to order by it walks the index."""

    def __init__(self, column: Any, place: Position | None = None, **extra: Any) -> None:
        self.place = place or Position(0.0, 0.0)
        super().__init__(column, output_field=FloatField(), **extra)

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **extra: Any) -> tuple[str, tuple[Any, ...]]:
        column, params = compiler.compile(self.source_expressions[0])
        here = "ST_SetSRID(ST_MakePoint(%s, %s), 4326)::geography"
        return f"({column} <-> {here})", (*params, self.place.lng, self.place.lat)


class _InCircle(Func):
    """Whether a geography column's box meets that of an area: by index, and the planner can count it.

    (ST_DWithin would do, but the planner takes it for one row and sorts instead of walking the index: the
    nearest 20 of 10,000 take 58 ms in place of 0.2.)
    """

    output_field = BooleanField()

    def __init__(self, column: Any, area: MultiPolygon | None = None, **extra: Any) -> None:
        self.area = area
        super().__init__(column, **extra)

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **extra: Any) -> tuple[str, tuple[Any, ...]]:
        column, params = compiler.compile(self.source_expressions[0])
        return f"({column} && %s::geography)", (*params, self.area.ewkt if self.area else None)


def nearest(
    rows: QuerySet[Any], place: Position, *, field: str = "point", within_m: float | None = None
) -> QuerySet[Any]:
    """`rows` nearest first, each with `distance` (use `.m`, metres); only those within `within_m` when given.

    `field` is the path of a geography point column. With a limit the rows come straight from its index, in
    order; a second ordering would cost that.
    """
    rows = rows.annotate(distance=Distance(field, point(place)))
    if within_m is not None:
        rows = rows.filter(_InCircle(field, circle(place, within_m * 1.01)), distance__lte=D(m=within_m))
    return rows.order_by(Nearness(field, place))


def within(rows: QuerySet[Any], place: Position, radius_m: float, *, field: str = "point") -> QuerySet[Any]:
    """The rows whose geography `field` is at most `radius_m` metres from a place, date line or not."""
    return rows.filter(**{f"{field}__dwithin": (point(place), D(m=radius_m))})


def serves(rows: QuerySet[Any], place: Position, *, field: str = "service_area") -> QuerySet[Any]:
    """The rows whose geography area `field` covers a place: whose staff come there."""
    return rows.filter(**{f"{field}__covers": point(place)})


def circle(place: Position, radius_m: float) -> MultiPolygon:
    """The service area of a radius: a geodesic circle as a geography, right across the date line too."""
    here = (place.lat, place.lng)
    corners = []
    for corner in range(CIRCLE_CORNERS):
        there = geodesic(meters=radius_m).destination(here, bearing=360 * corner / CIRCLE_CORNERS)
        corners.append((there.longitude, there.latitude))
    return MultiPolygon(Polygon([*corners, corners[0]]), srid=4326)


def drawn(corners: Sequence[Position]) -> MultiPolygon:
    """The service area within these corners, in order."""
    ring = [(corner.lng, corner.lat) for corner in corners]
    return MultiPolygon(Polygon([*ring, ring[0]]), srid=4326)


def distance_m(a: Position, b: Position) -> int:
    """Whole metres between two places on the ellipsoid."""
    return math.floor(geodesic((a.lat, a.lng), (b.lat, b.lng)).meters + 0.5)
