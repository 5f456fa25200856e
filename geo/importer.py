"""Putting an OpenStreetMap extract into the database: the map's features and the geocoder's addresses."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

from django.contrib.gis.geos import GEOSGeometry, Point
from django.db import connection, transaction

from geo import osm
from geo.enums import Layer
from geo.models import GeocodedAddress, MapFeature
from geo.rules.addresses import HouseNumber, house_number, normalised


@dataclass(frozen=True, slots=True)
class Imported:
    """How many rows an import wrote: features by layer, and addresses."""

    features: dict[str, int]
    addresses: int


def import_extract(path: Path | None = None, *, country: str = "FI", city: str = "Helsinki") -> Imported:
    """Load the extract at `path` (default: central Helsinki); a second time replaces, never doubles.

    `country` (ISO 3166-1 alpha-2) and `city` hold for addresses that do not say. Raises FileNotFoundError.
    """
    return store(osm.read(path or osm.helsinki()), country=country, city=city)


@transaction.atomic
def store(extract: osm.Extract, *, country: str = "FI", city: str = "Helsinki") -> Imported:
    """Write what an extract holds; rows of the same source or address are replaced."""
    features = [
        MapFeature(
            layer=f.layer,
            kind=f.kind,
            name=f.name,
            min_zoom=f.min_zoom,
            geometry=GEOSGeometry(f.wkt, srid=4326),
            source_ref=f.source_ref,
        )
        for f in extract.features
    ]
    features += _sea(extract)
    MapFeature.objects.bulk_create(
        features,
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["layer", "source_ref"],
        update_fields=["kind", "name", "min_zoom", "geometry"],
    )
    addresses = _addresses(extract, country=country, city=city)
    GeocodedAddress.objects.bulk_create(
        addresses,
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["country", "city", "street_key", "housenumber"],
        update_fields=["street", "other_street", "other_street_key", "postcode", "point"],
    )
    return Imported(dict(Counter(str(f.layer) for f in features)), len(addresses))


def _addresses(extract: osm.Extract, *, country: str, city: str) -> list[GeocodedAddress]:
    """One row per house number: shops in a house repeat it, and an address on its own beats theirs."""
    groups: dict[tuple[str, str, str], list[tuple[str, HouseNumber, osm.Spot]]] = defaultdict(list)
    for street, spot in osm.iterate_addresses(extract):
        number = house_number(spot.tags["addr:housenumber"])
        if number is None:
            continue
        town = spot.tags.get("addr:city", "")
        town = town if town.istitle() and " " not in town else city
        groups[town, normalised(street), number.text].append((street, number, spot))
    rows = []
    for (town, street_key, text), found in groups.items():
        street, number, _ = found[0]
        spots = [spot for _, _, spot in found]
        # A bare address or a building says where the door is; a shop may lie deep inside the block.
        best = min(spots, key=lambda s: ("name" in s.tags, s.source_ref[0] != "n", len(s.tags), s.source_ref))
        codes = Counter(
            code for s in spots if len(code := s.tags.get("addr:postcode", "")) == 5 and code.isdigit()
        )
        other = extract.other_names.get(street, "")
        rows.append(
            GeocodedAddress(
                street=street,
                street_key=street_key,
                other_street=other,
                other_street_key=normalised(other),
                housenumber=text,
                number_from=number.low,
                number_to=number.high,
                postcode=min(codes, key=lambda c: (-codes[c], c)) if codes else "",
                city=town,
                country=country,
                point=Point(best.lng, best.lat, srid=4326),
            )
        )
    _fill_postcodes(rows)
    return rows


def _fill_postcodes(rows: list[GeocodedAddress]) -> None:
    """A house without a postcode gets that of the nearest number of its street, when the street has any."""
    known: dict[tuple[str, str], list[GeocodedAddress]] = defaultdict(list)
    for row in rows:
        if row.postcode:
            known[row.city, row.street_key].append(row)
    known = {key: list(found) for key, found in known.items()}
    for row in rows:
        if not row.postcode and (near := known.get((row.city, row.street_key))):
            row.postcode = min(near, key=lambda n: abs(n.number_from - row.number_from)).postcode


def _sea(extract: osm.Extract) -> list[MapFeature]:
    """The water to the right of the coastline, within the extract's bounds.

    OpenStreetMap draws no sea, only coastlines with land on their left. The extract's edge cuts them a
    little inside its bounds: their ends are drawn out to the nearest edge, the bounds are cut along them,
    and the faces that lie just right of a coastline are water.
    """
    if not extract.coastlines:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_SEA_SQL, [*extract.bounds, extract.coastlines])
        faces = [row[0] for row in cursor.fetchall()]
    return [
        MapFeature(
            layer=Layer.WATER,
            kind="sea",
            name="",
            min_zoom=0,
            geometry=GEOSGeometry(face, srid=4326),
            source_ref=f"sea{number}",
        )
        for number, face in enumerate(faces)
    ]


_SEA_SQL = """
WITH bounds AS (SELECT ST_MakeEnvelope(%s, %s, %s, %s, 4326) AS box),
coast AS (
    SELECT ST_GeomFromText(wkt, 4326) AS line FROM unnest(%s::text[]) AS wkt
),
drawn_out AS (
    SELECT ST_MakeLine(ARRAY[
        ST_ClosestPoint(ST_Boundary(box), ST_StartPoint(line)), line,
        ST_ClosestPoint(ST_Boundary(box), ST_EndPoint(line))
    ]) AS line
    FROM coast, bounds
),
faces AS (
    SELECT (ST_Dump(ST_Polygonize(cut.lines))).geom AS face
    FROM (
        SELECT ST_Union(ST_Union(line), ST_Boundary(box)) AS lines
        FROM drawn_out, bounds GROUP BY box
    ) AS cut
),
probes AS (  -- a point about a metre to the right of the middle of each segment
    SELECT ST_Project(
        ST_LineInterpolatePoint(segment, 0.5)::geography, 1,
        ST_Azimuth(ST_StartPoint(segment)::geography, ST_EndPoint(segment)::geography) + pi() / 2
    )::geometry AS probe
    FROM coast, LATERAL (SELECT (ST_DumpSegments(line)).geom AS segment) AS cut
)
SELECT ST_AsText(ST_Multi(face)) FROM faces
WHERE EXISTS (SELECT 1 FROM probes WHERE ST_Contains(face, probe))
ORDER BY ST_Area(face) DESC
"""
