"""Reads of messages on visits."""

from collections.abc import Collection

from django.db.models import Count, QuerySet

from bookings.models import Booking, MessageReport, VisitMessage
from common.errors import NotFound


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


def open_reports() -> QuerySet[MessageReport]:
    """Reported messages that operators have still to decide about, with the visit, the oldest first."""
    return (
        MessageReport.objects.filter(decided_at__isnull=True)
        .exclude(message__text="")
        .select_related("message__booking__outlet__provider")
        .order_by("created_at", "pk")
    )


def report_for_desk(public_id: str) -> MessageReport:
    """One report with the message and its visit, for an operator. Raises NotFound."""
    found = (
        MessageReport.objects.filter(public_id="" if "\x00" in public_id else public_id)
        .select_related("message__booking__outlet__provider", "message__booking__customer", "decided_by")
        .first()
    )
    if found is None:
        raise NotFound
    return found
