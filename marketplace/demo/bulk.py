"""Filling tables with millions of rows: without triggers and with their indexes built afterwards, in several lanes.

For benchmarks on a database of one's own: what triggers and foreign keys would check must be true of what is written.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from django.db import connection, transaction

# Foreign keys look for their referenced row by the primary key's index, which stays.
CONSTRAINTS = """
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
 WHERE conrelid = %s::regclass AND contype IN ('u', 'x')
   AND conindid NOT IN (SELECT conindid FROM pg_constraint WHERE contype = 'f') ORDER BY conname
"""
INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
 WHERE i.indrelid = %s::regclass AND NOT i.indisprimary
   AND i.indexrelid NOT IN (SELECT conindid FROM pg_constraint) ORDER BY 1
"""


def may_fill() -> bool:
    """Whether the database lets us: only its superuser may leave triggers out."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        return bool(cursor.fetchall()[0][0])


@contextmanager
def filling(*tables: str) -> Iterator[None]:
    """Within the block no trigger or foreign key runs in this transaction, and these tables have their primary key
    only; at its end everything else is built anew.

    Needs an open transaction. Keys that were given are made known to the tables' sequences.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL session_replication_role = replica; SET LOCAL synchronous_commit = off;"
            " SET LOCAL maintenance_work_mem = '512MB'"
        )
        again = [statement for table in tables for statement in _stripped(table)]
        yield
        for statement in again:
            cursor.execute(statement)
        for table in tables:
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM \"{table}\"))"  # noqa: S608
            )
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def side_by_side(lanes: Sequence[Callable[[], None]]) -> None:
    """Run each in a transaction and a connection of its own, at the same time; when a transaction is open already, one
    after the other within it. Raises what the first that failed has raised, when all have ended."""
    if connection.in_atomic_block:
        for lane in lanes:
            lane()
        return

    def run(lane: Callable[[], None]) -> None:
        try:
            with transaction.atomic():
                lane()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(lanes)) as pool:
        for future in [pool.submit(run, lane) for lane in lanes]:
            future.result()


def _stripped(table: str) -> list[str]:
    """Drop the table's indexes; answers the statements that make them again."""
    again: list[str] = []
    with connection.cursor() as found:
        found.execute(CONSTRAINTS, [table])
        for name, definition in found.fetchall():
            found.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"')
            again.append(f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {definition}')
        found.execute(INDEXES, [table])
        for name, definition in found.fetchall():
            found.execute(f"DROP INDEX {name}")
            again.append(definition)
    return again
