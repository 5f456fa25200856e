"""The terms of a search's statements: what is sold, where, and the values that they name.

Each term is of an alias: `f` of an offering unless it says otherwise.
"""

# ruff: noqa: S608 - statements are put together from the constants below; every value is a parameter

from typing import Any

from discovery.rules.questions import Question, circle_around

# A place in the order: two sort keys and the outlet's primary key.
Key = tuple[float, float, int]

HERE = "ST_SetSRID(ST_MakePoint(%(lng)s::float8, %(lat)s::float8), 4326)::geography"
BOX_CENTRE = "ST_SetSRID(ST_MakePoint(%(box_lng)s::float8, %(box_lat)s::float8), 4326)::geography"

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

# The mean as it is shown, with one decimal.
RATED = (
    "(SELECT r.rating_count > 0 AND round(r.rating_score::numeric, 1) >= %(min_rating)s::numeric"
    " FROM providers_outlet r WHERE r.id = {alias}.outlet_id)"
)
# Who asks for Chinese is content with any kind of it.
SPEAKS = (
    "EXISTS (SELECT FROM providers_skill k JOIN providers_staffmember m ON m.id = k.staff_id"
    " JOIN providers_staffassignment w ON w.staff_id = m.id AND w.outlet_id = {alias}.outlet_id"
    " WHERE k.service_id = {alias}.service_id AND NOT k.held_back AND m.archived_at IS NULL"
    " AND EXISTS (SELECT FROM unnest(m.speaks) tag"
    " WHERE tag = %(speaks)s::text OR starts_with(tag, %(speaks)s::text || '-')))"
)


def tables(question: Question) -> list[str]:
    """The named tables that the terms below read: cats, serving, and three for each word."""
    found = [CATEGORIES if question.category else "cats AS (SELECT NULL::bigint AS id)"]
    if question.place == "customer":
        found.append(SERVING)
    for n in range(len(question.words)):
        found.append(WORD.format(n=n, name_like=NAME_LIKE.format(n=n)))
    return found


def sold_as(question: Question, *, alias: str = "f", category: str | None = None) -> list[str]:
    """What makes a live offering one that was searched for, wherever its outlet is."""
    terms = [f"{alias}.is_live"]
    if question.category:
        terms.append(category or f"{alias}.category_id IN (SELECT id FROM cats)")
    if question.place:
        terms.append(f"{alias}.place = %(place)s::text")
    if question.place == "customer":
        terms.append(f"{alias}.outlet_id IN (SELECT id FROM serving)")
    if question.max_price is not None:
        terms.append(f"{alias}.price_amount <= %(max_price)s::bigint")
    if question.min_rating is not None:
        terms.append(RATED.format(alias=alias))
    if question.speaks:
        terms.append(SPEAKS.format(alias=alias))
    for n in range(len(question.words)):
        terms.append(
            f"({alias}.category_id IN (SELECT id FROM named_{n}) OR {alias}.service_id IN"
            f" (SELECT id FROM services_{n}) OR {alias}.outlet_id IN (SELECT id FROM outlets_{n}))"
        )
    return terms


def area_of(question: Question, alias: str) -> list[str]:
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


def centre_of(question: Question) -> str:
    """Where distances are counted from."""
    return HERE if question.here else BOX_CENTRE


def values_of(question: Question, *, after: Key | None, outlets: int, language: str) -> dict[str, Any]:
    """What the terms name, and where the cursor stands."""
    values: dict[str, Any] = {
        "category": question.category,
        "place": question.place,
        "radius": question.radius_m,
        "outlets": outlets,
        "language": language,
        "max_price": question.max_price,
        "min_rating": question.min_rating,
        "speaks": question.speaks,
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
