"""The ways between the visits of a day, as those who make them see them."""

from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.test import Client

from bookings.enums import Source
from bookings.models import Booking
from bookings.selectors.slots import ItemRequest
from bookings.services import front_desk, holds
from providers.models import Outlet, Service, StaffAssignment, StaffMember
from tests.bookings.conftest import Shop
from tests.factories import make_home_service, make_outlet, make_service, tomorrow_at
from tests.frontend.booking_steps import text

pytestmark = pytest.mark.django_db

HERE, FAR = (60.185, 24.951), (60.185, 24.85)


@pytest.fixture
def cleaning(shop: Shop) -> Service:
    StaffMember.objects.filter(pk=shop.person.pk).update(travel_mode="bicycle")
    return make_home_service(shop.outlet, 20_000, staff=[shop.person])


def visit(
    shop: Shop,
    service: Service,
    hour: int,
    place: tuple[float, float] | None,
    *,
    outlet: Outlet | None = None,
) -> Booking:
    """A visit that a member booked, at any minute."""
    return front_desk.book_in(
        principal=shop.owner,
        outlet=(outlet or shop.outlet).public_id,
        item=ItemRequest(service.public_id),
        start=tomorrow_at(hour),
        contact=holds.Contact("Helmi"),
        source=Source.PHONE,
        address=holds.Address("Kalevankatu 12", *place) if place else None,
    )


def day(shop: Shop, outlet: Outlet | None = None) -> Any:
    client = Client()
    client.force_login(shop.owner.user)
    place = outlet or shop.outlet
    local = tomorrow_at(12).astimezone(place.zone).date()
    return client.get(f"/provider/{place.provider.public_id}/{place.public_id}/day?day={local}")


def test_the_day_shows_the_way_from_the_visit_before(shop: Shop, cleaning: Service) -> None:
    visit(shop, cleaning, 9, HERE)
    visit(shop, cleaning, 12, FAR)

    page = text(day(shop))

    # 5.6 km as the crow flies are 7 km of street: 28 minutes, and two beside the ride.
    assert page.count("min by bicycle from the visit before") == 1
    assert "30 min by bicycle from the visit before" in page
    assert "between them" not in page


def test_it_warns_when_there_is_too_little_time(shop: Shop, cleaning: Service) -> None:
    visit(shop, cleaning, 9, HERE)
    visit(shop, cleaning, 10, FAR)

    page = text(day(shop))

    assert "30 min by bicycle from the visit before No time between them" in page


def test_from_another_shop_of_the_business(shop: Shop) -> None:
    StaffMember.objects.filter(pk=shop.person.pk).update(travel_mode="bicycle")
    second = make_outlet(shop.outlet.provider, point=Point(FAR[1], FAR[0], srid=4326))
    StaffAssignment.objects.create(staff=shop.person, outlet=second)
    visit(shop, shop.service, 9, None)
    visit(shop, make_service(second, staff=[shop.person]), 12, None, outlet=second)

    assert "min by bicycle from the visit before" not in text(day(shop))
    assert "31 min by bicycle from the visit before" in text(day(shop, second))


def test_a_shop_whose_people_stay_shows_none(shop: Shop) -> None:
    visit(shop, shop.service, 9, None)
    visit(shop, shop.service, 10, None)

    assert "from the visit before" not in text(day(shop))
