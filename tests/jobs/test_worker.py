"""The worker as a process: what it picks up, how it stops, what it recovers."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from procrastinate.contrib.django import app

from common.models import Event, OutboxMessage
from tests.jobs.conftest import jobs
from tests.jobs.test_outbox import fill
from tests.sockets.conftest import url_of_test_database

PATIENCE = 20.0


@pytest.fixture
def start_worker() -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        environment = {**os.environ, "DATABASE_URL": url_of_test_database(), "LOG_LEVEL": "CRITICAL"}
        process = subprocess.Popen(
            [sys.executable, "manage.py", "worker"], cwd=Path(settings.BASE_DIR), env=environment
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait(timeout=10)


def eventually(holds: Callable[[], bool]) -> bool:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.1)
    return False


def test_two_workers_share_the_outbox_and_stop_when_told(
    start_worker: Callable[[], subprocess.Popen[bytes]],
) -> None:
    workers = [start_worker(), start_worker()]
    assert eventually(lambda: running_workers() == 2)

    ids = fill(300)
    # Nobody knows the handler: each job stays to be tried again, so that they can be counted.
    assert eventually(lambda: not OutboxMessage.objects.exists())
    assert sorted(job.args["event_id"] for job in jobs()) == sorted(ids)

    for worker in workers:
        worker.send_signal(signal.SIGTERM)
    assert [worker.wait(timeout=10) for worker in workers] == [0, 0]
    assert running_workers() == 0


def test_a_worker_outlives_the_death_of_its_connections_or_says_that_it_did_not(
    start_worker: Callable[[], subprocess.Popen[bytes]],
) -> None:
    worker = start_worker()
    assert eventually(lambda: running_workers() == 1)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND application_name NOT IN ('hereabouts relay')"
        )
    # A supervisor starts another one when it ended; one that stays and does nothing would be worse.
    if worker.poll() is not None:
        assert worker.returncode == 1
        start_worker()
    fill(3)
    assert eventually(lambda: len(jobs()) == 3 or worker.poll() == 1)
    if worker.poll() == 1:
        start_worker()
        assert eventually(lambda: len(jobs()) == 3)


def test_the_job_of_a_dead_worker_is_tried_again(
    on: Callable[..., str], happened: Callable[..., Event]
) -> None:
    heard: list[int] = []
    name = on("test.left", lambda event: heard.append(event.pk))
    event = happened("test.left")
    OutboxMessage.objects.all().delete()
    app.configure_task("common.deliver").defer(event_id=event.pk, handler=name)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) "
            "VALUES (now() - interval '1 minute') RETURNING id"
        )
        dead = cursor.fetchone()[0]
        cursor.execute("SELECT id FROM procrastinate_fetch_job_v2(NULL, %s)", [dead])
    assert [job.status for job in jobs()] == ["doing"]

    app.configure_task("queue:recover_stalled").defer(timestamp=0)
    call_command("worker", once=True)

    assert heard == [event.pk]
    assert jobs() == []


def test_periodic_tasks_of_every_app_are_known() -> None:
    known = {periodic.task.name for periodic in app.periodic_registry.periodic_tasks.values()}
    assert {
        "queue:recover_stalled",
        "queue:forget_old_jobs",
        "common.forget_idempotency_keys",
        "bookings.expire_holds",
        "bookings.end_visits",
    } <= known


def running_workers() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_workers")
        return int(cursor.fetchone()[0])
