"""The outbox's way into the job queue, after commit.

A message is put into the queue and deleted in one transaction of its own, so it is queued exactly once,
however many workers do this at the same time and wherever one of them dies.
"""

from typing import Any

import psycopg_pool

from common.models import OutboxMessage
from common.tasks import deliver

BATCH = 200

# Rows that another worker is moving are skipped, not waited for.
_CLAIM = f"""
    DELETE FROM {OutboxMessage._meta.db_table}
    WHERE id = ANY(ARRAY(
        SELECT id FROM {OutboxMessage._meta.db_table} ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
    ))
    RETURNING id, event_id, handler
"""  # noqa: S608  # the table's name is ours


async def queue_batch(pool: psycopg_pool.AsyncConnectionPool[Any]) -> int:
    """Move at most BATCH messages, oldest first, into the queue; answers how many.

    `pool` is the one that procrastinate's app works with. Raises psycopg.Error, psycopg_pool.PoolTimeout.
    """
    async with pool.connection() as connection, connection.transaction():
        rows = await (await connection.execute(_CLAIM, [BATCH])).fetchall()
        if rows:
            jobs = [{"event_id": event_id, "handler": handler} for _, event_id, handler in sorted(rows)]
            await deliver.configure(connection=connection).batch_defer_async(*jobs)
    return len(rows)


async def queue_all(pool: psycopg_pool.AsyncConnectionPool[Any]) -> int:
    """Move what is there, batch by batch; answers how many messages it was."""
    moved = 0
    while batch := await queue_batch(pool):
        moved += batch
    return moved
