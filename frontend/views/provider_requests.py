"""What a business has still to accept or decline: the short list on top of its overview and its days."""

from dataclasses import dataclass

from bookings.models import Booking, BookingItem
from bookings.selectors.access import Access
from bookings.selectors.bookings import requests_of
from common.money import Money
from frontend.views.provider_desk import Desk
from providers.enums import Role


@dataclass(frozen=True, slots=True)
class Request:
    """One request; `may` says whether this member answers it: managers, and the person who would do it."""

    booking: Booking
    item: BookingItem
    may: bool
    total: Money
    prepaid: Money


def requests_at(desk: Desk) -> list[Request]:
    """The requests of the business, the most urgent first. Three queries, however many there are."""
    return [
        Request(
            booking=booking,
            item=booking.items.all()[0],
            may=at_the_desk(desk, booking).may_mark(),
            total=Money(booking.total_amount, booking.currency),
            prepaid=Money(booking.prepaid_amount, booking.currency),
        )
        for booking in requests_of(desk.provider)
    ]


def at_the_desk(desk: Desk, booking: Booking) -> Access:
    """A member acts for the business here, even on a booking of their own."""
    return Access(
        booking=booking,
        principal=desk.principal,
        is_customer=False,
        role=Role(desk.membership.role),
        staff_pk=desk.membership.staff_id,
    )
