"""Another length for a visit to come: the customer was promised when it ends, and plans with it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from bookings.models import Booking
from bookings.rules import states
from bookings.services.access import mail_link
from common.models import Event
from notifications.letters.customers import calendar_file, facts_of
from notifications.letters.letter import Letter
from notifications.letters.words import long_time
from notifications.models import Message

# How long an edge of a visit may be dragged to and fro before it counts: one letter tells where it came to rest.
SETTLED_AFTER = timedelta(minutes=2)
# Nobody is there yet, to whom it could be said.
TO_COME = frozenset({states.CONFIRMED, states.ON_THE_WAY})
_CHANGES = ("booking.lengthened", "booking.shortened")


@dataclass(frozen=True, slots=True)
class End:
    """When a visit ended as promised, and when it ends now."""

    promised: datetime
    now: datetime

    @property
    def is_later(self) -> bool:
        return self.now > self.promised


def another_length(booking: Booking, message: Message, email: str) -> Letter | None:
    """Until when it lasts now, and that the price is the same when the desk alone decided it."""
    ends = new_end(booking, message)
    if ends is None or message.event is None:
        return None
    when = long_time(ends.now, booking.zone)
    names = {"service": booking.service_names, "outlet": booking.outlet.name, "when": when}
    paragraphs = [
        _("It begins as agreed, on %(when)s.") % {"when": long_time(booking.starts_at, booking.zone)}
    ]
    if message.event.payload.get("by") == "staff":
        paragraphs.append(_("The price stays as it was."))
    return Letter(
        subject=_("Ends later: %(service)s, now %(when)s") % names
        if ends.is_later
        else _("Ends sooner: %(service)s, now %(when)s") % names,
        heading=_("Your visit at %(outlet)s takes longer, until %(when)s.") % names
        if ends.is_later
        else _("Your visit at %(outlet)s takes less time, until %(when)s.") % names,
        paragraphs=paragraphs,
        facts=facts_of(booking),
        link=mail_link(booking),
        link_text=_("See or change your booking"),
        files=[calendar_file(booking, message, email)],
    )


def new_end(booking: Booking, message: Message) -> End | None:
    """The end promised before a change of length and that of now; None when it is the same again, when a later change
    tells of it, or when they have come meanwhile."""
    event = message.event
    if event is None or booking.status not in TO_COME:
        return None
    theirs = Event.objects.filter(subject_type="booking", subject_id=booking.ref, type__in=_CHANGES)
    if theirs.filter(seq__gt=event.seq).exists():
        return None
    # What was dragged just before was never told.
    first = theirs.filter(seq__lte=event.seq, at__gt=event.at - SETTLED_AFTER).order_by("seq")[0]
    promised = datetime.fromisoformat(first.payload["previous"]["ends_at"])
    return None if promised == booking.ends_at else End(promised, booking.ends_at)
