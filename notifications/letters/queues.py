"""What somebody is sent who waits in a shop without a booking: the link to their place, and that it is their turn."""

from django.utils.translation import gettext as _

from bookings.models import QueueEntry
from bookings.services.queue import new_link
from notifications.letters.calendar import location
from notifications.letters.letter import Letter
from notifications.letters.words import amount


def joined(place: QueueEntry) -> Letter:
    """The link; when it is their turn is said there, for it changes as the day goes on."""
    name = place.outlet.name
    facts = [(_("Service"), place.service.name)]
    if place.staff:
        facts.append((_("With"), place.staff.name))
    return Letter(
        subject=_("Your place in the queue at %(name)s") % {"name": name},
        heading=_("You are in the queue at %(name)s.") % {"name": name},
        paragraphs=[
            _(
                "Your place and the estimated time are behind this link. It follows the day, and lets you leave."
            ),
            _("It ends when the shop closes; then the shop forgets your name and address, too."),
        ],
        facts=facts,
        link=new_link(place),
        link_text=_("See your place"),
    )


def called(place: QueueEntry) -> Letter:
    """They are awaited this minute: where, and by whom."""
    outlet, booking = place.outlet, place.booking
    assert booking is not None  # the database's check of who is called
    facts = [
        (_("Service"), booking.service_names),
        (_("With"), booking.staff_names),
        (_("Where"), location(booking)),
        (_("Price"), amount(booking.total_amount, booking.currency)),
    ]
    return Letter(
        subject=_("It is your turn at %(name)s") % {"name": outlet.name},
        heading=_("It is your turn at %(name)s.") % {"name": outlet.name},
        paragraphs=[_("Come in now and say your name.")],
        facts=facts,
        link=new_link(place),
        link_text=_("See your place"),
    )
