"""The background worker: moves the outbox into the job queue, runs the jobs and the periodic tasks."""

import asyncio
import contextlib
import logging
import os
import signal
import threading
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand
from procrastinate.contrib.django import app, procrastinate_app
from procrastinate.periodic import PeriodicRegistry
from procrastinate.psycopg_connector import PsycopgConnector
from procrastinate.worker import Worker

from common import outbox
from common.listen import Nudges, connect, database_params

log = logging.getLogger(__name__)

POLL_OUTBOX = 1.0  # seconds
JOBS_MAY_END_WITHIN = 4.0  # seconds after SIGTERM; what still runs is recovered by the next worker
EXIT_WITHIN = 5.0  # seconds after SIGTERM, or after a part failed


class Command(BaseCommand):
    help = "Runs the background worker until it is told to stop; any number of them may run."
    # `manage.py check` has its place before a release, not before each start.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="do what is due now, then exit")
        parser.add_argument("--concurrency", type=int, default=3, help="jobs at the same time (default 3)")

    def handle(self, *args: Any, once: bool, concurrency: int, **options: Any) -> None:
        if once:
            asyncio.run(drain(concurrency=concurrency))
        else:
            asyncio.run(work(concurrency=concurrency))


def _connector(concurrency: int) -> PsycopgConnector:
    # Its own small pool: one connection per job that is being fetched or finished, one for the outbox.
    return PsycopgConnector(kwargs=database_params(), min_size=1, max_size=concurrency + 2, timeout=5)


# A job may have put in another one. One that waits for a lock is left to whoever holds it.
_ANY_DUE = """
    SELECT EXISTS (
        SELECT FROM procrastinate_jobs
        WHERE status = 'todo' AND lock IS NULL AND (scheduled_at IS NULL OR scheduled_at <= now())
    ) AS due
"""


class Jobs(Worker):
    """procrastinate's worker, which says at once when it stops.

    It does so by itself when one of its parts fails, but then waits, fetching nothing, for as long as its
    threads are busy.
    """

    def __init__(self, concurrency: int) -> None:
        self.stopping = asyncio.Event()
        real = procrastinate_app.current_app
        real.perform_import_paths()
        super().__init__(
            real,
            concurrency=concurrency,
            install_signal_handlers=False,
            shutdown_graceful_timeout=JOBS_MAY_END_WITHIN,
            delete_jobs="successful",
            task_middleware=real.worker_defaults.get("task_middleware"),
        )

    def stop(self) -> None:
        super().stop()
        self.stopping.set()


async def drain(*, concurrency: int = 3) -> None:
    """Move the whole outbox and run every job that is due; periodic tasks are left alone."""
    connector = _connector(concurrency)
    # The module's `app` is a proxy: what is set on it would not reach the worker.
    real = procrastinate_app.current_app
    periodic, real.periodic_registry = real.periodic_registry, PeriodicRegistry()
    try:
        with app.replace_connector(connector):
            async with app.open_async():
                while True:
                    await outbox.queue_all(connector.pool)
                    await app.run_worker_async(
                        wait=False,
                        listen_notify=False,
                        install_signal_handlers=False,
                        concurrency=concurrency,
                        delete_jobs="successful",
                    )
                    due = await connector.execute_query_one_async(_ANY_DUE)
                    if not await outbox.queue_all(connector.pool) and not due["due"]:
                        return
    finally:
        real.periodic_registry = periodic


async def work(*, concurrency: int) -> None:
    """Wait for the database, then work until SIGTERM or SIGINT.

    Raises SystemExit(1) when a part fails, as all do when the database goes away: a supervisor starts the
    next worker, which waits for the database and recovers the jobs that were left.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await _wait_for_database(stop)
    if not stop.is_set():
        log.info("worker: started")
        await _session(stop, concurrency)
        if not stop.is_set():
            log.error("worker: a part of it failed, start it again")
            raise SystemExit(1)
    log.info("worker: stopped")


async def _wait_for_database(stop: asyncio.Event) -> None:
    told = False
    while not stop.is_set():
        try:
            async with asyncio.timeout(5), await connect("worker") as connection:
                await connection.execute("SELECT 1 FROM procrastinate_jobs LIMIT 1")
            return
        except Exception as error:
            # Whatever it is (down, still starting, not migrated), it may pass.
            if not told:
                log.warning("worker: waiting for the database: %s", error)
                told = True
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 1)


async def _session(stop: asyncio.Event, concurrency: int) -> None:
    """Run the parts until `stop`, or until one of them fails; then end the others, in bounded time."""
    connector = _connector(concurrency)
    with app.replace_connector(connector):
        await app.open_async()
        nudges = Nudges()
        jobs = Jobs(concurrency)
        parts = [
            asyncio.create_task(jobs.run(), name="jobs"),
            asyncio.create_task(_relay(connector, nudges), name="outbox"),
            asyncio.create_task(nudges.run(), name="nudges"),
        ]
        ends = [asyncio.create_task(event.wait()) for event in (stop, jobs.stopping)]
        await asyncio.wait([*parts, *ends], return_when=asyncio.FIRST_COMPLETED)
        with _deadline(EXIT_WITHIN):
            await _end([*parts, *ends])
            await app.close_async()


async def _relay(connector: PsycopgConnector, nudges: Nudges) -> None:
    while True:
        await outbox.queue_all(connector.pool)
        await nudges.wait(POLL_OUTBOX)


async def _end(parts: list[asyncio.Task[Any]]) -> None:
    for part in parts:
        part.cancel()
    for part, outcome in zip(parts, await asyncio.gather(*parts, return_exceptions=True), strict=True):
        if isinstance(outcome, Exception):
            log.error("worker: %s failed: %r", part.get_name(), outcome)


@contextlib.contextmanager
def _deadline(seconds: float) -> Iterator[None]:
    """End the process with status 1 when the block takes longer.

    A job in a thread cannot be cancelled, and an unreachable server can hold up a connection for minutes:
    better that a supervisor starts a new worker than that this one hangs.
    """

    def give_up() -> None:
        log.critical("worker: did not end within %s s, leaving its jobs to be recovered", seconds)
        os._exit(1)

    timer = threading.Timer(seconds, give_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
