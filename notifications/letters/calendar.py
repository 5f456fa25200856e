"""The visit as a calendar file (RFC 5545): it lands in the customer's calendar and follows every change."""

from datetime import datetime
from email.utils import parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vCalAddress, vText

from bookings.models import Booking
from notifications.letters.letter import File
from providers.enums import Place


def invitation(
    booking: Booking, *, sequence: int, at: datetime, attendee: str | None = None, cancelled: bool = False
) -> File:
    """The visit as an .ics file: a request, or its cancellation, from the marketplace to `attendee` (e-mail).

    Without an attendee it is for downloading: published rather than sent to someone. The UID stays with the
    booking and `sequence` rises with its events, so calendars replace what they have. Times are in UTC, which
    every calendar shows in its own zone; `at` is when it was written.
    """
    calendar = Calendar()
    calendar.add("prodid", f"-//{settings.SITE_NAME}//EN")
    calendar.add("version", "2.0")
    method = "CANCEL" if cancelled else "REQUEST" if attendee else "PUBLISH"
    calendar.add("method", method)
    uid = booking.ref.lower()
    periods = {uid: (booking.starts_at, booking.ends_at)}
    if booking.is_course:
        # Each date is an entry of its own.
        dates = booking.items.all()
        periods = {f"{uid}-{item.position + 1}": (item.starts_at, item.ends_at) for item in dates}
    for name, (start, end) in periods.items():
        event = _event(booking, name, start, end, attendee=attendee, cancelled=cancelled)
        event.add("sequence", sequence)
        event.add("dtstamp", at)
        calendar.add_component(event)
    return File(
        name="visit.ics",
        type=f"text/calendar; charset=utf-8; method={method}",
        content=calendar.to_ical(),
    )


def _event(
    booking: Booking, uid: str, start: datetime, end: datetime, *, attendee: str | None, cancelled: bool
) -> Event:
    event = Event()
    event.add("uid", f"{uid}@{urlsplit(settings.SITE_URL).hostname}")
    event.add("dtstart", start)
    event.add("dtend", end)
    event.add(
        "summary",
        _("%(service)s at %(outlet)s") % {"service": booking.service_names, "outlet": booking.outlet.name},
    )
    event.add(
        "description",
        _("Booking %(ref)s with %(staff)s") % {"ref": booking.ref, "staff": booking.staff_names},
    )
    event.add("location", location(booking))
    if booking.place == Place.OUTLET:
        event.add("geo", (booking.outlet.point.y, booking.outlet.point.x))
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if cancelled else "OPAQUE")
    organizer = vCalAddress(f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}")
    organizer.params["CN"] = vText(settings.SITE_NAME)
    event["organizer"] = organizer
    if attendee:
        person = vCalAddress(f"mailto:{attendee}")
        person.params["PARTSTAT"] = vText("ACCEPTED")
        person.params["RSVP"] = vText("FALSE")
        event["attendee"] = person
    return event


def location(booking: Booking) -> str:
    """Where the visit is, on one line."""
    if booking.place == Place.CUSTOMER:
        return booking.address_line
    outlet = booking.outlet
    city = " ".join(part for part in (outlet.postcode, outlet.city) if part)
    return ", ".join(part for part in (outlet.name, outlet.street_line, city) if part)
