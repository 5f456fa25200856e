"""With REDIS_URL the nudge travels by Redis; when Redis is away, everybody polls."""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from django.db import connection

from common import nudge
from tests.sockets.conftest import (
    Shop,
    SocketServer,
    free_port,
    running_server,
    url_of_test_database,
)

pytestmark = pytest.mark.skipif(
    shutil.which("redis-server") is None, reason="redis-server is not installed (Debian: redis-server)"
)


@pytest.fixture
def redis_process(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[subprocess.Popen[bytes]]:
    port = free_port()
    settings.REDIS_URL = f"redis://127.0.0.1:{port}/0"
    monkeypatch.setattr(nudge, "_client", None)
    process = subprocess.Popen(
        ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--loglevel", "warning"],
        stdout=subprocess.DEVNULL,
    )
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        until = time.monotonic() + 10
        while True:
            try:
                client.ping()
                break
            except redis.ConnectionError:
                assert time.monotonic() < until, "redis-server did not start"
                time.sleep(0.05)
    yield process
    process.kill()
    process.wait()
    if nudge._client is not None:
        nudge._client.close()


@pytest.fixture
def redis_server(
    transactional_db: None, redis_process: subprocess.Popen[bytes], settings: Any
) -> Iterator[SocketServer]:
    with running_server(url_of_test_database(), settings.REDIS_URL) as running:
        with redis.Redis.from_url(settings.REDIS_URL) as client:
            until = time.monotonic() + 10
            while dict(client.pubsub_numsub(nudge.CHANNEL)).get(nudge.CHANNEL.encode()) != 1:
                assert time.monotonic() < until, "the server does not listen to Redis"
                time.sleep(0.05)
        yield running


def test_a_commit_nudges_by_redis_and_not_by_notify(
    redis_server: SocketServer, shop: Shop, happen: Callable[..., None], settings: Any
) -> None:
    held = shop.hold()
    with redis.Redis.from_url(settings.REDIS_URL) as client, client.pubsub() as subscription:
        subscription.subscribe(nudge.CHANNEL)
        assert subscription.get_message(timeout=5)["type"] == "subscribe"
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {nudge.CHANNEL}")

        with redis_server.follow(held, after=1) as follower:
            happen(held.booking)
            assert follower.next()["seq"] == 2
        assert subscription.get_message(timeout=5)["type"] == "message"
        assert connection.connection is not None
        assert list(connection.connection.notifies(timeout=0.5)) == []
        with connection.cursor() as cursor:
            cursor.execute("UNLISTEN *")


def test_without_redis_news_still_comes_by_polling(
    redis_server: SocketServer,
    redis_process: subprocess.Popen[bytes],
    shop: Shop,
    happen: Callable[..., None],
) -> None:
    held = shop.hold()
    with redis_server.follow(held, after=1) as follower:
        assert follower.nothing_comes()
        redis_process.kill()
        redis_process.wait()
        # The commit must not fail because the nudge did.
        happen(held.booking, 2)
        assert [follower.next()["seq"] for _ in range(2)] == [2, 3]
