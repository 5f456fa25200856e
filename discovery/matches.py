"""The first statement of a search: which outlets match, in order, from where the cursor stands.

Outlets are **picked** first, no more than are needed; only for those are names, services and prices read.

How they are picked decides what it costs. Nearest first in a category walks the (category, point) index of
offerings, once for each leaf of the category, so that the index gives the order and the walk stops early
(asked for all leaves at once, PostgreSQL would sort every match; so it would, before 16, for a second sort
key: hence the ties). With a span to be free in it walks the open days of outlets in the same way (discovery/kept.py).
Nearest first in any category walks the index of outlets. Every other order, and home visits, gather all matches of
the area and sort them.

Distances are on the sphere, as the index orders them: within 0.5% of the ellipsoid.
"""

# ruff: noqa: S608 - statements are put together from the constants below; every value is a parameter

from dataclasses import dataclass
from typing import Any

from django.db import connection

from common.prepared import prepared
from discovery import kept as keeping
from discovery.enums import Sort
from discovery.kept import Kept
from discovery.rules.questions import Question, circle_around

# A place in the order: two sort keys and the outlet's primary key.
Key = tuple[float, float, int]

HERE = "ST_SetSRID(ST_MakePoint(%(lng)s::float8, %(lat)s::float8), 4326)::geography"
BOX_CENTRE = "ST_SetSRID(ST_MakePoint(%(box_lng)s::float8, %(box_lat)s::float8), 4326)::geography"

# Where a cursor stands that goes by distance alone.
NEARER = "({distance}, {outlet}) > (%(after1)s::float8, %(after_pk)s::bigint)"

CATEGORIES = """cats AS (
    SELECT id FROM providers_category WHERE slug = %(category)s::text AND archived_at IS NULL
    UNION ALL
    SELECT c.id FROM providers_category c JOIN cats ON c.parent_id = cats.id WHERE c.archived_at IS NULL
)"""

# Where a home visit can go; the index on service_area finds them.
SERVING = f"serving AS MATERIALIZED (SELECT id FROM providers_outlet WHERE ST_Covers(service_area, {HERE}))"

# Where one word is: in a name as it is, or nearly (a slip of the pen) by its trigrams, which have indexes. A
# category stands for all below it, a business for all its outlets.
WORD = """
named_{n} AS (
    SELECT category_id AS id FROM providers_categoryname WHERE {name_like}
    UNION
    SELECT c.id FROM providers_category c JOIN named_{n} ON c.parent_id = named_{n}.id),
services_{n} AS MATERIALIZED (SELECT id FROM providers_service WHERE {name_like}),
outlets_{n} AS MATERIALIZED (
    SELECT id FROM providers_outlet WHERE {name_like}
    UNION
    SELECT o.id FROM providers_outlet o
     WHERE o.provider_id IN (SELECT id FROM providers_provider WHERE {name_like}))
"""
NAME_LIKE = "(name ILIKE %(like_{n})s::text OR %(word_{n})s::text <%% name)"

MATCHES = """
WITH RECURSIVE {tables},
picked AS MATERIALIZED ({picked})
SELECT picked.key1, picked.key2, o.id, o.public_id, o.name, o.language, o.street_line, o.city,
       ST_Y(o.point::geometry), ST_X(o.point::geometry), {distance}, o.timezone, o.currency,
       CASE WHEN o.rating_count > 0 THEN round(o.rating_score::numeric, 1)::float8 END,
       o.rating_count, f.id, f.price_amount, f.place, s.public_id, s.name, s.language, s.duration_min,
       c.slug, coalesce(
           (SELECT n.name FROM providers_categoryname n
             WHERE n.category_id = c.id AND n.language IN (%(language)s::text, split_part(%(language)s::text, '-', 1),
             'en') ORDER BY n.language = %(language)s::text DESC, n.language <> 'en' DESC LIMIT 1), c.slug)
  FROM picked
  JOIN providers_outlet o ON o.id = picked.outlet_id
 CROSS JOIN LATERAL (
       SELECT f.* FROM providers_offering f WHERE f.outlet_id = o.id AND {sold}
        ORDER BY f.price_amount, f.id {each}) f
  JOIN providers_service s ON s.id = f.service_id
  JOIN providers_category c ON c.id = f.category_id
 ORDER BY picked.key1, picked.key2, o.id, f.price_amount, f.id
"""


@dataclass(frozen=True, slots=True)
class Match:
    """One matching service at one outlet, as the statement tells it; distance in metres."""

    key: Key
    outlet_pk: int
    outlet_id: str
    outlet_name: str
    outlet_language: str
    street_line: str
    city: str
    lat: float
    lng: float
    distance_m: float | None
    timezone: str
    currency: str
    rating: float | None
    rating_count: int
    offering_pk: int
    price_amount: int
    place: str
    service_id: str
    service_name: str
    service_language: str
    duration_min: int
    category: str
    category_name: str


def find_matches(
    question: Question,
    *,
    after: Key | None,
    outlets: int,
    every_service: bool,
    language: str,
    kept: Kept | None = None,
) -> list[list[Match]]:
    """At most `outlets` outlets after a key, in order, each with its cheapest matching service or with all.

    With `kept` only those that may be free in its span; by soonest an outlet comes once for every day on which it may
    be, with the first quarter (seconds since 1970) as first key. One statement.
    """
    values = _values(question, after=after, outlets=outlets, language=language)
    if kept:
        values |= kept.values()
    sql = MATCHES.format(
        tables=", ".join([*_tables(question), *([keeping.ASKED] if kept else [])]),
        picked=_picked(question, after=after is not None, kept=kept),
        distance=f"o.point <-> {HERE}" if question.here else "NULL::float8",
        sold=" AND ".join(_sold(question)),
        each="" if every_service else "LIMIT 1",
    )
    found: list[list[Match]] = []
    # How a word is best looked for depends on the word: those are planned each time.
    with connection.cursor() if question.words else prepared() as cursor:
        cursor.execute(sql, values)
        for key1, key2, outlet_pk, *rest in cursor.fetchall():
            match = Match((key1, key2, outlet_pk), outlet_pk, *rest)
            if found and found[-1][0].key == match.key:
                found[-1].append(match)
            else:
                found.append([match])
    return found


def _tables(question: Question) -> list[str]:
    tables = [CATEGORIES if question.category else "cats AS (SELECT NULL::bigint AS id)"]
    if question.place == "customer":
        tables.append(SERVING)
    for n in range(len(question.words)):
        tables.append(WORD.format(n=n, name_like=NAME_LIKE.format(n=n)))
    return tables


def _picked(question: Question, *, after: bool, kept: Kept | None) -> str:
    by_distance = question.sort in (Sort.DISTANCE, Sort.SOONEST) and question.centre is not None
    if kept:
        if question.sort is Sort.SOONEST:
            return _soonest(question, after)
        if by_distance and question.category and not question.words and question.place != "customer":
            return _nearest_kept(question, after)
        return _all_sorted(question, after, by_distance=by_distance, free=True)
    if by_distance and question.place != "customer":
        return _nearest(question, NEARER if after else None)
    return _all_sorted(question, after, by_distance=by_distance)


def _nearest(question: Question, after: str | None) -> str:
    """Nearest first; `after` compares a distance and an outlet's key with where the cursor stands."""
    return _nearest_of_leaves(question, after) if question.category else _nearest_outlets(question, after)


def _nearest_of_leaves(question: Question, after: str | None) -> str:
    """Walk the index of offerings once per category below the asked one."""
    distance = f"f.point <-> {_centre(question)}"
    where = [*_sold(question, category="f.category_id = cats.id"), *_area(question, "f")]
    # Several services of one category at one outlet count once. (As a NOT EXISTS it would be joined by hash,
    # for all of the category.)
    twins = " AND ".join(_sold(question, alias="t", category="t.category_id = f.category_id"))
    where.append(
        "(SELECT count(*) = 0 FROM providers_offering t"
        f" WHERE t.outlet_id = f.outlet_id AND t.id < f.id AND {twins})"
    )
    if after:
        where.append(after.format(distance=distance, outlet="f.outlet_id"))
    return f"""
        SELECT DISTINCT near.key1, 0::float8 AS key2, near.outlet_id
          FROM cats CROSS JOIN LATERAL (
               SELECT f.outlet_id, {distance} AS key1 FROM providers_offering f
                WHERE {" AND ".join(where)}
                ORDER BY {distance} FETCH FIRST (%(outlets)s) ROWS WITH TIES) near
         {_reach(question, "near.key1")}
         ORDER BY near.key1, near.outlet_id LIMIT %(outlets)s"""


def _nearest_outlets(question: Question, after: str | None) -> str:
    """Walk the index of outlets."""
    distance = f"o.point <-> {_centre(question)}"
    where = _area(question, "o")
    sold = " AND ".join(_sold(question))
    where.append(f"(SELECT true FROM providers_offering f WHERE f.outlet_id = o.id AND {sold} LIMIT 1)")
    if after:
        where.append(after.format(distance=distance, outlet="o.id"))
    return f"""
        SELECT near.* FROM (
               SELECT o.id AS outlet_id, {distance} AS key1, 0::float8 AS key2 FROM providers_outlet o
                WHERE {" AND ".join(where)}
                ORDER BY {distance} FETCH FIRST (%(outlets)s) ROWS WITH TIES) near
         {_reach(question, "near.key1")}
         ORDER BY near.key1, near.outlet_id LIMIT %(outlets)s"""


def _nearest_kept(question: Question, after: bool) -> str:
    """Walk the open days of outlets, once per category below the asked one and day of the span."""
    # The category is the row's own: only more than that has to be looked up.
    more = question.place or question.words
    sold = " AND ".join(_sold(question)) if more else None
    walked = keeping.nearest(
        distance=f"d.point <-> {_centre(question)}",
        area=_area(question, "d"),
        sold=sold,
        due_area=_area(question, "k"),
        due_sold=" AND ".join(_sold(question)),
        after=NEARER if after else None,
    )
    return f"""
        SELECT DISTINCT near.key1, 0::float8 AS key2, near.outlet_id FROM ({walked}) near
         {_reach(question, "near.key1")}
         ORDER BY near.key1, near.outlet_id LIMIT %(outlets)s"""


def _soonest(question: Question, after: bool) -> str:
    """The days of outlets by their first open quarter; who is nearest first among those of the same."""
    distance = f"{{alias}}.point <-> {_centre(question)}" if question.centre else None

    def area(alias: str) -> list[str]:
        reach = [f"({alias}.point <-> {HERE}) <= %(radius)s::float8"] if question.radius_m is not None else []
        return [*_area(question, alias), *reach]

    sold = " AND ".join(_sold(question))
    if question.free:
        rest = None
    elif question.centre and question.place != "customer":
        later = f"({keeping.NEVER}::float8, {{distance}}, {{outlet}}) > {keeping.AFTER}" if after else None
        rest = f"SELECT outlet_id, key1 AS key2 FROM ({_nearest(question, later)}) near"
    else:
        away = distance.format(alias="f") if distance else "0::float8"
        rest = (
            f"SELECT f.outlet_id, min({away}) AS key2 FROM providers_offering f"
            f" WHERE {' AND '.join([sold, *area('f')])} GROUP BY f.outlet_id"
        )
    return keeping.soonest(
        distance=distance,
        category=bool(question.category),
        sold=sold if question.place or question.words else None,
        # In any category the outlets' own index finds those of the area.
        area=area("d" if question.category else "o"),
        due_area=area("k"),
        due_sold=sold,
        after=after,
        rest=rest,
    )


def _all_sorted(question: Question, after: bool, *, by_distance: bool, free: bool = False) -> str:
    """Gather every match of the area (`free`: that may be in the span) and sort."""
    distance = f"o.point <-> {_centre(question)}" if question.centre else "0::float8"
    if by_distance:
        keys = (distance, "0::float8")
    elif question.sort is Sort.PRICE:
        keys = ("sold.price::float8", distance)
    else:
        # The Bayesian mean, kept on the row; who has no reviews yet comes last.
        keys = ("CASE WHEN o.rating_count > 0 THEN -o.rating_score ELSE 0 END", "-o.rating_count::float8")
    where = [*_sold(question), *_area(question, "f")]
    if question.radius_m is not None:
        where.append(f"(f.point <-> {HERE}) <= %(radius)s::float8")
    if free:
        where.append(keeping.may_be_free("f"))
    later = (
        "WHERE (key1, key2, outlet_id) > (%(after1)s::float8, %(after2)s::float8, %(after_pk)s::bigint)"
        if after
        else ""
    )
    return f"""
        SELECT outlet_id, key1, key2 FROM (
               SELECT o.id AS outlet_id, {keys[0]} AS key1, {keys[1]} AS key2
                 FROM (SELECT f.outlet_id, min(f.price_amount) AS price FROM providers_offering f
                        WHERE {" AND ".join(where)} GROUP BY f.outlet_id) sold
                 JOIN providers_outlet o ON o.id = sold.outlet_id) keyed
         {later}
         ORDER BY key1, key2, outlet_id LIMIT %(outlets)s"""


def _sold(question: Question, *, alias: str = "f", category: str | None = None) -> list[str]:
    """What makes a live offering one that was searched for, wherever its outlet is."""
    terms = [f"{alias}.is_live"]
    if question.category:
        terms.append(category or f"{alias}.category_id IN (SELECT id FROM cats)")
    if question.place:
        terms.append(f"{alias}.place = %(place)s::text")
    if question.place == "customer":
        terms.append(f"{alias}.outlet_id IN (SELECT id FROM serving)")
    for n in range(len(question.words)):
        terms.append(
            f"({alias}.category_id IN (SELECT id FROM named_{n}) OR {alias}.service_id IN"
            f" (SELECT id FROM services_{n}) OR {alias}.outlet_id IN (SELECT id FROM outlets_{n}))"
        )
    return terms


def _area(question: Question, alias: str) -> list[str]:
    """Where it must be, by boxes for the index; a radius is cut exactly where distances are known.

    Not ST_DWithin: the planner believes that it leaves one row, and then sorts all there are.
    """
    terms = []
    point = f"{alias}.point"
    if question.radius_m is not None:
        terms.append(f"{point} && _ST_Expand({HERE}, %(radius)s::float8)")
    if question.box:
        lng, lat = f"ST_X({point}::geometry)", f"ST_Y({point}::geometry)"
        either = "OR" if question.box.crosses_date_line else "AND"
        # The date line is stored as -180: an area that ends there has it, too.
        edge = f" OR {lng} = -180" if question.box.east == 180 else ""
        terms.append(f"({lng} >= %(west)s::float8 {either} {lng} <= %(east)s::float8{edge})")
        terms.append(f"{lat} BETWEEN %(south)s::float8 AND %(north)s::float8")
        if circle_around(question.box):
            terms.append(f"{point} && _ST_Expand({BOX_CENTRE}, %(box_radius)s::float8)")
    return terms


def _reach(question: Question, distance: str) -> str:
    """Cuts off what lies beyond the radius: the nearest came in order, so nothing within it is missed."""
    return f"WHERE {distance} <= %(radius)s::float8" if question.radius_m is not None else ""


def _centre(question: Question) -> str:
    return HERE if question.here else BOX_CENTRE


def _values(question: Question, *, after: Key | None, outlets: int, language: str) -> dict[str, Any]:
    values: dict[str, Any] = {
        "category": question.category,
        "place": question.place,
        "radius": question.radius_m,
        "outlets": outlets,
        "language": language,
    }
    if question.here:
        values |= {"lat": question.here.lat, "lng": question.here.lng}
    if box := question.box:
        values |= {"west": box.west, "south": box.south, "east": box.east, "north": box.north}
        values |= {"box_lat": box.centre().lat, "box_lng": box.centre().lng}
        if circle := circle_around(box):
            values["box_radius"] = circle[1]
    if after:
        values |= {"after1": after[0], "after2": after[1], "after_pk": after[2]}
    for n, word in enumerate(question.words):
        values |= {f"word_{n}": word, f"like_{n}": f"%{_escape(word)}%"}
    return values


def _escape(word: str) -> str:
    """The word without a meaning of its own in LIKE."""
    return word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
