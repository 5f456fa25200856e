"""Open time kept for search, in tests: make it, let the triggers of commit run, compare it with what it should be."""

from django.db import connection

from bookings.models import OpenKept
from bookings.selectors.kept import DUE, differences
from bookings.services import keeping


def commit() -> None:
    """Let the triggers run that come at commit: a test's transaction has none."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def keep() -> None:
    """What the worker does until nothing is due."""
    commit()
    while keeping.keep_due():
        pass


def due() -> set[int]:
    """The outlets whose open time is to be made anew (primary keys)."""
    return set(OpenKept.objects.filter(until=DUE).values_list("outlet_id", flat=True))


def check_kept() -> None:
    """All that is kept is what it should be."""
    commit()
    found = differences(list(OpenKept.objects.values_list("outlet_id", flat=True)))
    assert not found, "\n".join(map(str, found[:10]))
