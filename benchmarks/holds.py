"""Holds per second against their own SQL statements in pgbench."""

import asyncio
import os
import re
import tempfile
import uuid
from dataclasses import asdict, astuple, fields
from datetime import datetime
from pathlib import Path

from django.db import connection
from django.test import Client

from benchmarks.client import BenchError, Request, Sample, Site, closed_loop
from benchmarks.figures import MS, Figures
from benchmarks.recording import newest_pks, pgbench_script, record
from benchmarks.targets import MADE_BY_A_HOLD, Target, find_targets
from common.clock import rfc3339
from deploy.cluster import PROGRAMS

CLIENTS = 8
ROUNDS = 3
# Unguessable texts of each hold; of the same length and letters as the real ones.
OWN_TEXTS = {
    "key": "gen_random_uuid()::text",
    "ref": "'HA-' || upper(left(md5(random()::text), 11))",
    "item": "'itm_' || left(md5(random()::text), 16)",
    "token_hash": "md5(random()::text) || md5(random()::text)",
    "event_uid": "gen_random_uuid()::text",
}


def hold_request(
    site: Site,
    target: Target,
    start: datetime,
    *,
    staff: str | None = None,
    expected: tuple[int, ...] = (201,),
) -> Request:
    """A guest holds the slot; with `staff` (public id), of that person."""
    body = {"outlet": target.outlet_id, "service": target.service_id, "start": rfc3339(start)}
    if staff:
        body["staff"] = staff
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    return site.post("/api/v1/bookings", body, headers, expected=expected)


async def holds(site: Site, figures: Figures, *, script: Path, seconds: float) -> None:
    """Clients hold one free slot after the other, in turns with pgbench doing the same statements."""
    start, targets = find_targets(days_ahead=8)
    statements = write_script(site, script, start, targets)
    api, sql = Sample(), Sample()
    for _ in range(ROUNDS):
        requests = (hold_request(site, target, start) for target in targets)
        taken, _ = await closed_loop(site, requests, clients=CLIENTS, seconds=seconds)
        api.add(taken)
        give_back(start)
        sql.add(await pgbench(script, transactions=len(targets) // CLIENTS))
        give_back(start)
    group = "Holds"
    figures.group(
        group, limit=f"the {statements} statements of one hold as a pgbench script, in turns with it"
    )
    figures.add(group, f"{CLIENTS} clients, each its own slots", api.rate, sql.rate, "/s", "higher")
    for share in (0.5, 0.99):
        figures.add(
            group,
            f"{CLIENTS} clients, p{share * 100:.0f}",
            api.quantile(share) * MS,
            sql.quantile(share) * MS,
            "ms",
            "lower",
        )


def write_script(site: Site, script: Path, start: datetime, targets: list[Target]) -> int:
    """Record one hold, write it as a pgbench script over all targets; answers how many statements it has."""
    target = targets.pop()
    key = str(uuid.uuid4())
    body = {"outlet": target.outlet_id, "service": target.service_id, "start": rfc3339(start)}
    answers = []

    def hold() -> None:
        browser = Client(headers={"host": f"{site.host}:{site.port}", "idempotency-key": key})
        answers.append(browser.post("/api/v1/bookings", body, content_type="application/json"))

    hold()  # what a process asks once, it asks now
    if answers[-1].status_code != 201:
        raise BenchError(f"the hold to record: {answers[-1].status_code} {answers[-1].content.decode()}")
    give_back(start)
    key = str(uuid.uuid4())
    statements = record(hold)
    made = answers[-1].json()

    numbers = newest_pks(MADE_BY_A_HOLD)
    if set(numbers) & {pk for pk in asdict(target).values() if isinstance(pk, int)}:
        raise BenchError("primary keys of different tables are the same")
    numbers |= {pk: name for name, pk in asdict(target).items() if isinstance(pk, int)}
    texts = {pk: name for name, pk in asdict(target).items() if isinstance(pk, str)}
    texts |= {key: "key", made["ref"]: "ref", made["items"][0]["id"]: "item"}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.token_hash, replace(e.uid::text, '-', '') FROM bookings_bookingaccess a, common_event e"
            " ORDER BY a.id DESC, e.id DESC LIMIT 1"
        )
        token_hash, event_uid = cursor.fetchone()
    texts |= {token_hash: "token_hash", event_uid: "event_uid"}

    write_targets(targets)
    values = ", ".join(f"{sql} AS {name}" for name, sql in OWN_TEXTS.items())
    first = (
        f"SELECT t.*, {values} FROM bench.target t"
        " WHERE t.n = (SELECT nextval('bench.next') % (SELECT count(*) FROM bench.target)) \\gset\n"
    )
    script.write_text(first + pgbench_script(statements, numbers=numbers, texts=texts))
    return len(statements)


def write_targets(targets: list[Target]) -> None:
    """The targets as a table for pgbench, and a sequence that goes round them."""
    names = [field.name for field in fields(Target)]
    columns = ", ".join(
        f"{field.name} {'text' if field.type is str else 'bigint'}" for field in fields(Target)
    )
    places = ", ".join(["%s"] * len(names))
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS bench CASCADE")
        cursor.execute("CREATE SCHEMA bench")
        cursor.execute(f"CREATE TABLE bench.target (n bigint PRIMARY KEY, {columns})")
        cursor.execute("CREATE SEQUENCE bench.next")
        cursor.executemany(
            f"INSERT INTO bench.target VALUES (%s, {places})",
            [(n, *astuple(target)) for n, target in enumerate(targets)],
        )
        cursor.execute("ANALYZE bench.target")


async def pgbench(script: Path, *, transactions: int) -> Sample:
    """Each of as many clients runs the script so many times. Raises BenchError with its words when it fails."""
    with tempfile.TemporaryDirectory() as folder:
        command = [str(PROGRAMS / "pgbench"), "-n", "-f", str(script), "-c", str(CLIENTS), "-j", "1"]
        command += ["-t", str(transactions), "-l", "--log-prefix", f"{folder}/log"]
        command += ["-h", os.environ["RUN_DIR"], "-p", "5432", "-U", "hereabouts", "hereabouts"]
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        told = (await process.communicate())[0].decode()
        if process.returncode or "aborted" in told:
            raise BenchError(f"pgbench, {script}: {told}")
        lines = [line for log in Path(folder).iterdir() for line in log.read_text().splitlines()]
    taken = [float(line.split()[2]) / 1e6 for line in lines]
    rate = float(re.search(r"tps = ([0-9.]+)", told)[1])  # type: ignore[index]  # it always tells
    return Sample(taken, len(taken) / rate)


def give_back(start: datetime) -> None:
    """Free what was held at `start`, so that it can be held again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE bookings_allocation SET live = false WHERE live AND item_id IN (SELECT i.id FROM"
            " bookings_bookingitem i JOIN bookings_booking b ON b.id = i.booking_id"
            " WHERE b.status = 'held' AND b.starts_at = %s)",
            [start],
        )
        cursor.execute(
            "UPDATE bookings_booking SET status = 'expired', ended_at = now()"
            " WHERE status = 'held' AND starts_at = %s",
            [start],
        )
