"""What customers are told of a business whose suspension, or its end, concerns a visit of theirs that is ahead."""

from django.utils.translation import gettext as _

from bookings.enums import PaymentState
from bookings.models import Booking
from bookings.rules import states
from bookings.services.access import mail_link
from common import clock
from notifications.enums import Kind, State
from notifications.letters.letter import Letter
from notifications.letters.words import long_time
from notifications.models import Message
from providers.enums import ProviderStatus
from providers.selectors.vetting import suspension

# The visit may still take place.
AHEAD = frozenset({states.CONFIRMED, states.REQUESTED})


def suspended(booking: Booking, message: Message, email: str) -> Letter | None:
    """What a suspension means for the visit; moot once it has ended, or another has begun."""
    assert message.event is not None
    holds = suspension(booking.outlet.provider)
    if not _is_ahead(booking) or holds is None or holds.public_id != message.event.payload["entry"]:
        return None
    names = {"business": booking.outlet.provider.name, "when": long_time(booking.starts_at, booking.zone)}
    if booking.status == states.REQUESTED:
        paragraphs = [
            _("They cannot accept your visit on %(when)s meanwhile. Without an answer it is off.") % names
        ]
    else:
        paragraphs = [
            _("Your visit on %(when)s stays booked, and they may still do it. It cannot be moved meanwhile.")
            % names
        ]
    paragraphs.append(_may_leave(booking))
    return Letter(
        subject=_("%(business)s is suspended: your visit on %(when)s") % names,
        heading=_("We have suspended %(business)s. Nothing new can be booked there.") % names,
        paragraphs=[*paragraphs, _("If the suspension ends before your visit, we write to you.")],
        facts=_facts(booking),
        link=mail_link(booking),
        link_text=_("See or cancel your booking"),
    )


def back(booking: Booking, message: Message, email: str) -> Letter | None:
    """The suspension has ended: told to whom the suspension was told last."""
    told = (
        Message.objects.filter(
            booking_ref=booking.ref, kind__in=[Kind.SHOP_SUSPENDED, Kind.SHOP_BACK], state=State.SENT
        )
        .order_by("-sent_at", "-pk")
        .first()
    )
    if not _is_ahead(booking) or booking.outlet.provider.status != ProviderStatus.APPROVED:
        return None
    if told is None or told.kind != Kind.SHOP_SUSPENDED:
        return None
    names = {"business": booking.outlet.provider.name, "when": long_time(booking.starts_at, booking.zone)}
    if booking.status == states.REQUESTED:
        paragraph = _("They can answer your request for %(when)s again.") % names
    else:
        paragraph = (
            _("Your visit on %(when)s is booked as before. What you agreed when you booked holds again.")
            % names
        )
    return Letter(
        subject=_("%(business)s is listed again: your visit on %(when)s") % names,
        heading=_("The suspension of %(business)s has ended.") % names,
        paragraphs=[paragraph],
        facts=_facts(booking),
        link=mail_link(booking),
        link_text=_("See or change your booking"),
    )


def _is_ahead(booking: Booking) -> bool:
    return booking.status in AHEAD and booking.starts_at > clock.now()


def _may_leave(booking: Booking) -> str:
    if booking.prepaid_amount or (booking.payment_state == PaymentState.PAID and booking.total_amount):
        return _("Until it begins you may cancel and get back everything you paid, whatever was agreed.")
    return _("Until it begins you may cancel, and it costs you nothing.")


def _facts(booking: Booking) -> list[tuple[str, str]]:
    return [
        (_("Service"), booking.service_names),
        (_("When"), long_time(booking.starts_at, booking.zone)),
        (_("Shop"), booking.outlet.name),
        (_("Booking"), booking.ref),
    ]
