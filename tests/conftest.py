"""What holds for every test of the suite."""

import time
from collections.abc import Iterator

import pytest
from django.db import DEFAULT_DB_ALIAS, connections

PATIENCE_S = 5.0


@pytest.fixture(autouse=True)
def every_connection_goes_back() -> Iterator[None]:
    """A thread that ends with a connection of the pool in its hands takes it from every later test of the process.

    The pool counts such a connection as lent for ever: after `DATABASE_POOL` of them nothing but the main
    thread gets one, and the tests that fail are not the ones that kept it.
    """
    yield
    until = time.monotonic() + PATIENCE_S
    while (kept := _lent()) > 0 and time.monotonic() < until:
        time.sleep(0.05)
    assert kept <= 0, f"{kept} connection(s) of the pool were not given back"


def _lent() -> int:
    """How many connections others than this thread hold."""
    mine = connections[DEFAULT_DB_ALIAS]
    pool = mine._connection_pools.get(mine.alias)
    if pool is None:
        return 0
    stats = pool.get_stats()
    return stats["pool_size"] - stats["pool_available"] - (mine.connection is not None)
