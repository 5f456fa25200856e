"""The customer scans the outlet's square and says that they are there: staff see it, and need no code."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.principals import ANONYMOUS
from bookings.errors import MoveRefused, TooEarly, WrongCode
from bookings.models import Booking
from bookings.presenters import actions, present
from bookings.selectors.access import Access, booking_for
from bookings.selectors.here import visits_here
from bookings.services import arrival, changes, paying, visits
from common import clock
from common.errors import NotAllowed, NotFound
from common.models import Event
from providers.models import Provider
from tests.bookings.conftest import Shop
from tests.factories import make_due, make_outlet, tomorrow_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def agreed(shop: Shop) -> Access:
    """A visit of a signed-in customer, promised at the counter."""
    access = shop.hold(principal=shop.customer)
    paying.pay(access=access, method="counter", return_url="")
    return shop.again(access)


@pytest.fixture
def due(shop: Shop, agreed: Access) -> Access:
    make_due(agreed.booking.ref)
    return shop.again(agreed)


def test_it_is_said_once_and_moves_no_status(shop: Shop, due: Access) -> None:
    assert "arrive" in actions(due)

    first = arrival.arrive(access=due).arrived_at
    again = arrival.arrive(access=shop.again(due))

    assert first is not None
    assert (again.arrived_at, again.status) == (first, "confirmed")
    assert Event.objects.filter(subject_id=due.booking.ref, type="booking.arrived").count() == 1
    assert "arrive" not in actions(shop.again(due))
    assert present(shop.again(due)).arrived_at == first


def test_staff_need_no_code_then(shop: Shop, due: Access) -> None:
    staff = booking_for(shop.staff, due.booking.ref)
    with pytest.raises(WrongCode):
        visits.check_in(access=staff, code=None)

    arrival.arrive(access=due)

    assert visits.check_in(access=booking_for(shop.staff, due.booking.ref), code=None).status == "checked_in"


def test_that_they_did_not_come_is_a_managers_word_then(shop: Shop, due: Access) -> None:
    arrival.arrive(access=due)
    staff = booking_for(shop.staff, due.booking.ref)
    assert "no_show" not in actions(staff)
    with pytest.raises(NotAllowed):
        visits.no_show(access=staff)

    assert visits.no_show(access=shop.as_owner(due)).status == "no_show"


def test_not_before_the_day_nor_after_the_visit_nor_by_others(shop: Shop, agreed: Access) -> None:
    assert "arrive" not in actions(agreed)
    with clock.at(agreed.booking.starts_at - timedelta(days=2)), pytest.raises(TooEarly):
        arrival.arrive(access=agreed)
    with clock.at(agreed.booking.ends_at), pytest.raises(MoveRefused):
        arrival.arrive(access=agreed)
    with pytest.raises(NotAllowed):
        arrival.arrive(access=shop.as_owner(agreed))


def test_moved_to_another_time_it_is_to_be_said_again(shop: Shop, due: Access) -> None:
    arrival.arrive(access=due)
    owner = shop.as_owner(due)
    version = changes.preview(access=owner, action="reschedule").version

    booking = changes.reschedule(access=owner, start=tomorrow_at(14), staff=None, version=version)

    assert booking.arrived_at is None
    with pytest.raises(WrongCode):
        visits.check_in(access=booking_for(shop.staff, booking.ref), code=None)


def test_the_database_refuses_an_arrival_at_a_home_visit(agreed: Access) -> None:
    with pytest.raises(IntegrityError, match="booking_arrives_at_an_outlet"), transaction.atomic():
        Booking.objects.filter(pk=agreed.booking.pk).update(place="customer", arrived_at=clock.now())


def test_the_square_shows_ones_own_visits_of_today_at_this_outlet(shop: Shop, agreed: Access) -> None:
    outlet, at = shop.outlet.public_id, agreed.booking.starts_at

    def found(principal: object, outlet: str = outlet, at: object = at) -> list[str]:
        here = visits_here(principal, outlet, now=at)  # type: ignore[arg-type]
        return [access.booking.ref for access in here.visits]

    assert found(shop.customer) == [agreed.booking.ref]
    assert found(shop.customer, at=at + timedelta(days=1)) == []
    assert found(shop.owner) == found(ANONYMOUS) == []
    other = make_outlet(shop.outlet.provider)
    assert found(shop.customer, outlet=other.public_id) == []


def test_a_guests_link_opens_them_too(shop: Shop, contact) -> None:
    access = shop.hold(contact=contact())
    paying.pay(access=access, method="counter", return_url="")

    here = visits_here(access.principal, shop.outlet.public_id, now=access.booking.starts_at)

    assert [each.booking.ref for each in here.visits] == [access.booking.ref]
    assert here.visits[0].is_customer


def test_of_a_business_that_is_not_public_only_those_with_a_visit_learn(shop: Shop, agreed: Access) -> None:
    Provider.objects.update(status="suspended")
    now = agreed.booking.starts_at

    here = visits_here(shop.customer, shop.outlet.public_id, now=now)
    assert (len(here.visits), here.is_public) == (1, False)
    for outlet in (shop.outlet.public_id, "out_0000000000000000", "\x00"):
        with pytest.raises(NotFound):
            visits_here(ANONYMOUS, outlet, now=now)
