"""From the event table to the sockets of this process.

Each socket process runs one `Relay`. A nudge or a second's pause makes it read what is new, once for all of
its sockets, and it hands the news to those that follow the subject or the outlet. A push is only ever a hint:
the table is the truth, and a socket that notices a gap reads it.

Ids become visible out of order: an id is taken when a row is inserted, but seen when its transaction commits,
so 7 may appear after 8. The relay therefore keeps the holes below the highest id that it has seen, and asks
for them too, until they are `HOLE_KEPT` old: what has not committed by then was rolled back, or is found by
the sockets' own look at the table once a minute.
"""

import asyncio
import contextlib
import logging
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

import psycopg
from psycopg.rows import class_row

from common.listen import RETRY_AFTER, Nudges, connect
from common.models import Event

log = logging.getLogger(__name__)

POLL = 1.0  # seconds between looks when no nudge comes
PAUSE = 0.02  # seconds between looks however many nudges come: many commits, one look
READ_WITHIN = 5.0  # seconds; a database that takes longer counts as gone
BATCH = 500
HOLE_KEPT = 30.0  # seconds
HOLES_KEPT = 5000


@dataclass(frozen=True, slots=True)
class News:
    """An event as the sockets need it. `at` is aware."""

    id: int
    subject_type: str
    subject_id: str
    seq: int
    type: str
    at: datetime
    outlet_id: str
    payload: dict[str, Any]


class Push(NamedTuple):
    """A message for sockets, as text, with its subject's sequence number."""

    seq: int
    text: str


class Topic(NamedTuple):
    """What a socket follows: a subject ("booking:HA-…") or an outlet (its public id), and how its news reads.

    `render` makes the messages once for all who follow the same topic: it must be a plain function.
    """

    source: Literal["subject", "outlet"]
    key: str
    render: Callable[[list[News]], list[Push]]


# Called in the event loop with what is new; it must neither wait nor raise.
Listener = Callable[[list[Push]], None]


_COLUMNS = "id, subject_type, subject_id, seq, type, at, outlet_id, payload"
_NEWEST = f"SELECT coalesce(max(id), 0) FROM {Event._meta.db_table}"  # noqa: S608  # the table's name is ours
_READ = f"""
    SELECT {_COLUMNS} FROM {Event._meta.db_table}
    WHERE id > %s OR id = ANY(%s) ORDER BY id LIMIT {BATCH}
"""  # noqa: S608  # the same


class Relay:
    """Reads new events and hands them to the listeners of their topics. It belongs to one event loop."""

    def __init__(self) -> None:
        self._listeners: dict[tuple[str, str], dict[Topic, set[Listener]]] = defaultdict(dict)
        self._nudges = Nudges()
        self._top: int | None = None
        self._holes: dict[int, float] = {}
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to read, if it has not begun; call it in the event loop."""
        if not self._tasks:
            self._tasks = [
                asyncio.create_task(self._nudges.run(), name="nudges"),
                asyncio.create_task(self._run(), name="relay"),
            ]

    def join(self, topic: Topic, listener: Listener) -> None:
        """Hand `listener` the news of `topic` from now on. Join first, then read: nothing is missed."""
        self._listeners[(topic.source, topic.key)].setdefault(topic, set()).add(listener)

    def leave(self, topic: Topic, listener: Listener) -> None:
        """Hand `listener` no more."""
        topics = self._listeners.get((topic.source, topic.key), {})
        followers = topics.get(topic, set())
        followers.discard(listener)
        if not followers:
            topics.pop(topic, None)
        if not topics:
            self._listeners.pop((topic.source, topic.key), None)

    async def _run(self) -> None:
        down = False
        while True:
            try:
                async with asyncio.timeout(READ_WITHIN):
                    connection = await connect("relay")
                async with connection:
                    if down:
                        log.warning("relay: the database is back")
                        down = False
                    while True:
                        await self._look(connection)
                        await asyncio.sleep(PAUSE)
                        await self._nudges.wait(POLL)
            except (psycopg.Error, OSError, TimeoutError) as error:
                if not down:
                    log.warning("relay: the database is away, the sockets stay: %s", error)
                    down = True
            except Exception:
                log.exception("relay: starting over")
            await asyncio.sleep(RETRY_AFTER)

    async def _look(self, connection: psycopg.AsyncConnection[Any]) -> None:
        """Read and hand out everything new. Raises psycopg.Error, TimeoutError."""
        while True:
            async with asyncio.timeout(READ_WITHIN):
                if self._top is None:
                    row = await (await connection.execute(_NEWEST)).fetchone()
                    self._top = row[0] if row else 0
                    return
                cursor = connection.cursor(row_factory=class_row(News))
                rows = await (await cursor.execute(_READ, [self._top, list(self._holes)])).fetchall()
            self._note(rows)
            self._hand_out(rows)
            if len(rows) < BATCH:
                return

    def _note(self, rows: list[News]) -> None:
        """Move the highest id seen, and remember the holes below it."""
        assert self._top is not None
        now = time.monotonic()
        for row in rows:
            if row.id <= self._top:
                self._holes.pop(row.id, None)
                continue
            for missing in range(max(self._top + 1, row.id - HOLES_KEPT), row.id):
                self._holes[missing] = now
            self._top = row.id
        # Oldest first: dicts keep the order of insertion.
        for hole, noticed in list(self._holes.items()):
            if noticed > now - HOLE_KEPT and len(self._holes) <= HOLES_KEPT:
                break
            del self._holes[hole]

    def _hand_out(self, rows: list[News]) -> None:
        followed: dict[tuple[str, str], list[News]] = defaultdict(list)
        for row in rows:
            for key in (("subject", f"{row.subject_type}:{row.subject_id}"), ("outlet", row.outlet_id)):
                if key in self._listeners:
                    followed[key].append(row)
        for key, news in followed.items():
            for topic, listeners in list(self._listeners[key].items()):
                with contextlib.suppress(KeyError):
                    self._push(topic, news, listeners)

    def _push(self, topic: Topic, news: list[News], listeners: set[Listener]) -> None:
        try:
            pushes = topic.render(news)
        except Exception:
            log.exception("relay: cannot show %s", [row.id for row in news])
            return
        if pushes:
            for listener in list(listeners):
                listener(pushes)


# The one of this process.
relay = Relay()
