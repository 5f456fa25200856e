"""Marks have their time: before it they are refused, change nothing, and are not offered."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest

from bookings.errors import TooEarly
from bookings.models import Booking
from bookings.presenters import actions
from bookings.selectors.access import Access, booking_for
from bookings.services import holds, paying, visits
from common import clock
from tests.bookings.conftest import Shop
from tests.factories import make_home_service, make_outlet, make_service, tomorrow_at

pytestmark = pytest.mark.django_db

Contact = Callable[..., holds.Contact]
MARK: dict[str, Callable[..., Any]] = {
    "check_in": lambda access: visits.check_in(access=access, code=None),
    "on_the_way": visits.on_the_way,
    "start": visits.start,
    "complete": visits.complete,
    "no_show": visits.no_show,
}
# From which status, and where.
FROM = {
    "check_in": ("confirmed", "outlet"),
    "on_the_way": ("confirmed", "customer"),
    "start": ("checked_in", "outlet"),
    "complete": ("started", "outlet"),
    "no_show": ("confirmed", "outlet"),
}
WAY = {"confirmed": [], "checked_in": ["checked_in"], "started": ["checked_in", "started"]}


@pytest.fixture
def visit(shop: Shop, contact: Contact) -> Access:
    """Booked for ten o'clock in three days, to be paid there."""
    access = shop.hold(tomorrow_at(10, days=3), contact=contact())
    paying.pay(access=access, method="counter", return_url="")
    return access


def as_it_is_before(shop: Shop, visit: Access, action: str) -> Access:
    """The owner's access to the visit where `action` is the next step."""
    status, place = FROM[action]
    rows = Booking.objects.filter(pk=visit.booking.pk)
    rows.update(place=place)
    for step in WAY[status]:
        rows.update(status=step)
    return shop.as_owner(visit)


@pytest.mark.parametrize("action", MARK)
def test_a_mark_before_its_time_is_refused_and_changes_nothing(
    shop: Shop, visit: Access, action: str
) -> None:
    owner = as_it_is_before(shop, visit, action)
    start = visit.booking.starts_at
    midnight = datetime.combine(visit.booking.local_start.date(), time(), tzinfo=shop.outlet.zone)
    first = start if action == "no_show" else midnight

    with clock.at(first - timedelta(seconds=1)):
        assert action not in actions(owner)
        with pytest.raises(TooEarly) as refused:
            MARK[action](access=owner)
        assert refused.value.data == {"earliest": clock.rfc3339(first)}
        assert Booking.objects.get().last_seq == owner.booking.last_seq
        assert Booking.objects.get().status == owner.booking.status
    with clock.at(first):
        assert action in actions(owner)
        MARK[action](access=owner)
    assert Booking.objects.get().last_seq == owner.booking.last_seq + 1


def test_too_early_a_code_is_not_looked_at(shop: Shop, visit: Access) -> None:
    with pytest.raises(TooEarly):
        visits.check_in(access=shop.as_owner(visit), code="nope")
    assert Booking.objects.get().check_in_tries == 0


def test_nothing_is_noted_as_paid_too_early(shop: Shop, visit: Access) -> None:
    owner = as_it_is_before(shop, visit, "complete")
    with pytest.raises(TooEarly):
        visits.complete(access=owner)
    assert Booking.objects.get().payment_state == "counter"


def test_the_way_to_a_visit_after_midnight_begins_the_evening_before(shop: Shop, contact: Contact) -> None:
    outlet = make_outlet(shop.outlet.provider, open_always=True)
    service = make_home_service(outlet)
    held = holds.hold(
        principal=shop.customer,
        outlet=outlet.public_id,
        items=[holds.ItemRequest(service.public_id)],
        start=tomorrow_at(0, 30, days=3),
        contact=contact(),
        address=holds.Address("Vaasankatu 3", 60.1841, 24.9525),
    )
    Booking.objects.filter(pk=held.booking.pk).update(status="confirmed", payment_state="paid")
    owner = booking_for(shop.owner, held.booking.ref)
    with clock.at(tomorrow_at(22, 29, days=2)), pytest.raises(TooEarly):
        visits.on_the_way(access=owner)
    with clock.at(tomorrow_at(22, 30, days=2)):
        assert visits.on_the_way(access=owner).status == "on_the_way"


def test_the_shops_zone_says_which_day_it_is(shop: Shop, contact: Contact) -> None:
    tokyo = make_outlet(shop.outlet.provider, timezone="Asia/Tokyo")
    service = make_service(tokyo)
    start = tomorrow_at(9, days=3, outlet=tokyo)
    held = holds.hold(
        principal=shop.customer,
        outlet=tokyo.public_id,
        items=[holds.ItemRequest(service.public_id)],
        start=start,
        contact=contact(),
    )
    Booking.objects.filter(pk=held.booking.pk).update(status="confirmed", payment_state="paid")
    owner = booking_for(shop.owner, held.booking.ref)
    # In Tokyo the day begins nine hours before the start; in Helsinki it would be another one.
    with clock.at(start - timedelta(hours=9, seconds=1)), pytest.raises(TooEarly):
        visits.check_in(access=owner, code=None)
    with clock.at(start - timedelta(hours=9)):
        assert visits.check_in(access=owner, code=None).status == "checked_in"
