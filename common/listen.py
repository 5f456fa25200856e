"""Hearing nudges (common/nudge.py) in an asyncio program, and the database connections that go with it."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import redis.asyncio
from django.conf import settings
from django.db import connection

from common.nudge import CHANNEL

log = logging.getLogger(__name__)

RETRY_AFTER = 0.5  # seconds between attempts to reach what is down
CHECK_EVERY = 15.0  # seconds of silence after which a listening connection is tried


def database_params() -> dict[str, Any]:
    """How psycopg connects to Django's database. A server that is silent is given up after 3 seconds."""
    params: dict[str, Any] = {"connect_timeout": 3, **connection.get_connection_params()}
    for django_only in ("cursor_factory", "context"):
        params.pop(django_only, None)
    return params


async def connect(purpose: str) -> psycopg.AsyncConnection[Any]:
    """A new connection in autocommit, named in pg_stat_activity. Raises psycopg.OperationalError."""
    return await psycopg.AsyncConnection.connect(
        **database_params() | {"application_name": f"hereabouts {purpose}"}, autocommit=True
    )


class Nudges:
    """Listens for nudges for as long as it runs, by NOTIFY or, with REDIS_URL, by Redis.

    A nudge may be lost: whoever waits looks again after a while anyway.
    """

    def __init__(self) -> None:
        self._heard = asyncio.Event()

    async def wait(self, timeout: float) -> None:
        """Return when a nudge has come since the last call, at the latest after `timeout` seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._heard.wait()
        self._heard.clear()

    async def run(self) -> None:
        """Listen for ever; what fails is tried again, and every new start counts as a nudge."""
        source = self._redis if settings.REDIS_URL else self._postgres
        down = False
        while True:
            try:
                async for _ in source():
                    if down:
                        log.warning("listening for nudges again")
                        down = False
                    self._heard.set()
            except (psycopg.Error, redis.RedisError, OSError, TimeoutError) as error:
                if not down:
                    log.warning("cannot listen for nudges, polling instead: %s", error)
                    down = True
            await asyncio.sleep(RETRY_AFTER)

    async def _postgres(self) -> AsyncIterator[None]:
        async with await connect("nudges") as listening:
            await listening.execute(f"LISTEN {CHANNEL}")
            yield
            while True:
                async for _ in listening.notifies(timeout=CHECK_EVERY):
                    yield
                # A connection whose other end vanished stays silent for ever unless it is tried.
                async with asyncio.timeout(5):
                    await listening.execute("SELECT 1")

    async def _redis(self) -> AsyncIterator[None]:
        client = redis.asyncio.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=3)
        try:
            async with client.pubsub(ignore_subscribe_messages=True) as subscription:
                await subscription.subscribe(CHANNEL)
                yield
                while True:
                    if await subscription.get_message(timeout=CHECK_EVERY) is not None:
                        yield
                    else:
                        await subscription.ping()
        finally:
            await client.aclose()
