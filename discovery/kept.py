"""Open time that is kept ready, in the statement of a search: who may be free in a span, and in what order.

What is kept never hides a free start but may show one too many (docs/availability.md): the engine looks at what is
found here. An outlet that is due to be made anew, or is not kept for the whole span, is found as if it were open.
"""

# ruff: noqa: S608 - statements are put together from the constants below; every value is a parameter

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bookings.rules.quarters import masks
from bookings.selectors.kept import covers
from common.spans import Span

# The days of the span, each with its quarters. The operators & and <> bind as one would hope, | and >> do not.
ASKED = (
    "asked AS MATERIALIZED (SELECT * FROM unnest(%(days)s::date[], %(masks)s::bit(96)[])"
    " WITH ORDINALITY AS a(day, mask, nth))"
)
# As the index of open days has it.
ON_THE_DAY = "bookings_category_day(d.category_id, d.day) = bookings_category_day(cats.id, asked.day)"
OPEN_THEN = "d.is_open AND (d.starts & asked.mask) <> B'0'::bit(96)"
# The first key of who is not kept, and of who has nothing free at all: before and after every start.
UNKNOWN, NEVER = 0.0, 2.0**40
# By soonest so many are sorted of each category and day.
NEAREST = 2000
AFTER = "(%(after1)s::float8, %(after2)s::float8, %(after_pk)s::bigint)"


@dataclass(frozen=True, slots=True)
class Kept:
    """The span in which something is to start, which is kept."""

    window: Span

    @classmethod
    def within(cls, window: Span, *, now: datetime) -> "Kept | None":
        """None when open time is not kept that far ahead."""
        return cls(window) if covers(window, today=now.astimezone(UTC).date()) else None

    def values(self) -> dict[str, Any]:
        """The parameters of what is below."""
        days = masks(self.window)
        return {
            "days": [day for day, _ in days],
            "masks": [mask for _, mask in days],
            "last_day": days[-1][0],
            "since": self.window.start.timestamp(),
        }


def not_kept(outlet: str) -> str:
    """Whether nothing may be said of an outlet: it is due to be made anew, or has no such days yet."""
    return (
        f"coalesce((SELECT k.until < %(last_day)s::date FROM bookings_openkept k WHERE k.outlet_id = {outlet}),"
        " true)"
    )


def may_be_free(offering: str) -> str:
    """Whether something of an offering's category may start at its outlet in the span."""
    return (
        f"(EXISTS (SELECT FROM asked JOIN bookings_outletday d ON d.outlet_id = {offering}.outlet_id"
        f" AND d.day = asked.day AND d.category_id = {offering}.category_id WHERE {OPEN_THEN})"
        f" OR {not_kept(f'{offering}.outlet_id')})"
    )


def _sells(sold: str) -> str:
    return (
        "EXISTS (SELECT FROM providers_offering f WHERE f.outlet_id = d.outlet_id"
        f" AND f.category_id = d.category_id AND {sold})"
    )


def nearest(
    *,
    distance: str,
    area: list[str],
    sold: str | None,
    due_area: list[str],
    due_sold: str,
    after: str | None,
) -> str:
    """Who may be free in the span, nearest first: walks the open days of each category and day of the span.

    `distance` and `area` are of the row `d` of an outlet's day, `sold` (when more than the category was asked) is of
    its offering `f`; of who is not kept `due_area` is of the row `k`, `due_sold` of an offering `f`. `after` compares
    a distance and an outlet's key.
    """
    where = [ON_THE_DAY, OPEN_THEN, *area, f"NOT {not_kept('d.outlet_id')}"]
    if sold:
        where.append(_sells(sold))
    if after:
        where.append(after.format(distance=distance, outlet="d.outlet_id"))
    return f"""
        SELECT walked.* FROM cats CROSS JOIN asked CROSS JOIN LATERAL (
               SELECT d.outlet_id, {distance} AS key1 FROM bookings_outletday d
                WHERE {" AND ".join(where)}
                ORDER BY {distance} FETCH FIRST (%(outlets)s) ROWS WITH TIES) walked
        UNION ALL
        {nearest_due(distance=distance.replace("d.point", "k.point"), area=due_area, sold=due_sold, after=after)}"""


def nearest_due(*, distance: str, area: list[str], sold: str, after: str | None = None) -> str:
    """Of whom nothing may be said in the span, nearest first. When all are kept this finds so at the root of its
    index (which is by `until` first); when all are due it stops as early as any nearest first.

    `distance` and `area` are of the row `k`, `sold` of an offering `f`; `after` as in `nearest`.
    """
    where = [
        "k.until < %(last_day)s::date",
        *area,
        f"(SELECT true FROM providers_offering f WHERE f.outlet_id = k.outlet_id AND {sold} LIMIT 1)",
    ]
    if after:
        where.append(after.format(distance=distance, outlet="k.outlet_id"))
    return f"""
        SELECT due.* FROM (
               SELECT k.outlet_id, {distance} AS key1 FROM bookings_openkept k
                WHERE {" AND ".join(where)}
                ORDER BY {distance} FETCH FIRST (%(outlets)s) ROWS WITH TIES) due"""


def soonest(
    *,
    distance: str | None,
    category: bool,
    sold: str | None,
    area: list[str],
    due_area: list[str],
    due_sold: str,
    after: bool,
    rest: str | None,
) -> str:
    """Who may be free, by the first quarter of each day, then by `distance`: one row for each outlet and day.

    First come those that are not kept (UNKNOWN), then the days in order, and at the end (NEVER) all of `rest`
    (outlet_id, and the distance as key2): there they are for who has nothing free. Days are gathered one after the
    other and no more of them than needed: the lateral join asks for them in order, and the limit stops it. Of each
    category and day the NEAREST are looked at, so that it costs the same however dense the city is. `distance` (None:
    there is no place to count from) and the others as in `nearest`; without a category, `area` is of the outlet `o`.
    """
    at = "greatest(%(since)s::float8, extract(epoch FROM d.day)::float8"
    first = f"min({at} + 900 * (position(B'1' IN d.starts & d.mask) - 1)))"
    when = ON_THE_DAY if category else "d.day = asked.day"
    days = " AND ".join([when, OPEN_THEN, *area, f"NOT {not_kept('d.outlet_id')}"])
    if sold:
        days += f" AND {_sells(sold)}"
    alias = "d" if category else "o"
    away = distance.format(alias=alias) if distance else "0::float8"
    nearest_first = f"ORDER BY {away} LIMIT {NEAREST}" if distance else ""
    day = f"SELECT d.outlet_id, d.day, d.starts, asked.mask, {away} AS away FROM"
    if category:
        walked = f"""cats CROSS JOIN LATERAL (
            {day} bookings_outletday d WHERE {days} {nearest_first}) d"""
    else:
        walked = f"""({day} providers_outlet o JOIN bookings_outletday d ON d.outlet_id = o.id
            WHERE {days} {nearest_first}) d"""

    def ordered(keyed: str) -> str:
        where = f"WHERE (key1, key2, outlet_id) > {AFTER}" if after else ""
        return f"SELECT * FROM ({keyed}) keyed {where} ORDER BY key1, key2, outlet_id LIMIT %(outlets)s"

    due = nearest_due(
        distance=distance.format(alias="k") if distance else "0::float8",
        area=due_area,
        sold=due_sold,
        after=f"({UNKNOWN}::float8, {{distance}}, {{outlet}}) > {AFTER}" if after else None,
    )
    unknown = ordered(f"SELECT outlet_id, {UNKNOWN}::float8 AS key1, key1 AS key2 FROM ({due}) due")
    of_day = ordered(f"""
        SELECT d.outlet_id, {first}::float8 AS key1, min(d.away) AS key2 FROM {walked}
         GROUP BY d.outlet_id""")
    parts = [
        f"(SELECT outlet_id, key1, key2 FROM ({unknown}) unknown)",
        f"(SELECT outlet_id, key1, key2 FROM asked CROSS JOIN LATERAL ({of_day}) of_day)",
    ]
    if rest:
        never = ordered(f"SELECT outlet_id, {NEVER}::float8 AS key1, key2 FROM ({rest}) rest")
        parts.append(f"(SELECT outlet_id, key1, key2 FROM ({never}) never)")
    return f"""
        SELECT outlet_id, key1, key2 FROM ({" UNION ALL ".join(parts)} LIMIT %(outlets)s) first
         ORDER BY key1, key2, outlet_id"""
