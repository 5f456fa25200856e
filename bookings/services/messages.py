"""A short message to the customer of a visit, from who serves it or a manager."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bookings.errors import CannotBeReached, MoveRefused, TooManyMessages
from bookings.models import Booking, VisitMessage
from bookings.rules import states
from bookings.selectors.access import Access
from bookings.services import core
from common import clock
from common.errors import InvalidInput, NotAllowed

LONGEST = 500
# So many a day about one visit: it is no chat.
A_DAY = 5
# There is something to say from the booking on until the customer has said that it was good.
OPEN = frozenset(
    {
        states.REQUESTED,
        states.CONFIRMED,
        states.ON_THE_WAY,
        states.CHECKED_IN,
        states.STARTED,
        states.COMPLETED,
    }
)


def can_be_reached(booking: Booking) -> bool:
    """Whether the customer left an e-mail, or has an account with one."""
    customer = booking.customer
    if customer is None or customer.erased_at:
        return False
    return bool(customer.email or (customer.user and customer.user.email))


def send_message(*, access: Access, text: str) -> VisitMessage:
    """Write to the customer: it goes by mail, and stands on the visit's pages.

    The event names the message by id; its text is only in the row. Raises NotAllowed, InvalidInput (empty, or
    over 500 characters), MoveRefused (the visit is over), CannotBeReached, TooManyMessages.
    """
    if not access.may_mark():
        raise NotAllowed
    text = "\n".join(line.rstrip() for line in text.strip().splitlines())
    if not text:
        raise InvalidInput(_("Write something first."), field="text")
    if len(text) > LONGEST:
        raise InvalidInput(_("At most 500 characters."), field="text")
    with transaction.atomic():
        booking = core.lock(access.booking.ref)
        if booking.status not in OPEN:
            raise MoveRefused(booking_status=booking.status, action="message")
        if not can_be_reached(booking):
            raise CannotBeReached
        since = clock.now() - timedelta(days=1)
        if booking.messages.filter(sent_at__gt=since).count() >= A_DAY:
            raise TooManyMessages
        message = VisitMessage.objects.create(booking=booking, author=access.principal.user, text=text)
        core.change(
            booking,
            event="booking.message_sent",
            actor=access.principal.actor,
            message=message.public_id,
        )
        return message
