"""What must hold of the database whatever was killed when: each check answers what breaks it."""

from datetime import timedelta

from django.db import connection
from procrastinate.exceptions import AlreadyEnqueued

from bookings.models import Allocation, Booking
from bookings.rules import states
from bookings.tasks import expire_holds
from common import clock, idempotency
from common.models import Event, IdempotencyRecord
from payments import services as payments
from payments.enums import LIVE, PaymentStatus, RefundStatus
from payments.models import Payment, Refund
from payments.sandbox.models import IntentStatus, SandboxDelivery, SandboxIntent
from payments.sandbox.tasks import deliver_webhooks
from payments.tasks import check_payments, retry_refunds
from tests.proof.clients import Promise


def let_time_pass() -> None:
    """Every hold's time is over, and every pause between two tries."""
    now = clock.now()
    Booking.objects.filter(status=states.HELD).update(hold_expires_at=now - timedelta(seconds=1))
    Payment.objects.filter(next_check_at__isnull=False).update(next_check_at=now)
    Refund.objects.filter(next_try_at__isnull=False).update(next_try_at=now)
    SandboxDelivery.objects.filter(next_try_at__isnull=False).update(next_try_at=now)


def free_dead_requests() -> None:
    """Let requests that died be tried again after 3 seconds, and not after the minute of their lease."""
    begun = clock.now() - timedelta(seconds=3)
    stale = IdempotencyRecord.objects.filter(status__isnull=True, leased_until__lt=begun + idempotency.LEASE)
    stale.update(leased_until=clock.now())


def ask_the_worker() -> None:
    """Put in the jobs that come every few seconds by themselves."""
    for task in (expire_holds, check_payments, retry_refunds):
        try:
            task.defer(timestamp=int(clock.now().timestamp()))
        except AlreadyEnqueued:
            continue
    deliver_webhooks.defer()


def unsettled() -> list[str]:
    """What the worker still has to do."""
    found = [f"hold {ref}" for ref in _held()]
    found += [f"payment {each.public_id}" for each in Payment.objects.filter(next_check_at__isnull=False)]
    found += [f"refund {each.public_id}" for each in Refund.objects.filter(status=RefundStatus.REQUESTED)]
    found += [f"webhook {each}" for each in SandboxDelivery.objects.filter(next_try_at__isnull=False)]
    return found


def _held() -> list[str]:
    return list(Booking.objects.filter(status=states.HELD).values_list("ref", flat=True))


def overlaps() -> list[tuple[int, int]]:
    """Live allocations of one person or one unit that share time, found without the constraint's help."""
    table = Allocation._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT a.id, b.id FROM {table} a JOIN {table} b ON a.id < b.id AND a.live AND b.live"
            " AND (a.staff_id = b.staff_id OR a.resource_id = b.resource_id) AND a.period && b.period"
        )
        return list(cursor.fetchall())


def time_kept_for_nobody() -> list[str]:
    """Bookings that are over and still take time, or are ahead and take none."""
    over = {states.EXPIRED, states.CANCELLED}
    live = Booking.objects.filter(items__allocations__live=True)
    kept = live.filter(status__in=over).values_list("ref", flat=True)
    lost = Booking.objects.exclude(status__in=over).exclude(pk__in=live).values_list("ref", flat=True)
    return [*kept, *lost]


def gaps() -> list[str]:
    """Subjects whose events are not numbered 1, 2, 3 and so on, or whose row remembers another last number."""
    table = Event._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT subject_type || ' ' || subject_id FROM {table} GROUP BY subject_type, subject_id"
            " HAVING min(seq) <> 1 OR max(seq) <> count(*)"
        )
        found = [row[0] for row in cursor.fetchall()]
        cursor.execute(
            f"SELECT b.ref FROM {Booking._meta.db_table} b LEFT JOIN {table} e"
            " ON e.subject_type = 'booking' AND e.subject_id = b.ref"
            " GROUP BY b.ref, b.last_seq HAVING b.last_seq <> count(e.id) OR b.last_seq = 0"
        )
        return found + [row[0] for row in cursor.fetchall()]


def money_astray() -> list[str]:
    """Payments that went through for the gateway and neither confirmed a visit nor went back, or are doubled."""
    found = [f"ledger: {each}" for each in payments.verify()]
    for intent in SandboxIntent.objects.filter(status=IntentStatus.SUCCEEDED):
        payment = Payment.objects.filter(gateway_ref=intent.public_id).first()
        if payment is None or payment.status != PaymentStatus.CAPTURED:
            found.append(f"{intent.public_id} was paid and is {payment and payment.status} with us")
            continue
        booking = Booking.objects.get(ref=payment.booking_ref)
        if payment.refunded != intent.refunded:
            found.append(f"{booking.ref}: {payment.refunded} asked back, {intent.refunded} given back")
        if booking.status == states.CONFIRMED and payment.refunded == 0:
            continue
        if payment.refunded + booking.fee_amount != payment.amount or booking.status == states.CONFIRMED:
            found.append(
                f"{booking.ref} is {booking.status}, {payment.refunded} of {payment.amount} went back"
            )
    for payment in Payment.objects.filter(gateway="sandbox", status=PaymentStatus.CAPTURED):
        if not SandboxIntent.objects.filter(public_id=payment.gateway_ref, status=IntentStatus.SUCCEEDED):
            found.append(f"{payment.public_id} was never paid")
    found += [f"{each.public_id} is still open" for each in Payment.objects.filter(status__in=LIVE)]
    return found


def broken(promises: list[Promise]) -> list[str]:
    """Answers of the site that are not so any more."""
    found = []
    for promise in promises:
        booking = Booking.objects.filter(ref=promise.ref).first()
        if booking is None:
            found.append(f"{promise.ref} does not exist")
        elif promise.cancelled and booking.status != states.CANCELLED:
            found.append(f"{promise.ref} was cancelled and is {booking.status}")
        elif promise.paid == "counter" and not promise.cancelled and booking.status != states.CONFIRMED:
            found.append(f"{promise.ref} was confirmed and is {booking.status}")
        elif not promise.paid and booking.status != states.EXPIRED:
            found.append(f"{promise.ref} was left alone and is {booking.status}")
    # A process may die between its hold and its answer: the customer holds again, and the first hold runs out.
    unheard = Booking.objects.exclude(ref__in=[promise.ref for promise in promises])
    found += [
        f"{each.ref} was told to nobody and is {each.status}"
        for each in unheard.exclude(status=states.EXPIRED)
    ]
    return found
