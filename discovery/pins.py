"""What a map shows of a search: every match in the part of the map that is seen, near ones together as one.

One statement. It looks at no more than LOOKED_AT services and answers no more than MOST pins, so that a whole country
costs what a town does.
"""

# ruff: noqa: S608 - statements are put together from the constants below; every value is a parameter

from dataclasses import dataclass, replace
from datetime import timedelta

from django.db import connection

from common import clock
from common.errors import InvalidInput
from common.money import Money
from common.spans import Span
from discovery import kept as keeping
from discovery.kept import Kept
from discovery.rules.questions import Question
from discovery.terms import HERE, area_of, sold_as, tables, values_of
from geo.rules.positions import Box
from geo.tiles import WORLD_M

LOOKED_AT = 20_000
MOST = 400
FURTHEST_ZOOM = 22
# Side of a cell in pixels of a map of 512-pixel tiles: what lies in one is together.
CELL_PX = 56
TILE_PX = 512
# Without a span to be free in, a place is lit when it has time within so many days.
LIT = timedelta(days=14)

STATEMENT = """
WITH RECURSIVE {tables},
gathered AS MATERIALIZED (
    SELECT f.outlet_id, f.category_id, f.price_amount, f.point::geometry AS point FROM providers_offering f
     WHERE {sold} LIMIT %(looked_at)s + 1),
outlets AS (
    SELECT outlet_id, min(price_amount) AS price, point, ST_Transform(point, 3857) AS flat
      FROM gathered GROUP BY outlet_id, point),
cells AS MATERIALIZED (
    SELECT count(*) AS places, avg(ST_X(point)) AS lng, avg(ST_Y(point)) AS lat, min(price) AS price,
           min(outlet_id) AS outlet_id
      FROM outlets GROUP BY floor(ST_X(flat) / %(cell)s::float8), floor(ST_Y(flat) / %(cell)s::float8)
     ORDER BY count(*) DESC, min(outlet_id) LIMIT %(most)s)
SELECT (SELECT count(*) > %(looked_at)s FROM gathered), c.places, c.lng, c.lat, c.price, o.currency,
       CASE WHEN c.places = 1 THEN o.public_id END, o.name,
       CASE WHEN c.places = 1 THEN {lit} ELSE true END
  FROM cells c JOIN providers_outlet o ON o.id = c.outlet_id
"""


@dataclass(frozen=True, slots=True)
class Pin:
    """One outlet, or `places` of them that lie close together (then without an id), at their middle (WGS 84).

    `price` is the least of what was searched for; lit: free then, or within LIT when no span was asked for.
    """

    places: int
    lng: float
    lat: float
    price: Money
    id: str
    name: str
    lit: bool


@dataclass(frozen=True, slots=True)
class Pins:
    """`cut`: there is more than was looked at."""

    pins: list[Pin]
    cut: bool


def pins(asked: Question, *, view: Box, zoom: float) -> Pins:
    """The matches of a search within `view`, together by cells of CELL_PX at `zoom` (512-pixel tiles).

    A radius that was asked for still holds; another part of the map does not. Raises InvalidInput for a zoom that no
    map has.
    """
    if not 0 <= zoom <= FURTHEST_ZOOM:
        raise InvalidInput(errors=[{"field": "zoom", "message": f"0 to {FURTHEST_ZOOM}"}])
    seen = replace(asked, box=view)
    now = clock.now()
    free = asked.free
    span = Span(max(free.start, now), free.end) if free and free.end > now else Span(now, now + LIT)
    kept = Kept.within(span, now=now)
    values = values_of(seen, after=None, outlets=0, language="")
    values |= {"looked_at": LOOKED_AT, "most": MOST, "cell": WORLD_M / (TILE_PX * 2**zoom) * CELL_PX}
    where = [*sold_as(seen), *area_of(seen, "f")]
    if seen.radius_m is not None:
        where.append(f"(f.point <-> {HERE}) <= %(radius)s::float8")
    with_tables = tables(seen)
    lit = "true"
    if kept:
        values |= kept.values()
        with_tables.append(keeping.ASKED)
        if free:
            where.append(keeping.may_be_free("f"))
        else:
            lit = (
                "(SELECT bool_or(free) FROM (SELECT "
                + keeping.may_be_free("g")
                + " AS free FROM gathered g WHERE g.outlet_id = c.outlet_id) each)"
            )
    sql = STATEMENT.format(tables=", ".join(with_tables), sold=" AND ".join(where), lit=lit)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows = cursor.fetchall()
    return Pins(
        [
            Pin(places, lng, lat, Money(price, currency), public_id or "", name, bool(is_lit))
            for _, places, lng, lat, price, currency, public_id, name, is_lit in rows
        ],
        bool(rows and rows[0][0]),
    )
