"""The nudge: "look at the table again".

It carries nothing and may be lost: who listens also polls every second. Sent after commit, because NOTIFY inside
a transaction serialises commits. With REDIS_URL it travels by Redis pub/sub instead.
"""

import logging

import redis
from django.conf import settings
from django.db import connection, transaction

CHANNEL = "hereabouts"

log = logging.getLogger(__name__)


def after_commit() -> None:
    """Nudge once when the open transaction commits, however often this is called within it."""
    if _send not in (callback for _, callback, *_ in connection.run_on_commit):
        transaction.on_commit(_send, robust=True)


def _send() -> None:
    if settings.REDIS_URL:
        _redis().publish(CHANNEL, "")
        return
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {CHANNEL}")


_client: redis.Redis | None = None


def _redis() -> redis.Redis:
    global _client
    if _client is None:
        _client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
    return _client
