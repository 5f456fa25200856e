"""Vector tiles of the base map (Mapbox Vector Tile 2.1, Web Mercator, 4096 units a side).

The source is `/tiles/{z}/{x}/{y}.mvt`, zoom 0 to 18 (a map may overzoom). Layers, lowest first, and their
attributes (`name` is left out when a feature has none):

| layer | geometry | `kind` | from zoom |
| --- | --- | --- | --- |
| `water` | polygon | `sea`, `lake` | 0, 10 |
| `parks` | polygon | `park`, `garden`, `grass` | 11, 11, 14 |
| `squares` | polygon | `square`, `pedestrian` | 14 |
| `buildings` | polygon | `building` | 13 |
| `rails` | line | `rail`, `subway`, `tram` | 11, 13, 15 |
| `streets` | line | `major`, `minor`, `pedestrian`, `service`, `path`, `steps` | 8, 13, 13, 15, 16, 16 |

Streets are drawn thinner in that order. Show `geo.osm.ATTRIBUTION` on every map.
"""

from django.db import connection

from geo.enums import Layer
from geo.errors import TileUnknown

MAX_ZOOM = 18
EXTENT = 4096
# How far geometry reaches over the tile's edge, in its units, so that wide lines meet their neighbours.
BUFFER = 64
WORLD_M = 40_075_016.68557849

_LAYER_SQL = """
SELECT ST_AsMVT(feature, %(name_{layer})s, {extent}, 'geometry') AS tile FROM (
    SELECT
        ST_AsMVTGeom(
            ST_Simplify(ST_Transform(geometry, 3857), %(tolerance)s, true), box, {extent}, {buffer}, true
        ) AS geometry,
        kind, nullif(name, '') AS name
    FROM geo_mapfeature, bounds
    WHERE layer = %(name_{layer})s AND min_zoom <= %(zoom)s AND geometry && reach
    ORDER BY id
) AS feature WHERE geometry IS NOT NULL
"""

_TILE_SQL = """
WITH bounds AS MATERIALIZED (
    SELECT
        ST_TileEnvelope(%(zoom)s, %(x)s, %(y)s) AS box,
        ST_Transform(ST_TileEnvelope(%(zoom)s, %(x)s, %(y)s, margin => %(margin)s), 4326) AS reach
)
SELECT string_agg(tile, ''::bytea) FROM ({layers}) AS layers
""".replace(
    "{layers}",
    " UNION ALL ".join(_LAYER_SQL.format(layer=layer.name, extent=EXTENT, buffer=BUFFER) for layer in Layer),
)


def tile(zoom: int, x: int, y: int) -> bytes:
    """The tile at a zoom level, column and row (counted from the north-west); b"" where the map is empty.

    Lines lose detail finer than half a pixel of a 256-pixel tile. Raises TileUnknown.
    """
    if not 0 <= zoom <= MAX_ZOOM or not 0 <= x < 2**zoom or not 0 <= y < 2**zoom:
        raise TileUnknown
    names = {f"name_{layer.name}": layer.value for layer in Layer}
    place = {"zoom": zoom, "x": x, "y": y, "margin": BUFFER / EXTENT}
    tolerance = WORLD_M / 2**zoom / 512 if zoom < MAX_ZOOM else 0.0
    with connection.cursor() as cursor:
        cursor.execute(_TILE_SQL, {**place, "tolerance": tolerance, **names})
        row = cursor.fetchone()
    return bytes(row[0] or b"")
