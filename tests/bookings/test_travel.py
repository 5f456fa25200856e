"""Ways between visits: what a booking across the city changes, for home visits and for people at several outlets."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings.enums import AllocationKind, Source
from bookings.errors import SlotTaken
from bookings.models import Allocation, Booking
from bookings.selectors.access import Access, booking_for
from bookings.selectors.slots import ItemRequest, slots_for
from bookings.services import changes, expiry, front_desk, holds, reserve
from common import clock
from geo.enums import TravelMode
from geo.models import Leg
from geo.rules.positions import Position
from geo.rules.travel import leg_minutes, ride_seconds
from geo.selectors import position_of
from providers.models import Outlet, Service, StaffAssignment, StaffMember
from tests.bookings.conftest import Shop
from tests.factories import (
    make_group_service,
    make_home_service,
    make_outlet,
    make_service,
    make_session,
    make_staff,
    tomorrow_at,
)

pytestmark = pytest.mark.django_db

# Bicycles are as fast at any hour: the tests hold on any day.
BICYCLE, FOOT = TravelMode.BICYCLE, TravelMode.FOOT
HOME, NEXT_DOOR, FAR = Position(60.185, 24.951), Position(60.18501, 24.95101), Position(60.185, 24.85)
Contact = Callable[..., holds.Contact]


@pytest.fixture
def cleaning(shop: Shop) -> Service:
    """An hour's cleaning within 20 km, by the shop's person on a bicycle."""
    StaffMember.objects.filter(pk=shop.person.pk).update(travel_mode=BICYCLE)
    return make_home_service(shop.outlet, 20_000, staff=[shop.person])


def address(place: Position) -> holds.Address:
    return holds.Address("Kalevankatu 12", place.lat, place.lng)


def minutes(start: Position, end: Position, mode: TravelMode = BICYCLE) -> timedelta:
    return timedelta(minutes=leg_minutes(ride_seconds(start, end, mode), mode, tomorrow_at(12)))


def starts(
    outlet: Outlet, service: Service, where: Position | None = None, staff: StaffMember | None = None
) -> list[datetime]:
    """What is offered tomorrow."""
    found = slots_for(
        outlet=outlet.public_id,
        items=[ItemRequest(service.public_id, staff=staff.public_id if staff else None)],
        start=tomorrow_at(0),
        end=tomorrow_at(0, days=2),
        where=where,
    )
    return [slot.start for slot in found.slots]


def visit(shop: Shop, service: Service, start: datetime, place: Position, **more: Any) -> Access:
    return shop.hold(start, service=service, address=address(place), **more)


def confirmed(access: Access, contact: Contact) -> Access:
    """A visit that is agreed, so that its customer may move it."""
    holds.details(access=access, contact=contact())
    Booking.objects.filter(pk=access.booking.pk).update(status="confirmed", confirmed_at=clock.now())
    return booking_for(access.principal, access.booking.ref)


def test_a_visit_across_the_city_leaves_time_for_the_ways_there_and_back(
    shop: Shop, cleaning: Service
) -> None:
    before = starts(shop.outlet, cleaning, HOME)
    visit(shop, cleaning, tomorrow_at(12), FAR)

    there, back = minutes(HOME, FAR), minutes(FAR, HOME)
    hour = timedelta(hours=1)
    assert there > timedelta(minutes=25)
    assert starts(shop.outlet, cleaning, HOME) == [
        start
        for start in before
        if start + hour + there <= tomorrow_at(12) or start >= tomorrow_at(13) + back
    ]


def test_next_door_there_is_no_way(shop: Shop, cleaning: Service) -> None:
    visit(shop, cleaning, tomorrow_at(12), HOME)

    assert {tomorrow_at(11), tomorrow_at(13)} <= set(starts(shop.outlet, cleaning, NEXT_DOOR))


def test_without_an_address_ways_are_not_counted_and_the_list_says_so(shop: Shop, cleaning: Service) -> None:
    visit(shop, cleaning, tomorrow_at(12), FAR)

    found = slots_for(
        outlet=shop.outlet.public_id,
        items=[ItemRequest(cleaning.public_id)],
        start=tomorrow_at(0),
        end=tomorrow_at(0, days=2),
    )

    assert not found.travel_counted
    assert {tomorrow_at(11), tomorrow_at(13)} <= {slot.start for slot in found.slots}


def test_what_is_offered_can_be_taken_and_what_is_not_cannot(shop: Shop, cleaning: Service) -> None:
    visit(shop, cleaning, tomorrow_at(12), FAR)
    offered = starts(shop.outlet, cleaning, HOME)

    with pytest.raises(SlotTaken) as refused:
        visit(shop, cleaning, tomorrow_at(13), HOME)
    nearest = [each["start"] for each in refused.value.data["alternatives"]]
    assert nearest and set(nearest) <= {clock.rfc3339(start) for start in offered}
    first = min(start for start in offered if start > tomorrow_at(13))
    assert visit(shop, cleaning, first, HOME).booking.starts_at == first


def test_the_way_is_never_part_of_what_a_visit_takes(shop: Shop, cleaning: Service) -> None:
    visit(shop, cleaning, tomorrow_at(9), HOME)
    visit(shop, cleaning, tomorrow_at(12), FAR)

    periods = [(each.period.lower, each.period.upper) for each in Allocation.objects.order_by("period")]
    assert periods == [(tomorrow_at(9), tomorrow_at(10)), (tomorrow_at(12), tomorrow_at(13))]


def test_on_foot_it_takes_longer_and_the_outlet_says_how_when_the_person_does_not(
    shop: Shop, cleaning: Service
) -> None:
    visit(shop, cleaning, tomorrow_at(12), FAR)
    by_bicycle = starts(shop.outlet, cleaning, HOME)
    StaffMember.objects.update(travel_mode="")
    Outlet.objects.update(travel_mode=FOOT)

    on_foot = starts(shop.outlet, cleaning, HOME)

    assert set(on_foot) < set(by_bicycle)
    assert min(start for start in on_foot if start > tomorrow_at(12)) >= tomorrow_at(13) + minutes(
        FAR, HOME, FOOT
    )


def test_after_a_home_visit_the_way_back_to_the_shop_counts(shop: Shop, cleaning: Service) -> None:
    visit(shop, cleaning, tomorrow_at(12), FAR)
    here = position_of(shop.outlet.point)

    offered = starts(shop.outlet, shop.service)

    assert tomorrow_at(13) not in offered
    assert min(start for start in offered if start > tomorrow_at(12)) >= tomorrow_at(13) + minutes(FAR, here)


@pytest.fixture
def second(shop: Shop) -> tuple[Outlet, Service]:
    """Another shop of the business across the city, where the person works, too."""
    StaffMember.objects.filter(pk=shop.person.pk).update(travel_mode=BICYCLE)
    outlet = make_outlet(shop.outlet.provider, point=Point(FAR.lng, FAR.lat, srid=4326))
    StaffAssignment.objects.create(staff=shop.person, outlet=outlet)
    return outlet, make_service(outlet, staff=[shop.person])


def test_who_works_at_two_shops_needs_time_between_them(shop: Shop, second: tuple[Outlet, Service]) -> None:
    outlet, service = second
    shop.hold(tomorrow_at(12))
    way = minutes(position_of(shop.outlet.point), FAR)

    offered = starts(outlet, service)

    assert tomorrow_at(11) not in offered and tomorrow_at(13) not in offered
    assert min(start for start in offered if start > tomorrow_at(12)) - tomorrow_at(13) < way + timedelta(
        minutes=15
    )
    assert tomorrow_at(13) in starts(shop.outlet, shop.service)


def test_a_session_at_one_shop_counts_at_the_other(shop: Shop, second: tuple[Outlet, Service]) -> None:
    outlet, service = second
    workshop = make_group_service(shop.outlet, staff=[shop.person])
    make_session(shop.outlet, workshop, tomorrow_at(12), staff=shop.person.public_id)

    offered = starts(outlet, service)

    assert tomorrow_at(13, 30) not in offered
    assert min(start for start in offered if start > tomorrow_at(12)) >= tomorrow_at(13, 30) + minutes(
        position_of(shop.outlet.point), FAR
    )


def test_a_block_has_no_place(shop: Shop, cleaning: Service) -> None:
    Allocation.objects.create(
        kind=AllocationKind.BLOCK,
        staff=shop.person,
        period=(tomorrow_at(12), tomorrow_at(13)),
        note="Dentist",
    )

    assert {tomorrow_at(11), tomorrow_at(13)} <= set(starts(shop.outlet, cleaning, FAR))


def test_a_colleague_who_is_near_may_come_instead(shop: Shop, cleaning: Service) -> None:
    colleague = make_staff(shop.outlet)
    colleague.skills.create(service=cleaning)
    visit(shop, cleaning, tomorrow_at(12), FAR, staff=shop.person.public_id)

    held = visit(shop, cleaning, tomorrow_at(13), HOME)

    assert held.booking.items.get().staff == colleague


def test_members_may_take_any_minute_that_is_not_taken(
    shop: Shop, cleaning: Service, contact: Contact
) -> None:
    visit(shop, cleaning, tomorrow_at(12), FAR)

    booking = front_desk.book_in(
        principal=shop.owner,
        outlet=shop.outlet.public_id,
        item=ItemRequest(cleaning.public_id),
        start=tomorrow_at(13),
        contact=contact(),
        source=Source.PHONE,
        address=address(HOME),
    )

    assert booking.starts_at == tomorrow_at(13)


def test_moving_a_visit_counts_the_ways(shop: Shop, cleaning: Service, contact: Contact) -> None:
    visit(shop, cleaning, tomorrow_at(12), FAR)
    access = confirmed(visit(shop, cleaning, tomorrow_at(9), HOME, principal=shop.customer), contact)

    with pytest.raises(SlotTaken):
        changes.preview(access=access, action="reschedule", start=tomorrow_at(11))
    version = changes.preview(access=access, action="reschedule").version
    with pytest.raises(SlotTaken):
        changes.reschedule(access=access, start=tomorrow_at(13), staff=None, version=version)
    moved = changes.reschedule(access=access, start=tomorrow_at(15), staff=None, version=version)
    assert moved.starts_at == tomorrow_at(15)


def test_another_address_of_a_hold_must_be_reached_in_time(shop: Shop, cleaning: Service) -> None:
    visit(shop, cleaning, tomorrow_at(12), FAR)
    access = visit(shop, cleaning, tomorrow_at(13), Position(FAR.lat, FAR.lng + 0.0001))

    with pytest.raises(SlotTaken) as refused:
        holds.details(access=access, address=address(HOME))

    assert refused.value.data["alternatives"]
    booking = shop.again(access).booking
    assert booking.address_point.x == pytest.approx(FAR.lng + 0.0001)
    holds.details(access=access, address=address(FAR))
    assert shop.again(access).booking.address_point.x == pytest.approx(FAR.lng)


def test_an_expired_visit_is_not_taken_back_when_its_way_is_gone(shop: Shop, cleaning: Service) -> None:
    access = visit(shop, cleaning, tomorrow_at(13), HOME)
    Booking.objects.update(hold_expires_at=clock.now() - timedelta(minutes=1))
    expiry.expire_holds()
    visit(shop, cleaning, tomorrow_at(12), FAR)

    with pytest.raises(SlotTaken):
        reserve.take_back(shop.again(access).booking)


def test_a_shop_whose_people_never_leave_pays_nothing(shop: Shop) -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        starts(shop.outlet, shop.service)

    assert len(asked.captured_queries) == 3
    assert not any("address_point" in query["sql"] for query in asked.captured_queries)


def test_ways_of_an_estimate_are_not_kept(shop: Shop, cleaning: Service) -> None:
    visit(shop, cleaning, tomorrow_at(12), FAR)
    starts(shop.outlet, cleaning, HOME)

    assert not Leg.objects.exists()


def test_over_the_api(shop: Shop, cleaning: Service) -> None:
    visit(shop, cleaning, tomorrow_at(12), FAR)

    def ask(**more: Any) -> tuple[bool, set[str]]:
        answer = (
            Client()
            .post(
                "/api/v1/slots",
                {
                    "outlet": shop.outlet.public_id,
                    "items": [{"service": cleaning.public_id}],
                    "from": clock.rfc3339(tomorrow_at(0)),
                    "to": clock.rfc3339(tomorrow_at(0, days=2)),
                    **more,
                },
                content_type="application/json",
            )
            .json()
        )
        return answer["travel_counted"], {slot["start"] for slot in answer["slots"]}

    counted, without = ask()
    assert not counted
    counted, with_ways = ask(address={"line": "Kalevankatu 12", "lat": HOME.lat, "lng": HOME.lng})
    assert counted
    assert clock.rfc3339(tomorrow_at(13)) in without - with_ways
