"""Seats in sessions for tests, and what must always hold of them."""

from datetime import datetime, timedelta

from django.db import transaction

from bookings.models import Booking, GroupSession
from bookings.rules.pricing import ServicePrice
from bookings.services import core, seat_holds, seats
from common import clock
from payments.selectors import policy_for
from providers.models import Offering, Outlet, Service
from tests.factories import make_customer


def sit(
    outlet: Outlet,
    service: Service,
    start: datetime,
    wanted: int = 1,
    *,
    held_for: timedelta = timedelta(minutes=10),
) -> Booking:
    """A hold of seats, by whoever."""
    offering = Offering.objects.select_related("outlet", "service").get(outlet=outlet, service=service)
    sold = offering.service
    with seat_holds.offering_others(offering, start, seats=wanted), transaction.atomic():
        found = seat_holds.choices(offering, start, staff=None, session=None, by_staff=False)
        seated = seats.take(found, seats=wanted)
        quote = seat_holds.quote(
            ServicePrice(sold.name, offering.price_amount, sold.duration_min, sold.tax_percent),
            [],
            seats=wanted,
        )
        booking = Booking.objects.create(
            customer=make_customer(),
            outlet=outlet,
            starts_at=seated.starts_at,
            ends_at=seated.ends_at,
            timezone=outlet.timezone,
            hold_expires_at=clock.database_now() + held_for,
            currency=outlet.currency,
            total_amount=quote.total,
            policy=policy_for(sold).to_dict(),
        )
        seat_holds.write_items(booking, offering, seated, quote, staff_was_chosen=False)
        core.change(booking, event="booking.held", actor="guest")
    return booking


def assert_seats_add_up() -> None:
    """Every session's count is the sum over the items of live bookings, and no session is oversold."""
    for session in GroupSession.objects.all():
        assert session.seats_taken == seats.count_of(session), session
        assert 0 <= session.seats_taken <= session.capacity
