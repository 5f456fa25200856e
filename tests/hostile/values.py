"""What nobody should send."""

import os
from collections.abc import Iterator
from datetime import datetime
from typing import Any

FULL = os.environ.get("PROOF") == "full"

TEXTS: list[Any] = [
    "",
    " ",
    "\x00",
    "a\x00b",
    "\ud800",
    "x" * 300,
    "x" * 20_000,
    "\u202e\u0000\ufeff",
    "💇" * 50,
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "%00%s{0}{x}",
    "-1",
    "NaN",
    "1e308",
    "٣",
]
# PostgreSQL and Python end at other years; a leap second; no zone; a day that is none.
INSTANTS: list[Any] = [
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59-14:00",
    "1969-12-31T23:59:59Z",
    "2016-12-31T23:59:60Z",
    "2027-02-30T10:00:00Z",
    "2027-02-20T10:00:00",
    "2027-02-20T24:00:00Z",
    "-4713-01-01T00:00:00Z",
    "99999999999999999999",
    "0001-01-01",
    "9999-12-31",
]
NUMBERS: list[Any] = [
    -1,
    0,
    0.5,
    2**31,
    2**63,
    10**30,
    -(10**30),
    1e308,
    -1e308,
    float("nan"),
    float("inf"),
    float("-inf"),
]
SHAPES: list[Any] = [None, True, [], {}, [[]], {"a": {"b": []}}, [None], ["x"] * 1000, "x", 0]


def values_for(valid: Any, foreign: str | None, turn: int) -> Iterator[Any]:
    """Values to put in the place of `valid`: its kind's, then some of the others (all of them in a full proof)."""
    if foreign is not None:
        yield foreign
    own = TEXTS if isinstance(valid, str) else NUMBERS if isinstance(valid, int | float) else SHAPES
    if isinstance(valid, str) and _is_instant(valid):
        own = INSTANTS + TEXTS[2:6]
    yield from own if FULL else _some(own, 4, turn)
    others = [value for kind in (TEXTS, INSTANTS, NUMBERS, SHAPES) if kind is not own for value in kind]
    yield from others if FULL else _some(others, 1, turn)


def _some(values: list[Any], number: int, turn: int) -> list[Any]:
    """`number` of them, others at every turn: over all fields each has its turn."""
    return [values[(turn * number + n) % len(values)] for n in range(min(number, len(values)))]


def _is_instant(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every place in a JSON value, containers included, with what stands there."""
    if path:
        yield path, value
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from places(each, (*path, key))


def put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """A copy of a JSON value with `new` at the place."""
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = put(copy[path[0]], path[1:], new)
    return copy
