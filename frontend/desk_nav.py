"""What waits for operators: the registry of queues that the desk's rail and overview show.

A page of the desk registers its queue where its views are written (frontend/views/desk_*.py).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.urls import reverse
from django.utils.translation import ngettext

from common import clock
from common.errors import Text


@dataclass(frozen=True)
class Waiting:
    """How many wait, since when the oldest does (None when none does), and how many wait longer than is promised."""

    count: int
    oldest: datetime | None = None
    late: int = 0


@dataclass(frozen=True)
class Queue:
    """One kind of work: `name` is the rail's mark, `route` its page (further parts of its query in `query`).

    `rows` are those that wait, each since the instant in its column `since`. `late_after_h` hours within which they are
    promised to be seen to, if that is promised.
    """

    name: str
    title: Text
    icon: str
    route: str
    rows: Callable[[], QuerySet[Any]]
    since: str
    position: int
    late_after_h: int | None = None
    query: str = ""

    @property
    def url(self) -> str:
        return reverse(self.route) + self.query

    @property
    def promised(self) -> str:
        """Within how long these are seen to, in words; empty when nothing is promised."""
        if self.late_after_h is None:
            return ""
        return ngettext("%(n)d day", "%(n)d days", self.late_after_h // 24) % {"n": self.late_after_h // 24}

    def waiting(self) -> Waiting:
        """What waits now. One query."""
        late = Q(pk__isnull=True)
        if self.late_after_h is not None:
            late = Q(**{f"{self.since}__lt": clock.now() - timedelta(hours=self.late_after_h)})
        found = (
            self.rows()
            .order_by()
            .aggregate(count=Count("pk"), oldest=Min(self.since), late=Count("pk", filter=late))
        )
        return Waiting(**found)


_queues: dict[str, Queue] = {}


def register(queue: Queue) -> Queue:
    """Show `queue` on the desk, in the order of `position`; the same name again replaces it."""
    _queues[queue.name] = queue
    return queue


def queues() -> list[Queue]:
    """Every kind of work, in order."""
    return sorted(_queues.values(), key=lambda queue: queue.position)
