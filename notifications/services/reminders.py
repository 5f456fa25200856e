"""Reminders, 24 hours ahead."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from bookings.models import Booking
from bookings.rules import states
from common import clock
from notifications.enums import Kind
from notifications.models import Message
from notifications.selectors import customer_of
from notifications.services.outgoing import owe, send
from notifications.services.pushing import owe_pushes

AHEAD = timedelta(hours=24)
# Nearer than this a reminder is no help, only noise: after an outage of the worker it is left out.
LEAST = timedelta(hours=2)
BATCH = 200


def remind_due() -> int:
    """Remind the customers of visits that start within 24 hours, once each; answers how many were due.

    Whoever heard of the visit within that time (booked or moved at short notice) is not told again. Any
    number of workers may run it: each visit is claimed by a conditional update, in the transaction that
    writes down the mail.
    """
    now = clock.now()
    told_lately = Message.objects.filter(
        booking_ref=OuterRef("ref"),
        kind__in=[Kind.CONFIRMED, Kind.RESCHEDULED],
        created_at__gte=OuterRef("starts_at") - AHEAD,
    )
    due = (
        Booking.objects.filter(
            status=states.CONFIRMED,
            reminded_at__isnull=True,
            starts_at__gt=now + LEAST,
            starts_at__lte=now + AHEAD,
            customer__isnull=False,
        )
        .exclude(Exists(told_lately))
        .select_related("customer__user")
        .order_by("starts_at", "pk")[:BATCH]
    )
    owed = []
    visits = list(due)
    for booking in visits:
        with transaction.atomic():
            claimed = Booking.objects.filter(
                pk=booking.pk,
                status=states.CONFIRMED,
                reminded_at__isnull=True,
                starts_at=booking.starts_at,
            ).update(reminded_at=now)
            if claimed:
                news = f"reminder:{booking.ref}:{booking.starts_at:%Y%m%dT%H%MZ}"
                if reader := customer_of(booking):
                    owed.append(owe(kind=Kind.REMINDER, booking=booking, to=reader, news=news))
                owed += owe_pushes(kind=Kind.REMINDER, booking=booking, news=news)
    send(owed)
    return len(visits)
