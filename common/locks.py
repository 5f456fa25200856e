"""Named locks for what has no row to lock. docs/locking.md lists who takes which, and in what order."""

from django.db import connection

# The registry: a new purpose takes the next number.
PURPOSES = {
    "open-holds": 1,
    "demo-city": 2,
    "open-holds-from": 3,
    "audit-chain": 4,
    "uploads": 5,
    "ledger-checkpoints": 6,
    "open-waits": 7,
    "commission": 8,
}


def lock_named(purpose: str, name: str) -> None:
    """Wait for the advisory lock `name` within `purpose`; it is held until the open transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [PURPOSES[purpose], name])
