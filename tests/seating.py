"""Seats in sessions for tests, and what must always hold of them."""

from datetime import datetime, timedelta

from accounts.principals import ANONYMOUS
from bookings.models import Booking, GroupSession
from bookings.services import holds, seats
from common import clock
from providers.models import Outlet, Service
from tests.factories import make_customer


def sit(
    outlet: Outlet,
    service: Service,
    start: datetime,
    wanted: int = 1,
    *,
    held_for: timedelta | None = None,
) -> Booking:
    """A hold of so many seats by somebody new; its time is over when `held_for` is negative."""
    held = holds.hold(
        principal=ANONYMOUS,
        outlet=outlet.public_id,
        items=[holds.ItemRequest(service.public_id)],
        start=start,
        seats=wanted,
    )
    fields = {"hold_expires_at": clock.database_now() + held_for} if held_for is not None else {}
    Booking.objects.filter(pk=held.booking.pk).update(customer=make_customer(), **fields)
    return Booking.objects.get(pk=held.booking.pk)


def assert_seats_add_up() -> None:
    """Every session's count is the sum over the items of live bookings, and no session is oversold."""
    for session in GroupSession.objects.all():
        assert session.seats_taken == seats.count_of(session), session
        assert 0 <= session.seats_taken <= session.capacity
