"""Visits that were booked together: one letter to each side, whatever their number."""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.models import Booking, BookingSeries
from bookings.rules import states
from bookings.services.access import mail_link
from notifications.letters.letter import Letter
from notifications.letters.words import long_time
from notifications.models import Message


def booked(booking: Booking, message: Message, email: str) -> Letter | None:
    """To the customer: all dates, and how each is paid. `booking` is the first of them."""
    series, visits = _visits(booking)
    if series is None or not visits:
        return None
    user = booking.customer.user if booking.customer else None
    asks = any(each.status == states.REQUESTED for each in visits)
    paragraphs = [_("Each is a visit of its own: you pay when it is done, and can move or cancel it alone.")]
    if asks:
        paragraphs.insert(
            0, _("The business has to accept them first, each by itself. We write to you when it has.")
        )
    return Letter(
        subject=_subject(booking, len(visits)),
        heading=_("Your visits at %(outlet)s") % {"outlet": booking.outlet.name},
        paragraphs=paragraphs,
        facts=[(_("Service"), booking.service_names), *_dates(visits)],
        link=f"{settings.SITE_URL}/s/{series.public_id}" if user else mail_link(booking),
        link_text=_("See all dates") if user else _("See the first one"),
    )


def to_provider(booking: Booking, message: Message, email: str) -> Letter | None:
    """To the business: who comes when."""
    series, visits = _visits(booking)
    if series is None or not visits:
        return None
    customer = booking.customer
    return Letter(
        subject=_subject(booking, len(visits)),
        heading=_("%(name)s has booked several visits.") % {"name": customer.name if customer else ""},
        paragraphs=[_("Accept or decline each of them.")]
        if any(each.status == states.REQUESTED for each in visits)
        else [],
        facts=[(_("Service"), booking.service_names), *_dates(visits)],
        link=f"{settings.SITE_URL}/s/{series.public_id}",
        link_text=_("See all dates"),
    )


def _subject(booking: Booking, count: int) -> str:
    return ngettext(
        "%(n)d visit: %(service)s at %(outlet)s", "%(n)d visits: %(service)s at %(outlet)s", count
    ) % {"n": count, "service": booking.service_names, "outlet": booking.outlet.name}


def _visits(booking: Booking) -> tuple[BookingSeries | None, list[Booking]]:
    """The series and its visits that still stand, in order of time; none when it was erased."""
    series = BookingSeries.objects.filter(visits__booking=booking).first()
    theirs = Booking.objects.filter(series_visit__series=series, status__in=states.LIVE) if series else None
    return series, list(theirs.prefetch_related("items__staff").order_by("starts_at")) if theirs else []


def _dates(visits: list[Booking]) -> list[tuple[str, str]]:
    return [(str(place), long_time(each.starts_at, each.zone)) for place, each in enumerate(visits, 1)]
