"""The customer scanned the outlet's square: they tell the shop that they are there. It moves no status."""

from django.db import transaction

from bookings.errors import MoveRefused
from bookings.models import Booking
from bookings.rules import states
from bookings.selectors.access import Access
from bookings.services import changes, core
from common import clock
from common.errors import NotAllowed
from providers.enums import Place


def arrive(*, access: Access) -> Booking:
    """The customer says that they are at the outlet: staff see it live, and check them in without the code.

    From when a visit may be checked in until its end. Said again it changes nothing. Raises NotAllowed, MoveRefused
    (checked in already, over, or done at the customer's), TooEarly, CancelPending.
    """
    if not access.is_customer:
        raise NotAllowed
    with transaction.atomic():
        booking = core.lock(access.booking.ref)
        if booking.status != states.CONFIRMED or booking.place != Place.OUTLET or changes.is_over(booking):
            raise MoveRefused(booking_status=booking.status, action="arrive")
        core.refuse_while_cancelling(booking)
        core.require_due(booking, action="check_in")
        if booking.arrived_at is None:
            core.change(
                booking,
                event="booking.arrived",
                actor=access.principal.actor,
                fields={"arrived_at": clock.now()},
            )
        return booking


def may_arrive(access: Access) -> bool:
    """Whether the caller may tell the shop now that they are there, and has not yet."""
    booking = access.booking
    if not access.is_customer or booking.status != states.CONFIRMED or booking.place != Place.OUTLET:
        return False
    if booking.arrived_at is not None or booking.cancel_asked_at is not None or changes.is_over(booking):
        return False
    due = core.may_be_marked_from(booking, "check_in")
    return due is None or due <= clock.now()
