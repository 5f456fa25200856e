"""A search's own statements: recorded, asked by one connection as the site asks them, and by many in pgbench."""

import asyncio
import os
import re
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection

from benchmarks.client import BenchError, Sample
from deploy.cluster import PROGRAMS
from discovery.selectors import search

# A statement and its parameters by name, as search sends it.
Statement = tuple[str, Any]

PARAMETER = re.compile(r"%\((\w+)\)s")


def statements_of(asked: dict[str, Any]) -> list[Statement]:
    """What one search asks of the database, in order; the first says which outlets."""
    recorded: list[Statement] = []

    def record(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        recorded.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(record):
        search(**asked)
    return recorded


@contextmanager
def wire(database: str = "hereabouts") -> Iterator[psycopg.Connection]:
    """A connection to a database of the benchmark's cluster, with the site's options, on which statements are prepared
    as the site's are."""
    place = {"host": os.environ["RUN_DIR"], "port": 5432, "user": "hereabouts", "dbname": database}
    place["options"] = connection.settings_dict["OPTIONS"]["options"]
    with psycopg.connect(**place, autocommit=True, prepare_threshold=5) as opened:
        yield opened


def timed(opened: psycopg.Connection, *kinds: Sequence[Statement], rounds: int = 8) -> list[Sample]:
    """How long each kind's statements take (seconds), in turns place by place, after two rounds to warm up."""
    samples = [Sample() for _ in kinds]
    for turn in range(rounds + 2):
        for same_place in zip(*kinds, strict=True):
            for sample, (sql, params) in zip(samples, same_place, strict=True):
                started = time.perf_counter()
                opened.execute(sql, params).fetchall()
                if turn > 1:
                    sample.seconds.append(time.perf_counter() - started)
    return samples


async def in_pgbench(pages: list[list[Statement]], *, clients: int, seconds: float) -> Sample:
    """So many clients go through all statements of one of the pages, chosen by chance, again and again, each prepared.

    Raises BenchError when the pages differ in more than their values, or pgbench fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "search.sql")
        script.write_text(_script(pages))
        command = [str(PROGRAMS / "pgbench"), "-n", "-M", "prepared", "-f", str(script), "-c", str(clients)]
        command += ["-j", "1", "-T", str(max(1, round(seconds))), "-l", "--log-prefix", f"{folder}/log"]
        command += ["-h", os.environ["RUN_DIR"], "-p", "5432", "-U", "hereabouts", "hereabouts"]
        process = await asyncio.create_subprocess_exec(
            *command,
            env={**os.environ, "PGOPTIONS": connection.settings_dict["OPTIONS"]["options"]},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        told = (await process.communicate())[0].decode()
        if process.returncode or "aborted" in told:
            raise BenchError(f"pgbench, search: {told}")
        lines = [line for log in Path(folder).glob("log*") for line in log.read_text().splitlines()]
    taken = [float(line.split()[2]) / 1e6 for line in lines]
    rate = float(re.search(r"tps = ([0-9.]+)", told)[1])  # type: ignore[index]  # it always tells
    return Sample(taken, len(taken) / rate)


def _script(pages: list[list[Statement]]) -> str:
    """The statements of all pages as one script; what they are asked with is a row of bench.page for each page."""
    # A few may have needed more candidates, or a new connection.
    [(texts, _)] = Counter(tuple(sql for sql, _ in page) for page in pages).most_common(1)
    usual = [page for page in pages if tuple(sql for sql, _ in page) == texts]
    if 2 * len(usual) < len(pages):
        raise BenchError("searches at different places ask different statements")
    pages = usual
    names = {
        f"s{n}_{name}": (n, name) for n, sql in enumerate(texts) for name in sorted({*PARAMETER.findall(sql)})
    }
    missing = {key for key, (n, name) in names.items() if pages[0][n][1][name] is None}
    columns = [key for key in names if key not in missing]
    connection.ensure_connection()
    client = psycopg.ClientCursor(connection.connection)
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA IF NOT EXISTS bench")
        cursor.execute("DROP TABLE IF EXISTS bench.page")
        told = ", ".join(f"{key} text" for key in columns)
        cursor.execute(f"CREATE TABLE bench.page (n int PRIMARY KEY, {told})")
        for number, page in enumerate(pages):
            values = [client.mogrify("%s", [page[n][1][name]]) for n, name in map(names.__getitem__, columns)]
            row = ", ".join(f"({value})::text" for value in values)
            cursor.execute(f"INSERT INTO bench.page VALUES ({number}, {row})".replace("%", "%%"), [])
        cursor.execute("ANALYZE bench.page")
    lines = [
        f"\\set n random(0, {len(pages) - 1})",
        f"SELECT {', '.join(columns)} FROM bench.page WHERE n = :n \\gset",
    ]
    for n, sql in enumerate(texts):
        asked = PARAMETER.sub(
            lambda found, n=n: "NULL" if f"s{n}_{found[1]}" in missing else f":s{n}_{found[1]}", sql
        )
        lines.append(" ".join(asked.replace("%%", "%").split()) + ";")
    return "\n".join(lines) + "\n"
