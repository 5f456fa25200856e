"""The job queue, empty before each test: its tables are not among those that the test runner empties."""

from collections.abc import Callable, Iterator

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from common import events
from common.models import Event, OutboxMessage


@pytest.fixture(autouse=True)
def queue(transactional_db: None) -> Iterator[None]:
    def clear() -> None:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers RESTART IDENTITY CASCADE")
        OutboxMessage.objects.all().delete()

    clear()
    yield
    clear()


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, events.Handler], str]:
    """Let a handler hear of an event type after commit, for this test; answers its name."""

    def register(type_: str, handler: events.Handler) -> str:
        name = f"{handler.__module__}.{handler.__qualname__}"
        monkeypatch.setitem(events._handlers, type_, {**events._handlers.get(type_, {}), name: handler})
        return name

    return register


@pytest.fixture
def happened() -> Callable[..., Event]:
    """Publish an event of a type, in a transaction of its own."""

    def publish(type_: str, seq: int = 1) -> Event:
        with transaction.atomic():
            return events.publish(subject_type="test", subject_id=type_, seq=seq, type=type_, actor="system")

    return publish


def jobs(task: str = "common.deliver") -> list[ProcrastinateJob]:
    return list(ProcrastinateJob.objects.filter(task_name=task).order_by("id"))
