"""What somebody is sent who waits in a shop without a booking: the link to their place."""

from django.utils.translation import gettext as _

from bookings.models import QueueEntry
from bookings.services.queue import new_link
from notifications.letters.letter import Letter


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
