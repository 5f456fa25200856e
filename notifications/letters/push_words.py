"""What a device shows, in its reader's language: as little as a lock screen may say. No names of people, no street, no
service; where and when are enough to know what it is about."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from bookings.models import Booking
from bookings.rules import states
from notifications.enums import Kind
from notifications.letters.customers import unread_message
from notifications.letters.lengths import new_end
from notifications.letters.words import long_time
from notifications.models import Message

Words = Callable[[Booking, Message], tuple[str, str] | None]


def push_for(message: Message, booking: Booking) -> dict[str, str] | None:
    """Title, body, address to open and a tag (a newer one about the same visit takes its place); None when it is no
    longer so. Call it in the reader's language."""
    words = WORDS[message.kind](booking, message)
    if words is None:
        return None
    title, body = words
    return {"title": title, "body": body, "url": f"/b/{booking.ref}", "tag": f"{booking.ref}:{_tag(message)}"}


def _tag(message: Message) -> str:
    return "message" if message.kind == Kind.MESSAGE else "visit"


def _where(booking: Booking) -> str:
    when = long_time(booking.starts_at, booking.zone)
    return _("%(when)s, %(where)s") % {"when": when, "where": booking.outlet.name}


def _while(*statuses: str) -> Callable[[Booking], bool]:
    return lambda booking: booking.status in statuses


def _say(title: Callable[[], str], holds: Callable[[Booking], bool] = lambda booking: True) -> Words:
    def words(booking: Booking, message: Message) -> tuple[str, str] | None:
        return (title(), _where(booking)) if holds(booking) else None

    return words


def _message(booking: Booking, message: Message) -> tuple[str, str] | None:
    return (_("A message about your visit"), _where(booking)) if unread_message(booking, message) else None


def _length(booking: Booking, message: Message) -> tuple[str, str] | None:
    ends = new_end(booking, message)
    if ends is None:
        return None
    when = long_time(ends.now, booking.zone)
    body = _("It ends %(when)s, %(where)s") % {"when": when, "where": booking.outlet.name}
    return (_("Your visit takes longer") if ends.is_later else _("Your visit takes less time")), body


_AHEAD = (states.CONFIRMED, states.ON_THE_WAY, states.CHECKED_IN, states.STARTED)

WORDS: dict[str, Words] = {
    Kind.CONFIRMED: _say(lambda: _("Your visit is confirmed"), _while(*_AHEAD)),
    Kind.RESCHEDULED: _say(lambda: _("Your visit was moved"), _while(*_AHEAD, states.REQUESTED)),
    Kind.LENGTH: _length,
    Kind.CANCELLED: _say(lambda: _("Your visit was cancelled"), _while(states.CANCELLED)),
    Kind.OFFERED: _say(lambda: _("What you wait for is free, and held for you"), _while(states.HELD)),
    Kind.DECLINED: _say(lambda: _("They cannot take your visit"), _while(states.DECLINED)),
    Kind.REMINDER: _say(lambda: _("Your visit is soon"), _while(states.CONFIRMED)),
    Kind.ON_THE_WAY: _say(lambda: _("On the way to you"), _while(states.ON_THE_WAY)),
    Kind.PRICE_ASKED: _say(lambda: _("A new price waits for your answer"), _while(*_AHEAD)),
    Kind.MESSAGE: _message,
    Kind.REFUNDED: _say(lambda: _("Your money is on its way back")),
    Kind.PAID_TOO_LATE: _say(lambda: _("Your payment came too late and goes back")),
    Kind.SHOP_SUSPENDED: _say(lambda: _("News about where you booked"), _while(*_AHEAD, states.REQUESTED)),
    Kind.REVIEW_INVITED: _say(lambda: _("How was your visit?"), _while(states.CLOSED)),
    Kind.REVIEW_REPLIED: _say(lambda: _("Your review was answered")),
}
