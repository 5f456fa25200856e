"""From the outbox into the queue: each message exactly once, whoever does it and whoever dies."""

import asyncio
from collections.abc import Callable

import pytest
from django.core.management import call_command
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.psycopg_connector import PsycopgConnector

from common import outbox
from common.listen import database_params
from common.models import Event, OutboxMessage
from common.tasks import WAITS
from tests.jobs.conftest import jobs


def fill(count: int) -> set[int]:
    """`count` messages of as many events; the events' ids."""
    made = Event.objects.bulk_create(
        Event(subject_type="test", subject_id="many", seq=seq, type="test.many", actor="system")
        for seq in range(1, count + 1)
    )
    OutboxMessage.objects.bulk_create(OutboxMessage(event=event, handler="test.nobody") for event in made)
    return {event.pk for event in made}


def with_pool(work: Callable[[PsycopgConnector], object]) -> None:
    """Run `work` in an event loop, with procrastinate on a pool of its own, as the worker has it."""

    async def run() -> None:
        connector = PsycopgConnector(kwargs=database_params(), min_size=1, max_size=8)
        with app.replace_connector(connector):
            async with app.open_async():
                await work(connector)  # type: ignore[misc]

    asyncio.run(run())


def test_each_message_is_queued_once_when_relays_race() -> None:
    ids = fill(1500)

    async def race(connector: PsycopgConnector) -> None:
        moved = await asyncio.gather(*(outbox.queue_all(connector.pool) for _ in range(4)))
        assert sum(moved) == 1500

    with_pool(race)

    assert sorted(job.args["event_id"] for job in jobs()) == sorted(ids)
    assert not OutboxMessage.objects.exists()


def test_a_relay_that_dies_half_way_leaves_the_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    fill(3)

    async def dies(*_: object, **__: object) -> None:
        raise ConnectionError

    async def attempt(connector: PsycopgConnector) -> None:
        with monkeypatch.context() as patched:
            patched.setattr("procrastinate.jobs.JobDeferrer.batch_defer_async", dies)
            with pytest.raises(ConnectionError):
                await outbox.queue_batch(connector.pool)

    with_pool(attempt)

    assert OutboxMessage.objects.count() == 3
    assert jobs() == []


def test_what_another_relay_is_moving_is_skipped_not_waited_for() -> None:
    fill(5)

    async def two(connector: PsycopgConnector) -> None:
        async with connector.pool.connection() as other, other.transaction():
            await other.execute(f"SELECT FROM {OutboxMessage._meta.db_table} ORDER BY id LIMIT 2 FOR UPDATE")
            async with asyncio.timeout(5):
                assert await outbox.queue_all(connector.pool) == 3
        assert await outbox.queue_all(connector.pool) == 2

    with_pool(two)


def test_the_worker_hands_an_event_to_its_handlers(
    on: Callable[..., str], happened: Callable[..., Event]
) -> None:
    heard: list[str] = []

    def first(event: Event) -> None:
        heard.append(f"one {event.type}")

    def second(event: Event) -> None:
        heard.append(f"two {event.type}")

    on("test.told", first)
    on("test.told", second)

    happened("test.told")
    assert heard == []
    call_command("worker", once=True)

    assert sorted(heard) == ["one test.told", "two test.told"]
    assert not OutboxMessage.objects.exists()
    assert jobs() == []


def test_what_a_handler_publishes_is_handled_too(
    on: Callable[..., str], happened: Callable[..., Event]
) -> None:
    heard: list[str] = []

    def first(event: Event) -> None:
        happened("test.second")

    def second(event: Event) -> None:
        heard.append(event.type)

    on("test.first", first)
    on("test.second", second)
    happened("test.first")
    call_command("worker", once=True)

    assert heard == ["test.second"]


def test_a_handler_that_fails_is_tried_again_later(
    on: Callable[..., str], happened: Callable[..., Event]
) -> None:
    attempts: list[int] = []

    def fails_once(event: Event) -> None:
        attempts.append(event.pk)
        if len(attempts) == 1:
            raise ConnectionError("the mail server is away")

    on("test.shaky", fails_once)
    event = happened("test.shaky")

    call_command("worker", once=True)
    [job] = jobs()
    assert (job.status, job.attempts, len(attempts)) == ("todo", 1, 1)
    assert job.scheduled_at is not None

    # Not before its time.
    call_command("worker", once=True)
    assert len(attempts) == 1

    make_due(job)
    call_command("worker", once=True)
    assert attempts == [event.pk, event.pk]
    assert jobs() == []


def test_after_the_last_attempt_it_is_given_up_loudly(
    on: Callable[..., str], happened: Callable[..., Event], caplog: pytest.LogCaptureFixture
) -> None:
    def fails(event: Event) -> None:
        raise ConnectionError("for ever")

    name = on("test.hopeless", fails)
    happened("test.hopeless")

    for _ in range(len(WAITS) + 1):
        call_command("worker", once=True)
        make_due(*jobs())

    [job] = jobs()
    assert (job.status, job.attempts) == ("failed", len(WAITS) + 1)
    [loud] = [record for record in caplog.records if record.levelname == "CRITICAL"]
    assert "gave up after 9 attempts" in loud.getMessage()
    assert name in loud.getMessage()


def test_a_handler_that_no_longer_exists_is_an_error_not_a_success() -> None:
    fill(1)
    call_command("worker", once=True)

    [job] = jobs()
    assert (job.status, job.attempts) == ("todo", 1)


def make_due(*waiting: ProcrastinateJob) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo' AND id = ANY(%s)",
            [[job.id for job in waiting]],
        )
