"""Messages on a visit, between its customer and who serves it or a manager."""

from datetime import timedelta
from typing import Literal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bookings.errors import CannotBeReached, MoveRefused, TooManyMessages
from bookings.models import Booking, VisitMessage
from bookings.rules import states
from bookings.selectors.access import Access
from bookings.services import core
from common import clock
from common.errors import InvalidInput, NotAllowed

Side = Literal["customer", "provider"]

LONGEST = 2000
# So many a day about one visit, from each side.
A_DAY = 30
# After the visit there may still be something to say, such as about what was left behind.
STAYS_OPEN = timedelta(days=30)
OPEN = frozenset(
    {
        states.REQUESTED,
        states.CONFIRMED,
        states.ON_THE_WAY,
        states.CHECKED_IN,
        states.STARTED,
        states.COMPLETED,
        states.CLOSED,
    }
)


def can_be_reached(booking: Booking) -> bool:
    """Whether the customer left an e-mail, or has an account with one."""
    customer = booking.customer
    if customer is None or customer.erased_at:
        return False
    return bool(customer.email or (customer.user and customer.user.email))


def is_open(booking: Booking) -> bool:
    """Whether anything more may be written: from the booking on until 30 days after the visit's end."""
    return booking.status in OPEN and clock.now() < booking.ends_at + STAYS_OPEN


def side_of(access: Access, wished: Side | None = None) -> Side:
    """As whom this caller writes and reads; whoever is both is staff, unless they wish otherwise.

    Raises NotAllowed for everybody else, and for who wishes to be what they are not.
    """
    sides: list[Side] = []
    if access.may_mark():
        sides.append("provider")
    if access.is_customer:
        sides.append("customer")
    if not sides or wished not in (None, *sides):
        raise NotAllowed
    return wished or sides[0]


def send_message(*, access: Access, text: str, side: Side | None = None) -> VisitMessage:
    """Write to the other side: it stands on the visit's pages at once, and is told by letter or on a device when it is
    not read within five minutes.

    The event names the message by id; its text is only in the row. Raises NotAllowed, InvalidInput (empty, or over
    2,000 characters), MoveRefused (given up, or over for more than 30 days), CannotBeReached (a customer without an
    e-mail), TooManyMessages (30 a day from each side).
    """
    side = side_of(access, side)
    text = "\n".join(line.rstrip() for line in text.strip().splitlines())
    if not text:
        raise InvalidInput(_("Write something first."), field="text")
    if len(text) > LONGEST:
        raise InvalidInput(_("At most 2,000 characters."), field="text")
    by_customer = side == "customer"
    with transaction.atomic():
        booking = core.lock(access.booking.ref)
        if not is_open(booking):
            raise MoveRefused(booking_status=booking.status, action="message")
        if not by_customer and not can_be_reached(booking):
            raise CannotBeReached
        since = clock.now() - timedelta(days=1)
        if booking.messages.filter(sent_at__gt=since, by_customer=by_customer).count() >= A_DAY:
            raise TooManyMessages
        message = VisitMessage.objects.create(
            booking=booking, author=access.principal.user, by_customer=by_customer, text=text
        )
        core.change(
            booking,
            event="booking.message_sent",
            actor=access.principal.actor,
            message=message.public_id,
            by=side,
        )
        return message


def mark_read(*, access: Access, side: Side | None = None) -> int:
    """The caller's side has seen what the other one wrote; answers how many were new. Raises NotAllowed."""
    side = side_of(access, side)
    return VisitMessage.objects.filter(
        booking=access.booking, by_customer=side == "provider", read_at__isnull=True
    ).update(read_at=clock.now())
