"""Points, radii and map areas: the pure rules and what the database makes of them."""

import math

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import BoxInvalid, PositionInvalid, RadiusInvalid
from geo.models import GeocodedAddress
from geo.rules import positions
from geo.rules.positions import Position
from geo.selectors import circle, distance_m, nearest, within

places = st.builds(Position, st.floats(-85, 85), st.floats(-180, 180))


def known(*spots: tuple[float, float]) -> None:
    """Addresses at (lat, lng), named 0, 1, 2 … in this order."""
    GeocodedAddress.objects.bulk_create(
        GeocodedAddress(
            street="Street", street_key="street", housenumber=str(n), number_from=n, number_to=n,
            city="Town", country="FI", point=Point(lng, lat, srid=4326),
        )
        for n, (lat, lng) in enumerate(spots)
    )  # fmt: skip


def numbers(rows: object) -> list[int]:
    return [row.number_from for row in rows]  # type: ignore[attr-defined]


@pytest.mark.parametrize("lat, lng", [(91, 0), (0, 181), ("x", 0), (None, 0), (float("nan"), 0), ("", "")])
def test_a_place_off_the_earth_is_refused(lat: object, lng: object) -> None:
    with pytest.raises(PositionInvalid):
        positions.position(lat, lng)
    assert positions.position("60.17", "-180") == Position(60.17, -180.0)


@pytest.mark.parametrize("metres", [0, -1, 100_001, "wide", None, float("inf"), float("nan")])
def test_a_huge_or_empty_radius_is_refused(metres: object) -> None:
    with pytest.raises(RadiusInvalid):
        positions.radius(metres)
    assert positions.radius("5000") == 5000.0


@pytest.mark.parametrize("text", ["", "1,2,3", "1,2,3,x", "0,10,1,5", "0,0,181,1", "0,-91,1,0", "5,0,5,1"])
def test_a_map_area_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BoxInvalid):
        positions.box(text)


def test_the_date_line_has_one_name() -> None:
    assert Position(1, 180) == Position(1, -180)
    assert positions.position("1", "180").lng == -180
    assert positions.moved(Position(0, 179.9999), north_m=0, east_m=50).lng < 0


def test_an_area_across_the_date_line_is_as_wide_as_it_looks() -> None:
    area = positions.box("170,-20,-170,-10")
    assert area.crosses_date_line and area.width == 20
    assert area.centre() == Position(-15, 180)
    assert positions.box("24,60,25,61").centre() == Position(60.5, 24.5)


@given(places)
def test_an_approximate_place_is_off_but_not_far(place: Position) -> None:
    rough = positions.approximate(place)
    assert positions.distance(place, rough) < 180
    assert positions.approximate(rough) == rough


def test_an_approximate_place_hides_the_house() -> None:
    here = Position(60.16694, 24.93736)
    around = {
        positions.approximate(positions.moved(here, north_m=n, east_m=e))
        for n in range(-200, 201, 10)
        for e in range(-200, 201, 10)
    }
    assert len(around) <= 25


@pytest.mark.django_db
def test_nearest_first_with_true_distances_also_across_the_date_line() -> None:
    known((-17.0, 179.99), (-17.0, -179.98), (-17.0, 179.90), (60.0, 25.0))
    here = Position(-17.0, -179.999)
    found = list(nearest(GeocodedAddress.objects.all(), here, within_m=20_000))
    assert numbers(found) == [0, 1, 2]
    assert found[0].distance.m == pytest.approx(  # type: ignore[attr-defined]
        distance_m(here, Position(-17.0, 179.99)), abs=2
    )
    assert numbers(within(GeocodedAddress.objects.order_by("pk"), here, 2_000)) == [0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "lat, lng", [(0, 0), (0, 90), (0, 180), (0, -90), (60.17, 24.94), (-45, -179.99), (84, 10)]
)
@pytest.mark.parametrize("radius_m", [500, 100_000])
def test_everything_within_a_radius_is_found_wherever_on_earth(lat: float, lng: float, radius_m: int) -> None:
    here = Position(lat, lng)
    ring = [(n, e) for n in (-0.65, 0, 0.65) for e in (-0.65, 0, 0.65)]
    spots = [positions.moved(here, north_m=n * radius_m, east_m=e * radius_m) for n, e in ring]
    known(*((spot.lat, spot.lng) for spot in spots))
    found = nearest(GeocodedAddress.objects.all(), here, within_m=radius_m)
    assert sorted(numbers(found)) == list(range(9))
    assert numbers(found[:1]) == [4]


@pytest.mark.django_db
@pytest.mark.parametrize("centre", [Position(60.17, 24.94), Position(-17.0, 179.995), Position(0.0, -180.0)])
def test_a_service_area_covers_its_radius_and_no_more(centre: Position) -> None:
    area = circle(centre, 3_000)
    inside = positions.moved(centre, north_m=0, east_m=2_950)
    outside = positions.moved(centre, north_m=0, east_m=3_050)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_Covers(area, ST_Point(%s, %s)::geography),"
            " ST_Covers(area, ST_Point(%s, %s)::geography), ST_Area(area)"
            " FROM (SELECT ST_GeogFromWKB(%s) AS area) AS one",
            [inside.lng, inside.lat, outside.lng, outside.lat, bytes(area.ewkb)],
        )
        covers, covers_outside, square_metres = cursor.fetchone()
    assert (covers, covers_outside) == (True, False)
    assert square_metres == pytest.approx(math.pi * 3_000**2, rel=0.01)
