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

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from common.prepared import prepared
from discovery import kept as keeping
from discovery.enums import Sort
from discovery.kept import Kept
from discovery.rules.questions import Question
from discovery.terms import HERE, Key, area_of, centre_of, sold_as, tables, values_of
from geo.rules.positions import Position

# Where a cursor stands that goes by distance alone.
NEARER = "({distance}, {outlet}) > (%(after1)s::float8, %(after_pk)s::bigint)"

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
    values = values_of(question, after=after, outlets=outlets, language=language)
    if kept:
        values |= kept.values()
    sql = MATCHES.format(
        tables=", ".join([*tables(question), *([keeping.ASKED] if kept else [])]),
        picked=_picked(question, after=after is not None, kept=kept),
        distance=f"o.point <-> {HERE}" if question.here else "NULL::float8",
        sold=" AND ".join(sold_as(question)),
        each="" if every_service else "LIMIT 1",
    )
    # How a word is best looked for depends on the word: those are planned each time.
    with connection.cursor() if question.words else prepared() as cursor:
        cursor.execute(sql, values)
        return _read(cursor.fetchall())


def find_these(outlets: Sequence[str], *, here: Position | None, language: str) -> list[Match]:
    """The cheapest live service of each of these outlets (public ids), in their order. One statement."""
    sql = MATCHES.format(
        tables="cats AS (SELECT NULL::bigint AS id)",
        picked="SELECT id AS outlet_id, array_position(%(ids)s::text[], public_id::text)::float8 AS key1,"
        " 0::float8 AS key2 FROM providers_outlet WHERE public_id = ANY(%(ids)s::text[])",
        distance=f"o.point <-> {HERE}" if here else "NULL::float8",
        sold="f.is_live",
        each="LIMIT 1",
    )
    values: dict[str, Any] = {"ids": list(outlets), "language": language}
    if here:
        values |= {"lat": here.lat, "lng": here.lng}
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [matches[0] for matches in _read(cursor.fetchall())]


def _read(rows: list[tuple[Any, ...]]) -> list[list[Match]]:
    """The rows of MATCHES, those of one outlet together."""
    found: list[list[Match]] = []
    for key1, key2, outlet_pk, *rest in rows:
        match = Match((key1, key2, outlet_pk), outlet_pk, *rest)
        if found and found[-1][0].key == match.key:
            found[-1].append(match)
        else:
            found.append([match])
    return found


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
    distance = f"f.point <-> {centre_of(question)}"
    where = [*sold_as(question, category="f.category_id = cats.id"), *area_of(question, "f")]
    # Several services of one category at one outlet count once. (As a NOT EXISTS it would be joined by hash,
    # for all of the category.)
    twins = " AND ".join(sold_as(question, alias="t", category="t.category_id = f.category_id"))
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
    distance = f"o.point <-> {centre_of(question)}"
    where = area_of(question, "o")
    sold = " AND ".join(sold_as(question))
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
    sold = None if question.names_the_category_alone else " AND ".join(sold_as(question))
    walked = keeping.nearest(
        distance=f"d.point <-> {centre_of(question)}",
        area=area_of(question, "d"),
        sold=sold,
        due_area=area_of(question, "k"),
        due_sold=" AND ".join(sold_as(question)),
        after=NEARER if after else None,
    )
    return f"""
        SELECT DISTINCT near.key1, 0::float8 AS key2, near.outlet_id FROM ({walked}) near
         {_reach(question, "near.key1")}
         ORDER BY near.key1, near.outlet_id LIMIT %(outlets)s"""


def _soonest(question: Question, after: bool) -> str:
    """The days of outlets by their first open quarter; who is nearest first among those of the same."""
    distance = f"{{alias}}.point <-> {centre_of(question)}" if question.centre else None

    def area(alias: str) -> list[str]:
        reach = [f"({alias}.point <-> {HERE}) <= %(radius)s::float8"] if question.radius_m is not None else []
        return [*area_of(question, alias), *reach]

    sold = " AND ".join(sold_as(question))
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
        sold=None if question.names_the_category_alone else sold,
        # In any category the outlets' own index finds those of the area.
        area=area("d" if question.category else "o"),
        due_area=area("k"),
        due_sold=sold,
        after=after,
        rest=rest,
    )


def _all_sorted(question: Question, after: bool, *, by_distance: bool, free: bool = False) -> str:
    """Gather every match of the area (`free`: that may be in the span) and sort."""
    distance = f"o.point <-> {centre_of(question)}" if question.centre else "0::float8"
    if by_distance:
        keys = (distance, "0::float8")
    elif question.sort is Sort.PRICE:
        keys = ("sold.price::float8", distance)
    else:
        # The Bayesian mean, kept on the row; who has no reviews yet comes last.
        keys = ("CASE WHEN o.rating_count > 0 THEN -o.rating_score ELSE 0 END", "-o.rating_count::float8")
    where = [*sold_as(question), *area_of(question, "f")]
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


def _reach(question: Question, distance: str) -> str:
    """Cuts off what lies beyond the radius: the nearest came in order, so nothing within it is missed."""
    return f"WHERE {distance} <= %(radius)s::float8" if question.radius_m is not None else ""
