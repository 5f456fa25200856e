"""One request's SQL statements, recorded and turned into a pgbench script that does the same for other rows.

So the limit that holds are compared to is always what the code does now. Ids that differ from hold to hold become
variables: those of the target are given, those that the database makes are taken from its answers (\\gset).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from psycopg import ClientCursor
from psycopg.adapt import Dumper

TRANSACTION = {"BEGIN", "COMMIT", "ROLLBACK"}


@dataclass(frozen=True, slots=True)
class Variable:
    """A parameter that pgbench fills in."""

    name: str


class VariableDumper(Dumper):
    def dump(self, obj: Variable) -> bytes:
        return b":" + obj.name.encode()

    quote = dump


def record(request: Callable[[], object]) -> list[tuple[str, Any]]:
    """What `request` asks of the database through Django, in order: statements with parameters, BEGIN, COMMIT."""
    statements: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        statements.append((sql, params))
        return execute(sql, params, many, context)

    forced, connection.force_debug_cursor = connection.force_debug_cursor, True
    connection.queries_log.clear()
    try:
        with connection.execute_wrapper(note):
            request()
        # Django's log knows where transactions begin and end, the wrapper knows the parameters.
        following = iter(statements)
        logged = [query["sql"] for query in connection.queries_log]
        return [(sql, None) if sql in TRANSACTION else next(following) for sql in logged]
    finally:
        connection.force_debug_cursor = forced


def newest_pks(tables: list[str]) -> dict[int, str]:
    """The highest primary key of each table, with the name of the variable that stands for it."""
    with connection.cursor() as cursor:
        found = {}
        for table in tables:
            cursor.execute(f"SELECT max(id) FROM {table}")
            [(pk,)] = cursor.fetchall()
            found[pk] = f"{table}_id"
    return found


def pgbench_script(
    statements: list[tuple[str, Any]], *, numbers: Mapping[int, str], texts: Mapping[str, str]
) -> str:
    """The statements as a script. `numbers` and `texts` name the variable for each value that varies."""
    connection.ensure_connection()
    cursor = ClientCursor(connection.connection)
    cursor.adapters.register_dumper(Variable, VariableDumper)
    lines = []
    for sql, params in statements:
        text = cursor.mogrify(sql, _with_variables(params, numbers)) if params else sql
        for value, name in texts.items():
            text = text.replace(value, f":{name}")
        text = " ".join(text.split())
        made = re.match(r'INSERT INTO "(\w+)".* RETURNING', text)
        if made and f"{made[1]}_id" in numbers.values():
            lines.append(f"{text} \\gset {made[1]}_")
        else:
            lines.append(f"{text};")
    return "\n".join(lines) + "\n"


def _with_variables(value: Any, numbers: Mapping[int, str]) -> Any:
    if isinstance(value, Mapping):
        return {key: _with_variables(each, numbers) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_with_variables(each, numbers) for each in value)
    if type(value) is int and value in numbers:
        return Variable(numbers[value])
    return value
