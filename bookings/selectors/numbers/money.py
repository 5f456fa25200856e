"""Revenue: the entries that the statement sums, and what was taken at the counter, by who did what."""

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection

from bookings.rules.weeks import Days
from bookings.selectors.numbers.lines import Revenue, Sums
from payments.enums import PaymentStatus
from payments.selectors.statements import EARNING, PAID_OUT, lines_of
from providers.models import Outlet, Provider

# What a visit brought is shared out among its services by their prices, equally where all are free: each gets what
# the running share rounds to, less what those before it got, so that no cent is lost. A service's share is that of
# who leads it.
SHARED = """
WITH posted (ref, at, meant, amount, commission, vat) AS ({lines}), sums AS (
    SELECT ref, week, sum(online)::bigint AS online, sum(counter)::bigint AS counter,
           sum(kept)::bigint AS kept, sum(other)::bigint AS other
      FROM (
        SELECT ref, date_trunc('week', at AT TIME ZONE %s)::date AS week,
               CASE WHEN meant = ANY(%s) THEN amount + commission + vat ELSE 0 END AS online, 0 AS counter,
               -(commission + vat) AS kept,
               CASE WHEN meant = ANY(%s) THEN 0 ELSE amount + commission + vat END AS other
          FROM posted WHERE NOT meant = ANY(%s)
        UNION ALL
        SELECT booking_ref, date_trunc('week', captured_at AT TIME ZONE %s)::date, 0, amount - refunded, 0, 0
          FROM payments_payment
         WHERE provider_id = %s AND currency = %s AND method = 'counter' AND status = %s AND reversed_at IS NULL
           AND captured_at >= %s AND captured_at < %s
      ) each GROUP BY 1, 2
), parts AS (
    SELECT sums.*, i.staff_id, i.service_id, i.weight,
           sum(i.weight) OVER (PARTITION BY sums.ref, sums.week ORDER BY i.position) AS upto,
           sum(i.weight) OVER (PARTITION BY sums.ref, sums.week) AS whole
      FROM sums LEFT JOIN bookings_booking b ON b.ref = sums.ref
      LEFT JOIN LATERAL (
        SELECT position, staff_id, service_id, CASE WHEN sum(price_amount) OVER () = 0 THEN 1 ELSE price_amount END
               AS weight
          FROM bookings_bookingitem WHERE booking_id = b.id) i ON true
     WHERE %s::bigint IS NULL OR b.outlet_id = %s
)
SELECT week, staff_id, service_id, {shares} FROM parts GROUP BY 1, 2, 3
"""
NOTHING = "SELECT '', now(), '', 0, 0, 0 WHERE false"
_SHARE = """sum(CASE WHEN whole IS NULL THEN {name}
    ELSE round({name} * upto / whole) - round({name} * (upto - weight) / whole) END)::bigint"""
SHARED = SHARED.replace(
    "{shares}", ", ".join(_SHARE.format(name=name) for name in ("online", "counter", "kept", "other"))
)


def add_money(sums: Sums, days: Days, *, provider: Provider, currency: str, outlet: Outlet | None) -> None:
    """Add what moved in `currency` within `days`; of `outlet` what is of its visits. Three queries."""
    start, end = days.span
    lines = lines_of(provider, days.span, currency).order_by()
    rows = lines.values_list(
        "transaction__booking_ref", "transaction__at", "meant", "amount", "commission", "vat"
    )
    try:
        sql, params = rows.query.sql_with_params()
    except EmptyResultSet:  # there is no account yet
        sql, params = NOTHING, ()
    earning, paid_out = [list(map(str, kinds)) for kinds in (EARNING, PAID_OUT)]
    counter: list[Any] = [days.zone, provider.public_id, currency, PaymentStatus.CAPTURED, start, end]
    pk = outlet.pk if outlet else None
    with connection.cursor() as cursor:
        cursor.execute(
            SHARED.replace("{lines}", sql), [*params, days.zone, earning, earning, paid_out, *counter, pk, pk]
        )
        found = cursor.fetchall()
    for week, staff, service, *amounts in found:
        money = Revenue(*amounts)
        sums.total.money[currency].add(money)
        sums.weeks[week].money[currency].add(money)
        if staff is not None:
            sums.people[staff].money[currency].add(money)
            sums.services[service].money[currency].add(money)
