"""What businesses are told. No addresses or numbers of customers: those are on their board."""

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from bookings.models import Booking
from bookings.rules import states
from notifications.letters.customers import unread_message
from notifications.letters.letter import Letter
from notifications.letters.words import amount, long_time
from notifications.models import Message


def provider_new(booking: Booking, message: Message, email: str) -> Letter | None:
    when = long_time(booking.starts_at, booking.zone)
    return _letter(
        booking,
        subject=_("New booking: %(service)s, %(when)s"),
        heading=_("New booking on %(when)s."),
        when=when,
        facts=[(_("Price"), amount(booking.total_amount, booking.currency))],
    )


def provider_moved(booking: Booking, message: Message, email: str) -> Letter | None:
    facts = []
    before = (message.event.payload.get("previous") or {}).get("starts_at") if message.event else None
    if before:
        facts.append((_("Before"), long_time(datetime.fromisoformat(before), booking.zone)))
    return _letter(
        booking,
        subject=_("Moved: %(service)s, now %(when)s"),
        heading=_("A booking moved to %(when)s."),
        when=long_time(booking.starts_at, booking.zone),
        facts=facts,
    )


def provider_cancelled(booking: Booking, message: Message, email: str) -> Letter | None:
    payload = message.event.payload if message.event else {}
    facts = [
        (label, amount(payload[name], booking.currency))
        for name, label in (
            ("back_at_shop", _("To hand back to the customer")),
            ("fee", _("Kept of the price")),
        )
        if payload.get(name)
    ]
    return _letter(
        booking,
        subject=_("Cancelled: %(service)s, %(when)s"),
        heading=_("The booking on %(when)s was cancelled. The time is free again."),
        when=long_time(booking.starts_at, booking.zone),
        facts=facts,
    )


def provider_request(booking: Booking, message: Message, email: str) -> Letter | None:
    if booking.status != states.REQUESTED or booking.accept_by is None:
        return None
    return _letter(
        booking,
        subject=_("Please answer: %(service)s, %(when)s"),
        heading=_("Somebody asks for %(when)s."),
        when=long_time(booking.starts_at, booking.zone),
        facts=[
            (_("Price"), amount(booking.total_amount, booking.currency)),
            (_("Answer by"), long_time(booking.accept_by, booking.zone)),
        ],
        link_text=_("Accept or decline"),
    )


def provider_overdue(booking: Booking, message: Message, email: str) -> Letter | None:
    return _letter(
        booking,
        subject=_("Not answered: %(service)s, %(when)s"),
        heading=_("The request for %(when)s was not answered in time. The time is free again."),
        when=long_time(booking.starts_at, booking.zone),
        facts=[],
    )


def provider_message(booking: Booking, message: Message, email: str) -> Letter | None:
    """What the customer wrote, as long as the row still holds it and nobody of the business has seen it."""
    written = unread_message(booking, message)
    if not written:
        return None
    customer = booking.customer.name if booking.customer else ""
    business = booking.outlet.provider.public_id
    return Letter(
        subject=_("A message about %(when)s") % {"when": long_time(booking.starts_at, booking.zone)},
        heading=_("%(customer)s writes:") % {"customer": customer or _("The customer")},
        paragraphs=[
            *written.text.splitlines(),
            _("Answer on the visit's page. A reply to this mail is not read."),
        ],
        facts=[
            (_("Service"), booking.service_names),
            (_("Who does it"), booking.staff_names),
            (_("Booking"), booking.ref),
        ],
        link=f"{settings.SITE_URL}/provider/{business}/visits/{booking.ref}/#messages",
        link_text=_("Answer"),
    )


def _letter(
    booking: Booking,
    *,
    subject: str,
    heading: str,
    when: str,
    facts: list[tuple[str, str]],
    link_text: str = "",
) -> Letter:
    service = booking.service_names
    values = {"service": service, "when": when}
    return Letter(
        subject=subject % values,
        heading=heading % values,
        facts=[
            (_("Service"), service),
            (_("When"), when),
            *([(_("Seats"), str(booking.seats))] if booking.seats else []),
            (_("Who does it"), booking.staff_names),
            (_("Customer"), booking.customer.name if booking.customer else ""),
            (_("Shop"), booking.outlet.name),
            *facts,
            (_("Booking"), booking.ref),
        ],
        link=f"{settings.SITE_URL}/provider/{booking.outlet.provider.public_id}/",
        link_text=link_text or _("Open your business"),
    )
