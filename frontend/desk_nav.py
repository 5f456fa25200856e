"""What waits for operators: the registry of queues that the desk's rail and overview show.

A page of the desk registers its queue where its views are written (frontend/views/desk_*.py).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, QuerySet
from django.urls import reverse

from common.errors import Text


@dataclass(frozen=True)
class Waiting:
    """How many wait, and since when the oldest does (None when none does)."""

    count: int
    oldest: datetime | None = None


@dataclass(frozen=True)
class Queue:
    """One kind of work: `name` is the rail's mark, `route` its page (further parts of its query in `query`).

    `waiting` asks the database once. `late_after_h` hours after which the oldest is late, if that is promised.
    """

    name: str
    title: Text
    icon: str
    route: str
    waiting: Callable[[], Waiting]
    position: int
    late_after_h: int | None = None
    query: str = ""

    @property
    def url(self) -> str:
        return reverse(self.route) + self.query


_queues: dict[str, Queue] = {}


def register(queue: Queue) -> Queue:
    """Show `queue` on the desk, in the order of `position`; the same name again replaces it."""
    _queues[queue.name] = queue
    return queue


def queues() -> list[Queue]:
    """Every kind of work, in order."""
    return sorted(_queues.values(), key=lambda queue: queue.position)


def waiting_in(rows: QuerySet[Any], since: str) -> Waiting:
    """The rows that wait, `since` the instant in that column: one query."""
    found = rows.aggregate(count=Count("pk"), oldest=Min(since))
    return Waiting(count=found["count"], oldest=found["oldest"])
