"""The map's vector tiles: bytes, bounds, caching."""

import math

import pytest
from django.test import Client

from geo.errors import TileUnknown
from geo.tiles import MAX_ZOOM, tile


def of(lat: float, lng: float, zoom: int) -> tuple[int, int, int]:
    """The tile that holds a place (Web Mercator's own formula)."""
    n = 2**zoom
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return zoom, int((lng + 180) / 360 * n), int(y * n)


CENTRE = of(60.1690, 24.9420, 15)


def test_a_tile_of_the_centre_names_its_layers_and_streets(helsinki_map: None) -> None:
    body = tile(*CENTRE)
    assert len(body) > 2000
    for name in (b"buildings", b"streets", b"parks", b"Mannerheimintie", b"major"):
        assert name in body


def test_far_zooms_leave_details_out(helsinki_map: None) -> None:
    far, near = tile(*of(60.1690, 24.9420, 10)), tile(*of(60.1690, 24.9420, 14))
    assert b"buildings" not in far and b"buildings" in near
    assert b"path" not in far


def test_an_empty_place_has_an_empty_tile(helsinki_map: None) -> None:
    assert tile(*of(0.0, 0.0, 15)) == b""


@pytest.mark.parametrize(
    ("zoom", "x", "y"), [(-1, 0, 0), (MAX_ZOOM + 1, 0, 0), (0, 1, 0), (3, 0, 8), (3, -1, 0), (1, 2**70, 0)]
)
def test_a_tile_outside_the_map_is_refused(zoom: int, x: int, y: int) -> None:
    with pytest.raises(TileUnknown):
        tile(zoom, x, y)


def test_tiles_are_cached_and_revalidated(client: Client, helsinki_map: None) -> None:
    url = "/tiles/{}/{}/{}.mvt".format(*CENTRE)
    first = client.get(url)
    assert first.status_code == 200
    assert first["Content-Type"] == "application/vnd.mapbox-vector-tile"
    assert "max-age=86400" in first["Cache-Control"] and "public" in first["Cache-Control"]
    again = client.get(url, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.post(url).status_code == 405
    assert client.get("/tiles/99/0/0.mvt").status_code == 404
