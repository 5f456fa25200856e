"""What is usual in this installation, for filters and for the times of what belongs to no outlet: remembered by each
process for ten minutes."""

import time
from dataclasses import dataclass

from django.db import connection

KEPT_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Usual:
    """The currency (ISO 4217) and the zone (IANA) of most outlets, "" without any, and the languages that people who
    work there speak (BCP 47 primary tags, those of most people first)."""

    currency: str
    timezone: str
    languages: tuple[str, ...]


def usual() -> Usual:
    """One query, or none while the process remembers; nothing is remembered of an empty installation."""
    global _kept
    if _kept is None or _kept[0] < time.monotonic():
        found = _read()
        if not found.currency:
            return found
        _kept = (time.monotonic() + KEPT_SECONDS, found)
    return _kept[1]


def forget_usual() -> None:
    """Look anew next time, in this process."""
    global _kept
    _kept = None


_kept: tuple[float, Usual] | None = None


def _read() -> Usual:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT mode() WITHIN GROUP (ORDER BY currency) FROM providers_outlet WHERE archived_at IS NULL),"
            " (SELECT mode() WITHIN GROUP (ORDER BY timezone) FROM providers_outlet WHERE archived_at IS NULL),"
            " (SELECT coalesce(array_agg(tongue ORDER BY n DESC, tongue), '{}') FROM ("
            " SELECT split_part(tag, '-', 1) AS tongue, count(*) AS n FROM providers_staffmember, unnest(speaks) tag"
            " WHERE archived_at IS NULL GROUP BY tongue) spoken)"
        )
        row = cursor.fetchone()
    currency, timezone, languages = row or (None, None, [])
    return Usual(currency or "", timezone or "", tuple(languages))
