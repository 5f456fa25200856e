"""Sockets that follow bookings, boards and open time. docs/live.md is for those who write clients."""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Callable
from typing import ClassVar, TypeVar
from urllib.parse import parse_qs

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import DatabaseError, InterfaceError

from accounts.sockets import bearer_subprotocol, principal_of_scope
from bookings.selectors import live
from common.errors import DomainError
from common.relay import Push, Topic, relay

log = logging.getLogger(__name__)
T = TypeVar("T")

# Close codes: RFC 6455 leaves 4000 to 4999 to applications. Autobahn sends no others, and daphne no reasons.
NOT_FOUND = 4404  # unknown, forbidden, or no longer allowed: do not come back
BAD_REQUEST = 4400  # `after` is not a number
TRY_LATER = 4503  # no database just now
FAILED = 4500  # our fault
TOO_MUCH = 4429  # the client talks too much, or reads too slowly

INBOUND_IGNORED = 20  # messages that a client may send in vain
WAITING = 200  # messages that may wait for one socket

# Look-ups at the same time: a restart brings back every client at once, and the pool is small.
_look_ups = asyncio.Semaphore(3)


async def in_database(read: Callable[[], T]) -> T:
    """Run `read` in a thread with a Django connection. Raises what it raises."""
    async with _look_ups:
        return await database_sync_to_async(read, thread_sensitive=False)()


class LiveConsumer(AsyncWebsocketConsumer):
    """One socket: checks who asks, follows one topic, checks again every so often, sends what comes.

    A connection is accepted before it is refused: only then is a browser told the close code, and it must be
    able to tell "not for you" from "try again".
    """

    topic: Topic
    # Seconds between looks whether the caller may still listen, a quarter more or less to spread them out.
    check_every: ClassVar[float] = 40

    def may_listen(self) -> None:
        """Raise a DomainError unless the caller may follow the topic. Runs in a thread, may query."""
        raise NotImplementedError

    async def begin(self) -> None:
        """Called once when the caller may listen and the topic is followed."""

    async def take(self, push: Push) -> None:
        """Send one message."""
        await self.send(text_data=push.text)

    async def checked(self) -> None:
        """Called after every renewed check."""

    async def connect(self) -> None:
        relay.start()
        self.received = 0
        self.waiting: asyncio.Queue[Push] = asyncio.Queue(WAITING)
        await self.accept(subprotocol=bearer_subprotocol(self.scope))
        self.serving = asyncio.create_task(self._serve())

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Nothing is expected from clients; one that keeps talking is shut out."""
        self.received += 1
        if self.received > INBOUND_IGNORED:
            await self.close(code=TOO_MUCH)

    async def disconnect(self, code: int) -> None:
        self.serving.cancel()

    async def _serve(self) -> None:
        code = FAILED
        try:
            await self._follow()
        except (DatabaseError, InterfaceError):
            code = TRY_LATER
        except DomainError:
            code = NOT_FOUND
        except _BadAfter:
            code = BAD_REQUEST
        except _TooSlow:
            code = TOO_MUCH
        except Exception:
            log.exception("a socket failed")
        await self.close(code=code)

    async def _follow(self) -> None:
        await in_database(self.may_listen)
        self.dropped = False
        relay.join(self.topic, self._hear)
        try:
            await self.begin()
            while True:
                pause = self.check_every * random.uniform(0.75, 1.25)  # noqa: S311  # spreads load, hides nothing
                await self._send_until(time.monotonic() + pause)
                # Signed out, revoked, no longer a member? A database that is away does not end a socket.
                with contextlib.suppress(DatabaseError, InterfaceError):
                    await in_database(self.may_listen)
                    await self.checked()
        finally:
            relay.leave(self.topic, self._hear)

    def _hear(self, pushes: list[Push]) -> None:
        try:
            for push in pushes:
                self.waiting.put_nowait(push)
        except asyncio.QueueFull:
            self.dropped = True

    async def _send_until(self, deadline: float) -> None:
        while (left := deadline - time.monotonic()) > 0:
            try:
                push = await asyncio.wait_for(self.waiting.get(), left)
            except TimeoutError:
                return
            if self.dropped:
                raise _TooSlow
            await self.take(push)


class _TooSlow(Exception):
    """More is waiting for this socket than it will ever catch up with."""


class _BadAfter(Exception):
    """`after` is not a whole number."""


def _after(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise _BadAfter
    return int(text)


class BookingConsumer(LiveConsumer):
    """`/ws/bookings/{ref}?after=SEQ`: the events after SEQ in order, gapless and each once, then live."""

    async def connect(self) -> None:
        self.ref: str = self.scope["url_route"]["kwargs"]["ref"]
        self.topic = Topic("subject", f"booking:{self.ref}", live.booking_messages)
        await super().connect()

    def may_listen(self) -> None:
        live.require_booking(principal_of_scope(self.scope), self.ref)

    async def begin(self) -> None:
        query = parse_qs(self.scope["query_string"].decode("latin1"))
        self.last = _after(query.get("after", ["0"])[0])
        await self._catch_up()

    async def take(self, push: Push) -> None:
        if push.seq == self.last + 1:
            self.last = push.seq
            await self.send(text_data=push.text)
        elif push.seq > self.last:
            await self._catch_up()

    async def checked(self) -> None:
        await self._catch_up()

    async def _catch_up(self) -> None:
        """Send what the table has beyond the last number sent."""
        while missed := await in_database(lambda: live.booking_events(self.ref, after=self.last)):
            for push in missed:
                self.last = push.seq
                await self.send(text_data=push.text)


class SlotsConsumer(LiveConsumer):
    """`/ws/outlets/{id}/slots`: public; says that open time changed within a period, and nothing else."""

    async def connect(self) -> None:
        self.outlet: str = self.scope["url_route"]["kwargs"]["outlet"]
        self.topic = Topic("outlet", self.outlet, live.slot_messages)
        await super().connect()

    def may_listen(self) -> None:
        live.require_listed_outlet(self.outlet)


class BoardConsumer(LiveConsumer):
    """`/ws/board/{outlet}`: which bookings of the outlet changed, for its members. Refetch on reconnect."""

    async def connect(self) -> None:
        self.outlet: str = self.scope["url_route"]["kwargs"]["outlet"]
        self.topic = Topic("outlet", self.outlet, live.board_messages)
        await super().connect()

    def may_listen(self) -> None:
        live.require_board(principal_of_scope(self.scope), self.outlet)


class NoSuchSocket(AsyncWebsocketConsumer):
    """Every other path: told like anything else that is not there."""

    groups: ClassVar[list[str]] = []

    async def connect(self) -> None:
        await self.accept(subprotocol=bearer_subprotocol(self.scope))
        await self.close(code=NOT_FOUND)
