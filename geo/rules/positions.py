"""Places on Earth as plain values: points, radii, map areas. Degrees are WGS 84, lengths are metres."""

import math
from dataclasses import dataclass

from geo.errors import BoxInvalid, PositionInvalid, RadiusInvalid

MAX_RADIUS_M = 100_000
METRES_PER_DEGREE = 111_320
EARTH_RADIUS_M = 6_371_009


@dataclass(frozen=True, slots=True)
class Position:
    """A point: latitude and longitude in degrees, WGS 84. The date line is -180, never 180.

    (One meridian under two names makes PostGIS's nearest-first index scans fail: "index returned tuples in
    wrong order".)
    """

    lat: float
    lng: float

    def __post_init__(self) -> None:
        if self.lng == 180:
            object.__setattr__(self, "lng", -180.0)


@dataclass(frozen=True, slots=True)
class Box:
    """A map area in degrees. `west > east` means that it crosses the date line."""

    west: float
    south: float
    east: float
    north: float

    @property
    def crosses_date_line(self) -> bool:
        return self.west > self.east

    @property
    def width(self) -> float:
        """Degrees of longitude from the western to the eastern edge, 0 to 360."""
        return (self.east - self.west) % 360 if self.crosses_date_line else self.east - self.west

    def centre(self) -> Position:
        """The point half-way between the edges."""
        lng = self.west + self.width / 2
        return Position((self.south + self.north) / 2, lng - 360 if lng > 180 else lng)


def position(lat: object, lng: object) -> Position:
    """A valid position from two numbers or numeric texts. Raises PositionInvalid."""
    y, x = _number(lat), _number(lng)
    if y is None or x is None or not -90 <= y <= 90 or not -180 <= x <= 180:
        raise PositionInvalid
    return Position(y, x)


def radius(metres: object) -> float:
    """A valid radius in metres. Raises RadiusInvalid unless it is between 1 and 100,000."""
    value = _number(metres)
    if value is None or not 1 <= value <= MAX_RADIUS_M:
        raise RadiusInvalid(max_m=MAX_RADIUS_M)
    return value


def box(text: str) -> Box:
    """The map area of `west,south,east,north`. Raises BoxInvalid."""
    numbers = [_number(part) for part in text.split(",")]
    if len(numbers) != 4 or None in numbers:
        raise BoxInvalid
    west, south, east, north = (n for n in numbers if n is not None)
    if not (-90 <= south < north <= 90 and -180 <= west <= 180 and -180 <= east <= 180) or west == east:
        raise BoxInvalid
    return Box(west, south, east, north)


def approximate(place: Position) -> Position:
    """The place moved to a grid of cells 100 to 250 m wide: the only form in which one may enter a URL.

    (Beyond 87 degrees of latitude the cells are narrower than 100 m.)
    """
    cos = math.cos(math.radians(place.lat))
    steps = (0.001, 0.002, 0.005, 0.01, 0.02)
    step = next((s for s in steps if s * METRES_PER_DEGREE * cos >= 100), steps[-1])
    return Position(round(place.lat, 3), round(round(place.lng / step) * step, 3))


def distance(a: Position, b: Position) -> float:
    """Metres between two places along a great circle of a sphere: within 0.6% of the ellipsoid."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    half_lng = math.radians(b.lng - a.lng) / 2
    h = math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(half_lng) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(h)))


def moved(place: Position, *, north_m: float, east_m: float) -> Position:
    """The place moved by a short way (metres, up to some kilometres)."""
    lat = max(-90.0, min(90.0, place.lat + north_m / METRES_PER_DEGREE))
    wide = METRES_PER_DEGREE * max(math.cos(math.radians(place.lat)), 1e-6)
    lng = (place.lng + east_m / wide + 180) % 360 - 180
    return Position(lat, lng)


def _number(value: object) -> float | None:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None
