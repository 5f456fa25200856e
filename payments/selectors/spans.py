"""Reading a part of an account's entries by time without reading all of them.

Entries have no time of their own, and those of an account may be millions. The sums of months (`LedgerMonth`) say
between which entries a month lies, so what is read is a month or two and what came since they were counted.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from django.db import connection
from django.db.models import Max, Min, Q

from payments.models import LedgerMonth


def within_spans(account_pks: Iterable[int], start: datetime, end: datetime | None = None) -> Q:
    """A condition for entries of these accounts that bounds a search for those of [start, end), or since `start`: the
    times themselves are still to be asked for. One query. Whoever counts meanwhile only makes the bounds wider than
    they need be."""
    pks = list(account_pks)
    meant = Q(month__gte=_month(start))
    if end:
        meant &= Q(month__lte=_month(end))
    counted = (
        LedgerMonth.objects.filter(account__in=pks)
        .order_by()
        .values("account_id")
        .annotate(
            low=Min("first_entry", filter=meant), high=Max("last_entry", filter=meant), last=Max("upto")
        )
    )
    spans = {row["account_id"]: row for row in counted}
    found = Q(pk__in=[])
    for pk in pks:
        row = spans.get(pk, {"low": None, "last": 0})
        within = Q(pk__gt=row["last"])
        if row["low"] is not None:
            within |= Q(pk__gte=row["low"], pk__lte=row["high"])
        found |= Q(account=pk) & within
    return found


# What whole months before sum to, what of the one that the instant lies in came before it, and what was not counted
# yet. One statement, so that nothing is counted twice or not at all while the sums move.
_BEFORE = """
    WITH kept AS (SELECT * FROM payments_ledgermonth WHERE account_id = %(a)s)
    SELECT coalesce((SELECT sum(amount) FROM kept WHERE month < %(month)s), 0)
        + coalesce((SELECT sum(e.amount) FROM kept JOIN payments_ledgerentry e ON e.account_id = %(a)s
            AND e.id BETWEEN kept.first_entry AND kept.last_entry
            JOIN payments_ledgertransaction t ON t.id = e.transaction_id
            WHERE kept.month = %(month)s AND t.at >= %(begins)s AND t.at < %(instant)s), 0)
        + coalesce((SELECT sum(e.amount) FROM payments_ledgerentry e
            JOIN payments_ledgertransaction t ON t.id = e.transaction_id
            WHERE e.account_id = %(a)s AND e.id > (SELECT coalesce(max(upto), 0) FROM kept)
                AND t.at < %(instant)s), 0)
"""


def balance_before(account_pk: int, instant: datetime) -> int:
    """What an account (primary key; one that keeps no balance) held just before an instant, in minor units."""
    month = _month(instant)
    with connection.cursor() as cursor:
        cursor.execute(
            _BEFORE, {"a": account_pk, "month": month, "begins": f"{month} 00:00+00", "instant": instant}
        )
        (found,) = cursor.fetchone()
    return int(found)


def _month(instant: datetime) -> date:
    """The first day of the instant's month, in UTC."""
    return instant.astimezone(UTC).date().replace(day=1)
