"""Checkpoints: what an account's entries sum to up to one of them, so that a balance adds up only what came since;
and the same by day and by month, so that old books are not read again.

They are worked out, not posted: whoever loses them all gets them again from the entries, and `verify` compares.
"""

from django.db import OperationalError, connection, transaction

from common.locks import lock_named

# How long to wait for those who are posting; then the next run does it.
PATIENCE_MS = 2000


# Each counts every entry up to the horizon once: those after the last one that it has counted.
_CHECKPOINTS = """
    INSERT INTO payments_ledgercheckpoint (account_id, upto, balance, at)
    SELECT e.account_id, %(horizon)s, sum(e.amount), now()
    FROM payments_ledgerentry e JOIN payments_ledgeraccount a ON a.id = e.account_id
    WHERE e.id > (SELECT coalesce(max(upto), 0) FROM payments_ledgercheckpoint)
        AND e.id <= %(horizon)s AND a.balance IS NULL
    GROUP BY e.account_id
    ON CONFLICT (account_id) DO UPDATE SET balance = payments_ledgercheckpoint.balance + excluded.balance,
        upto = excluded.upto, at = excluded.at
"""
_MONTHS = """
    INSERT INTO payments_ledgermonth (account_id, month, amount, first_entry, last_entry, upto)
    SELECT e.account_id, date_trunc('month', t.at AT TIME ZONE 'UTC')::date, sum(e.amount), min(e.id), max(e.id),
        %(horizon)s
    FROM payments_ledgerentry e JOIN payments_ledgeraccount a ON a.id = e.account_id
    JOIN payments_ledgertransaction t ON t.id = e.transaction_id
    WHERE e.id > (SELECT coalesce(max(upto), 0) FROM payments_ledgermonth)
        AND e.id <= %(horizon)s AND a.balance IS NULL
    GROUP BY 1, 2
    ON CONFLICT (account_id, month) DO UPDATE SET amount = payments_ledgermonth.amount + excluded.amount,
        first_entry = least(payments_ledgermonth.first_entry, excluded.first_entry),
        last_entry = greatest(payments_ledgermonth.last_entry, excluded.last_entry), upto = excluded.upto
"""
_DAYS = """
    INSERT INTO payments_ledgerday (day, account_kind, transaction_kind, currency, amount, upto)
    SELECT (t.at AT TIME ZONE 'UTC')::date, a.kind, t.kind, e.currency, sum(e.amount), %(horizon)s
    FROM payments_ledgerentry e JOIN payments_ledgeraccount a ON a.id = e.account_id
    JOIN payments_ledgertransaction t ON t.id = e.transaction_id
    WHERE e.id > (SELECT coalesce(max(upto), 0) FROM payments_ledgerday) AND e.id <= %(horizon)s
    GROUP BY 1, 2, 3, 4
    ON CONFLICT (day, account_kind, transaction_kind, currency) DO UPDATE
        SET amount = payments_ledgerday.amount + excluded.amount, upto = excluded.upto
"""


def keep_checkpoints() -> int:
    """Bring the checkpoints of all derived accounts up to the newest entry, and the sums by month and day; answers how
    many checkpoints moved.

    Call it outside a transaction. It first finds an entry up to which nothing can be added any more: numbers are given
    out before their rows are committed, so it waits, for a moment, until nobody is posting. Then it adds up without
    holding anybody. 0, too, when somebody posts for longer than it waits.
    """
    horizon = _horizon()
    if horizon is None:
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        lock_named("ledger-checkpoints", "all")
        cursor.execute(_CHECKPOINTS, {"horizon": horizon})
        moved = cursor.rowcount
        cursor.execute(_MONTHS, {"horizon": horizon})
        cursor.execute(_DAYS, {"horizon": horizon})
        return moved


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
