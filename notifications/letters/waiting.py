"""What those are told who wait for something to become free."""

from urllib.parse import urlencode

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bookings.enums import WaitState
from bookings.models import Booking, WaitEntry
from bookings.rules import states
from bookings.selectors.waitlist import key_of
from bookings.services.access import mail_link
from notifications.letters.letter import Letter
from notifications.letters.words import long_time
from notifications.models import Message


def asked(entry: WaitEntry) -> Letter | None:
    """To a guest: whoever reads this address says that it was they who asked."""
    if entry.state != WaitState.UNCONFIRMED:
        return None
    name = {"service": entry.service.name, "outlet": entry.outlet.name}
    return Letter(
        subject=_("Shall we tell you when %(service)s frees at %(outlet)s?") % name,
        heading=_("One more step: say that it was you.") % name,
        paragraphs=[
            _("Somebody left this address to wait for this. Follow the link, and you are on the list."),
            _("If it was not you, do nothing: you hear no more of it."),
        ],
        facts=_facts(entry),
        link=_link(entry),
        link_text=_("Put me on the list"),
    )


def joined(entry: WaitEntry) -> Letter | None:
    """You are on the list, and how it goes on."""
    if entry.state != WaitState.WAITING:
        return None
    name = {"service": entry.service.name, "outlet": entry.outlet.name}
    return Letter(
        subject=_("You are on the list: %(service)s at %(outlet)s") % name,
        heading=_("We write to you when something frees."),
        paragraphs=[
            _(
                "Whoever has waited longest is asked first. The time is held for you for %(minutes)s minutes; then the"
                " next one is asked."
            )
            % {"minutes": settings.OFFER_MINUTES},
        ],
        facts=_facts(entry),
        link=_link(entry),
        link_text=_("See your place, or leave the list"),
    )


def offered(booking: Booking, message: Message, email: str) -> Letter | None:
    """A time has become free and is held; None once it was answered."""
    if booking.status != states.HELD or booking.hold_expires_at is None:
        return None
    when = long_time(booking.starts_at, booking.zone)
    until = long_time(booking.hold_expires_at, booking.zone)
    return Letter(
        subject=_("It is free: %(service)s, %(when)s") % {"service": booking.service_names, "when": when},
        heading=_("%(when)s is held for you.") % {"when": when},
        paragraphs=[
            _("You waited for it. It is yours if you book it by %(until)s; then the next one is asked.")
            % {"until": until},
            _("If you let it go you stay on the list for other times."),
        ],
        facts=[
            (_("Service"), booking.service_names),
            (_("With"), booking.staff_names),
            (_("Where"), f"{booking.outlet.name}, {booking.outlet.street_line}"),
        ],
        link=mail_link(booking, "/checkout"),
        link_text=_("Book it, or let it go"),
    )


def _facts(entry: WaitEntry) -> list[tuple[str, str]]:
    days = date_format(entry.first_day, "DATE_FORMAT")
    if entry.last_day != entry.first_day:
        days = f"{days} – {date_format(entry.last_day, 'DATE_FORMAT')}"
    facts = [(_("Service"), entry.service.name), (_("Where"), entry.outlet.name), (_("Days"), days)]
    if entry.from_time and entry.until_time:
        facts.append((_("Starting between"), f"{entry.from_time:%H:%M} – {entry.until_time:%H:%M}"))
    if entry.staff:
        facts.append((_("With"), entry.staff.name))
    return facts


def _link(entry: WaitEntry) -> str:
    return f"{settings.SITE_URL}/w/{entry.public_id}?{urlencode({'key': key_of(entry)})}"
