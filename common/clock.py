"""The one clock.

Code asks `now()`; statements that decide expiry compare with `DatabaseNow()`, so that several machines with
clocks apart still agree.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import cast

from django.db import connection
from django.db.models.functions import Now as DatabaseNow

__all__ = ["DatabaseNow", "at", "database_now", "now", "rfc3339"]

_set: ContextVar[datetime | None] = ContextVar("clock", default=None)


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return _set.get() or datetime.now(UTC)


def database_now() -> datetime:
    """The present instant by the database's clock, aware, in UTC: for setting what it will compare with."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        (instant,) = cursor.fetchone()
    return cast(datetime, instant)


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Within the block `now()` answers `instant` (aware). For tests and for replaying the past."""
    token = _set.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _set.reset(token)


def rfc3339(instant: datetime) -> str:
    """`instant` (aware) as RFC 3339 text in UTC, such as `2026-11-25T12:30:00Z`."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
