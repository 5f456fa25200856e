"""Where this installation is at home."""

import time
from dataclasses import dataclass
from typing import Any

from django.db import connection

from geo.rules.positions import Position

KEPT_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Town:
    """The town of most known addresses, and the middle of all of them (degrees, WGS 84)."""

    name: str
    centre: Position


def town() -> Town | None:
    """The town to show readers who have not said where they are; None without addresses.

    One query, or none while the process remembers (10 minutes).
    """
    global _town
    if _town is None or _town[0] < time.monotonic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT mode() WITHIN GROUP (ORDER BY city),"
                " percentile_cont(0.5) WITHIN GROUP (ORDER BY ST_Y(point::geometry)),"
                " percentile_cont(0.5) WITHIN GROUP (ORDER BY ST_X(point::geometry))"
                " FROM geo_geocodedaddress"
            )
            found: Any = cursor.fetchone()  # aggregates over no rows are one row of NULLs
        name, lat, lng = found
        if name is None:
            return None
        _town = (time.monotonic() + KEPT_SECONDS, Town(name, Position(lat, lng)))
    return _town[1]


_town: tuple[float, Town] | None = None


def forget_town() -> None:
    """Look anew next time, in this process."""
    global _town
    _town = None
