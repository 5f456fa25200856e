"""How many places each filter would leave: one statement over what the search would gather, and no more than LOOKED_AT
services of it, so that it costs the same however dense the city is.

Free times are counted by what is kept ready, which nearly always is so (discovery/kept.py).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock
from typing import Any

from cachetools import TTLCache
from django.db import connection

from common import clock
from common.spans import Span
from discovery import kept as keeping
from discovery.kept import Kept
from discovery.rules.questions import Question
from discovery.terms import HERE, SERVING, SPEAKS, area_of, sold_as, tables, values_of

LOOKED_AT = 2000
REMEMBERED_S = 30

STATEMENT = """
WITH RECURSIVE {tables},
gathered AS MATERIALIZED (
    (SELECT f.outlet_id, f.service_id, f.category_id, f.price_amount, false AS home FROM providers_offering f
      WHERE {sold} LIMIT %(looked_at)s)
    {home}),
known AS MATERIALIZED (
    SELECT g.outlet_id, g.service_id, g.home, g.price_amount,
           CASE WHEN o.rating_count > 0 THEN round(o.rating_score::numeric, 1) END AS rating,
           {price} AS of_price, {speaks} AS of_speech, {free} AS of_time {spans}
      FROM gathered g JOIN providers_outlet o ON o.id = g.outlet_id),
fit AS MATERIALIZED (SELECT *, {rated} AS of_rating FROM known)
SELECT (SELECT count(*) FROM gathered WHERE NOT home) >= %(looked_at)s, {counts},
       (SELECT coalesce(jsonb_object_agg(tongue, n), '{{}}') FROM (
           SELECT split_part(tag, '-', 1) AS tongue, count(DISTINCT fit.outlet_id) AS n
             FROM fit
             JOIN providers_skill k ON k.service_id = fit.service_id AND NOT k.held_back
             JOIN providers_staffmember m ON m.id = k.staff_id AND m.archived_at IS NULL
             JOIN providers_staffassignment w ON w.staff_id = m.id AND w.outlet_id = fit.outlet_id
            CROSS JOIN unnest(m.speaks) tag
            WHERE NOT home AND of_price AND of_rating AND of_time GROUP BY tongue) spoken)
  FROM fit
"""
HOME = """
    UNION ALL
    (SELECT f.outlet_id, f.service_id, f.category_id, f.price_amount, true FROM providers_offering f
      WHERE {sold} AND f.outlet_id IN (SELECT id FROM serving) LIMIT %(looked_at)s)"""


@dataclass(frozen=True, slots=True)
class Facets:
    """How many outlets there would be with one filter more, or another one of its kind, by what it says.

    `spans` are as asked for, `prices` by most (minor units), `ratings` by least, `languages` by BCP 47 primary tag;
    `home` those that come to the place (None: it was not counted). `cut`: there are more than these.
    """

    spans: Mapping[str, int] = field(default_factory=dict)
    prices: Mapping[int, int] = field(default_factory=dict)
    ratings: Mapping[float, int] = field(default_factory=dict)
    languages: Mapping[str, int] = field(default_factory=dict)
    home: int | None = None
    cut: bool = False


_remembered: TTLCache[object, Facets] = TTLCache(500, REMEMBERED_S)
_lock = Lock()


def facets(
    asked: Question, *, spans: Mapping[str, Span], prices: Sequence[int], ratings: Sequence[float]
) -> Facets:
    """The counts for a search, of which `spans` to be free in, most prices and least ratings. One statement, or none
    while the process remembers it (30 s)."""
    now = clock.now()
    days = {name: span.start.date() for name, span in spans.items()}
    key = (asked.digest(), tuple(sorted(days.items())), tuple(prices), tuple(ratings))
    with _lock:
        found = _remembered.get(key)
    if found is None:
        found = _count(asked, spans, prices, ratings, now)
        with _lock:
            _remembered[key] = found
    return found


def forget() -> None:
    """Count anew next time, in this process."""
    with _lock:
        _remembered.clear()


def _count(
    asked: Question,
    spans: Mapping[str, Span],
    prices: Sequence[int],
    ratings: Sequence[float],
    now: datetime,
) -> Facets:
    kept = {name: found for name, span in spans.items() if (found := _kept(span, now))}
    asked_time = _kept(asked.free, now) if asked.free else None
    base = replace(asked, max_price=None, min_rating=None, speaks=None)
    values = values_of(asked, after=None, outlets=0, language="") | {"looked_at": LOOKED_AT}
    with_tables = tables(base)
    for name, each in {**kept, **({"time": asked_time} if asked_time else {})}.items():
        with_tables.append(keeping.ASKED.replace("asked ", f"asked_{name} ", 1).replace("%(", f"%({name}_"))
        values |= {f"{name}_{key}": value for key, value in each.values().items()}
    home = ""
    if asked.here and asked.place is None:
        with_tables.append(SERVING)
        home = HOME.format(sold=" AND ".join([*sold_as(base), "f.place = 'customer'"]))
    where = [*sold_as(base), *area_of(base, "f")]
    if base.radius_m is not None:
        where.append(f"(f.point <-> {HERE}) <= %(radius)s::float8")
    alike = "of_price AND of_rating AND of_speech"
    counts = [f"{alike} AND free_{n} AND NOT home" for n in range(len(kept))]
    for n, most in enumerate(prices):
        values[f"price_{n}"] = most
        counts.append(f"of_time AND of_rating AND of_speech AND price_amount <= %(price_{n})s AND NOT home")
    for n, least in enumerate(ratings):
        values[f"rating_{n}"] = least
        counts.append(
            f"of_time AND of_price AND of_speech AND rating >= %(rating_{n})s::numeric AND NOT home"
        )
    counts.append(f"{alike} AND of_time AND home")
    sql = STATEMENT.format(
        tables=", ".join(with_tables),
        sold=" AND ".join(where),
        home=home,
        price="g.price_amount <= %(max_price)s" if asked.max_price is not None else "true",
        speaks=SPEAKS.format(alias="g") if asked.speaks else "true",
        free=_may_be_free("time") if asked_time else "true",
        spans="".join(f", {_may_be_free(name)} AS free_{n}" for n, name in enumerate(kept)),
        rated="coalesce(rating >= %(min_rating)s::numeric, false)"
        if asked.min_rating is not None
        else "true",
        counts=", ".join(f"count(DISTINCT outlet_id) FILTER (WHERE {each})" for each in counts),
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        row: Any = cursor.fetchone()
    cut, *numbers, languages = row
    numbers, at_home = numbers[:-1], numbers[-1]
    first, second = len(kept), len(kept) + len(prices)
    return Facets(
        spans=dict(zip(kept, numbers[:first], strict=True)),
        prices=dict(zip(prices, numbers[first:second], strict=True)),
        ratings=dict(zip(ratings, numbers[second:], strict=True)),
        languages=json.loads(languages),
        home=at_home if home else None,
        cut=cut,
    )


def _kept(span: Span, now: datetime) -> Kept | None:
    """What is kept of the part of a span that is to come; None when there is none or it is not kept."""
    rest = Span(max(span.start, now), span.end) if span.end > now else None
    return Kept.within(rest, now=now) if rest else None


def _may_be_free(name: str) -> str:
    """keeping.may_be_free of a gathered row, in the span that is asked for by `name`."""
    return (
        keeping.may_be_free("g")
        .replace("FROM asked JOIN", f"FROM asked_{name} asked JOIN")
        .replace("%(last_day)s", f"%({name}_last_day)s")
    )
