"""Checkpoints: what an account's entries sum to up to one of them, so that a balance adds up only what came since.

They are worked out, not posted: whoever loses them all gets them again from the entries, and `verify` compares.
"""

from django.db import OperationalError, connection, transaction

from common.locks import lock_named

# How long to wait for those who are posting; then the next run does it.
PATIENCE_MS = 2000


def keep_checkpoints() -> int:
    """Bring the checkpoints of all derived accounts up to the newest entry; answers how many moved.

    Call it outside a transaction. It first finds an entry up to which nothing can be added any more: numbers are given
    out before their rows are committed, so it waits, for a moment, until nobody is posting. Then it adds up without
    holding anybody. 0, too, when somebody posts for longer than it waits.
    """
    horizon = _horizon()
    if horizon is None:
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        lock_named("ledger-checkpoints", "all")
        cursor.execute(
            """
            INSERT INTO payments_ledgercheckpoint (account_id, upto, balance, at)
            SELECT e.account_id, %(horizon)s, sum(e.amount), now()
            FROM payments_ledgerentry e JOIN payments_ledgeraccount a ON a.id = e.account_id
            WHERE e.id > (SELECT coalesce(max(upto), 0) FROM payments_ledgercheckpoint)
                AND e.id <= %(horizon)s AND a.balance IS NULL
            GROUP BY e.account_id
            ON CONFLICT (account_id) DO UPDATE SET balance = payments_ledgercheckpoint.balance + excluded.balance,
                upto = excluded.upto, at = excluded.at
            """,
            {"horizon": horizon},
        )
        return cursor.rowcount


def _horizon() -> int | None:
    """The newest entry, when every entry before it is committed or will never be; None without any, or any quiet.

    Who posts holds the table's ROW EXCLUSIVE lock until the commit; SHARE waits for them and lets none begin meanwhile.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {PATIENCE_MS}")
            cursor.execute("LOCK TABLE payments_ledgerentry IN SHARE MODE")
            cursor.execute("SELECT max(id) FROM payments_ledgerentry")
            (newest,) = cursor.fetchone()
            return newest
    except OperationalError:
        return None
