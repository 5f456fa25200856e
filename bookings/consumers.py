"""Sockets that follow bookings, boards and open time. docs/live.md is for those who write clients."""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar, TypeVar
from urllib.parse import parse_qs

from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import DatabaseError, InterfaceError, close_old_connections

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

LOOK_UP_WITHIN = 5.0  # seconds
# Few at the same time: a restart brings back every client at once, and the pool of connections is small.
_threads = ThreadPoolExecutor(3, thread_name_prefix="look-up")
# The database is away, or does not answer in time.
AWAY = (DatabaseError, InterfaceError, TimeoutError)


async def in_database(read: Callable[[], T]) -> T:
    """Run `read` in a thread with a Django connection. Raises what it raises, and TimeoutError.

    Not asgiref's sync_to_async: when the caller gives up, that waits for the thread all the same.
    """
    running = asyncio.get_running_loop().run_in_executor(_threads, _with_connection, read)
    return await asyncio.wait_for(running, LOOK_UP_WITHIN)


def _with_connection(read: Callable[[], T]) -> T:
    close_old_connections()
    try:
        return read()
    finally:
        close_old_connections()


class LiveConsumer(AsyncWebsocketConsumer):
    """One socket: checks who asks, follows one topic, checks again every so often, sends what comes.

    A connection is looked up before it is accepted, so that open means welcome. One that is refused is
    accepted and closed: only so is a browser told the close code, "not for you" or "try again".
    """

    # None of that name: news comes from this process's relay, not from a channel layer.
    channel_layer_alias = "none"
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
        self.serving: asyncio.Task[None] | None = None
        self.dropped = False
        self.received = 0
        self.waiting: asyncio.Queue[Push] = asyncio.Queue(WAITING)
        refusal = await self._refusal()
        await self.accept(subprotocol=bearer_subprotocol(self.scope))
        if refusal:
            await self.close(code=refusal)
        else:
            self.serving = asyncio.create_task(self._serve())

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Nothing is expected from clients; one that keeps talking is shut out."""
        self.received += 1
        if self.received > INBOUND_IGNORED:
            await self.close(code=TOO_MUCH)

    async def disconnect(self, code: int) -> None:
        if self.serving:
            self.serving.cancel()

    async def _refusal(self) -> int:
        """The close code for a caller who may not listen (now); 0 for one who may."""
        try:
            await in_database(self.may_listen)
        except AWAY:
            return TRY_LATER
        except DomainError:
            return NOT_FOUND
        return 0

    async def _serve(self) -> None:
        code = FAILED
        try:
            await self._follow()
        except AWAY:
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
        relay.join(self.topic, self._hear)
        try:
            await self.begin()
            while True:
                pause = self.check_every * random.uniform(0.75, 1.25)  # noqa: S311  # spreads load, hides nothing
                await self._send_until(time.monotonic() + pause)
                # Signed out, revoked, no longer a member? A database that is away does not end a socket.
                with contextlib.suppress(*AWAY):
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
                async with asyncio.timeout(left):
                    push = await self.waiting.get()
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
            try:
                await self._catch_up()
            except AWAY:
                # The next number, or the next check, shows the same gap again.
                log.warning("a socket waits for the database")

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


class QueueConsumer(LiveConsumer):
    """`/ws/queue/{place}`: for whoever waits: that something changed which may bear on their turn, and nothing else."""

    async def connect(self) -> None:
        self.place: str = self.scope["url_route"]["kwargs"]["place"]
        await super().connect()

    def may_listen(self) -> None:
        outlet = live.require_place_in_queue(principal_of_scope(self.scope), self.place)
        self.topic = Topic("outlet", outlet, live.queue_messages)


class NoSuchSocket(AsyncWebsocketConsumer):
    """Every other path: told like anything else that is not there."""

    channel_layer_alias = "none"

    async def connect(self) -> None:
        await self.accept(subprotocol=bearer_subprotocol(self.scope))
        await self.close(code=NOT_FOUND)
