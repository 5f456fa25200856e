"""Statements that the database prepares, for those that are asked often and whose planning takes longer than they do.

Django sends values within the statement's text, so that each is planned anew. Here they are sent beside it, and psycopg
prepares a statement when a connection asks it for the fifth time. Its type must be clear for every parameter: cast it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.utils import CursorWrapper
from psycopg.pq import Format


@contextmanager
def prepared(*, binary: bool = False) -> Iterator[CursorWrapper]:
    """A cursor as Django's, its wrappers and its log of queries included, whose statements may be prepared.

    `binary`: answers come as the database keeps them, which spares both sides the text of many numbers.
    """
    connection.ensure_connection()
    # Django has a setting for all of its statements (server_side_binding), and many would miss their casts.
    raw = ServerBindingCursor(connection.connection)  # type: ignore[call-arg]  # the stubs know psycopg2's
    raw.format = Format.BINARY if binary else Format.TEXT  # type: ignore[attr-defined]  # the same
    with connection._prepare_cursor(raw) as cursor:  # type: ignore[attr-defined]
        yield cursor
