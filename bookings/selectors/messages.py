"""Reads of messages on visits."""

from collections.abc import Collection

from django.db.models import Count

from bookings.models import Booking, VisitMessage


def unread(bookings: Collection[Booking], *, by_customer: bool) -> dict[int, int]:
    """How many messages of one side the other has not seen, by the booking's pk; those without any are not in it.

    One query.
    """
    if not bookings:
        return {}
    rows = VisitMessage.objects.filter(
        booking__in=[booking.pk for booking in bookings], by_customer=by_customer, read_at__isnull=True
    )
    return dict(rows.values_list("booking").annotate(n=Count("pk")).values_list("booking", "n"))
