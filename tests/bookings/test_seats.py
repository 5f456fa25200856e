"""Seats as customers and members book them: over the API, at the counter, moved, given back, paid for too late."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from bookings.enums import Source
from bookings.errors import (
    CourseStays,
    NotOffered,
    OptionUnknown,
    PolicyChanged,
    SlotNotOffered,
    SlotTaken,
)
from bookings.models import Booking, GroupSession
from bookings.presenters import actions
from bookings.selectors.access import Access, booking_for
from bookings.selectors.front_desk import desk_times, move_times
from bookings.services import changes, expiry, front_desk, holds, paying, reserve, sessions
from common import clock
from common.clock import rfc3339
from discovery.enums import Sort
from discovery.selectors import search
from providers.models import Offering, Service
from tests.bookings.conftest import Shop
from tests.bookings.test_api import Api, refused
from tests.factories import (
    make_customer,
    make_group_service,
    make_option,
    make_session,
    make_sessions,
    make_staff,
    tomorrow_at,
)
from tests.seating import assert_seats_add_up, sit

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(shop: Shop) -> Service:
    return make_group_service(shop.outlet, capacity=4, staff=[shop.person])


def slots(shop: Shop, group: Service, **more: Any) -> Any:
    span = {"from": rfc3339(tomorrow_at(0)), "to": rfc3339(tomorrow_at(0, days=30))}
    items = [{"service": group.public_id}]
    return Api().post("/slots", {"outlet": shop.outlet.public_id, "items": items, **span, **more})


def book(shop: Shop, group: Service, hour: int = 10, **more: Any) -> Any:
    body = {"outlet": shop.outlet.public_id, "service": group.public_id, "start": rfc3339(tomorrow_at(hour))}
    return Api().post("/bookings", body | more)


def confirmed(access: Access) -> Access:
    Booking.objects.filter(pk=access.booking.pk).update(customer=make_customer())
    paying.pay(access=booking_for(access.principal, access.booking.ref), method="counter", return_url="")
    return booking_for(access.principal, access.booking.ref)


def test_slots_of_a_group_service_are_its_sessions_with_seats(shop: Shop, group: Service) -> None:
    session = make_session(shop.outlet, group, tomorrow_at(10))
    make_sessions(shop.outlet, group, tomorrow_at(14), dates=2, course="Evening looks")
    sit(shop.outlet, group, tomorrow_at(10), 3)

    first, course = slots(shop, group).json()["slots"]

    assert first == {
        "start": rfc3339(tomorrow_at(10)),
        "end": rfc3339(tomorrow_at(11, 30)),
        "staff": [shop.person.public_id],
        "items": [
            {
                "staff": [shop.person.public_id],
                "start": rfc3339(tomorrow_at(10)),
                "end": rfc3339(tomorrow_at(11, 30)),
            }
        ],
        "session": session.public_id,
        "seats_left": 1,
        "course": None,
    }
    assert course["seats_left"] == 4
    assert course["course"] == {
        "name": "Evening looks",
        "dates": [
            {"start": rfc3339(tomorrow_at(14, days=day)), "end": rfc3339(tomorrow_at(15, 30, days=day))}
            for day in (1, 8)
        ],
    }
    assert [slot["start"] for slot in slots(shop, group, seats=2).json()["slots"]] == [
        rfc3339(tomorrow_at(14))
    ]
    listed = Api().get(
        f"/services/{group.public_id}/slots",
        outlet=shop.outlet.public_id,
        seats=2,
        **{"from": rfc3339(tomorrow_at(0)), "to": rfc3339(tomorrow_at(0, days=5))},
    )
    assert [slot["seats_left"] for slot in listed.json()["slots"]] == [4]


def test_what_is_no_group_has_no_seats(shop: Shop, group: Service) -> None:
    assert refused(slots(shop, shop.service, seats=2)) == (422, "not_offered")
    assert refused(book(shop, shop.service, seats=2)) == (422, "not_offered")
    assert slots(shop, shop.service, seats=1).json()["slots"][0]["session"] is None
    both = [{"service": group.public_id}, {"service": shop.service.public_id}]
    assert refused(slots(shop, group, items=both)) == (422, "not_offered")


def test_a_guest_books_seats_and_sees_them(shop: Shop, group: Service) -> None:
    session = make_session(shop.outlet, group, tomorrow_at(10))
    made = book(shop, group, seats=3)
    assert made.status_code == 201
    booking = made.json()
    assert booking["price"]["amount"] == 15000
    [item] = booking["items"]
    assert (item["session"], item["seats"]) == (session.public_id, 3)
    answer = book(shop, group, seats=2)
    assert refused(answer) == (409, "slot_taken")
    assert answer.json()["alternatives"] == []
    assert refused(book(shop, group, hour=11)) == (422, "slot_not_offered")
    assert refused(book(shop, group, session="ses_none")) == (422, "slot_not_offered")
    assert_seats_add_up()


def test_the_session_is_named_where_two_start_at_once(shop: Shop) -> None:
    other = make_staff(shop.outlet)
    group = make_group_service(shop.outlet, capacity=4, staff=[shop.person, other])
    for person in (shop.person, other):
        make_session(shop.outlet, group, tomorrow_at(10), staff=person.public_id)
    second = GroupSession.objects.get(staff=other)
    made = book(shop, group, session=second.public_id)
    assert made.json()["items"][0]["session"] == second.public_id
    assert book(shop, group, staff=other.public_id).json()["items"][0]["session"] == second.public_id


def test_options_are_for_each_seat_and_none_makes_it_longer(shop: Shop, group: Service) -> None:
    make_session(shop.outlet, group, tomorrow_at(10))
    kit = make_option(group, name="Kit", extra_min=0, price_amount=700)
    longer = make_option(group)
    access = shop.hold(service=group, options=[kit.public_id], seats=2)
    assert access.booking.total_amount == 2 * 5700
    with pytest.raises(OptionUnknown):
        shop.hold(service=group, options=[longer.public_id])
    item = access.booking.items.get()
    holds.details(access=access, options={item.public_id: []})
    assert Booking.objects.get(pk=access.booking.pk).total_amount == 10000
    with pytest.raises(OptionUnknown):
        holds.details(access=access, options={item.public_id: [longer.public_id]})
    holds.details(access=access, options={item.public_id: [kit.public_id]})
    item.refresh_from_db()
    assert [line["name"] for line in item.lines] == ["2 × Workshop", "2 × Kit"]


def test_seats_move_to_another_session_and_come_free_where_they_were(shop: Shop, group: Service) -> None:
    first, second = (make_session(shop.outlet, group, tomorrow_at(hour)) for hour in (10, 14))
    access = confirmed(shop.hold(service=group, seats=3))
    sit(shop.outlet, group, tomorrow_at(14), 2)
    assert "reschedule" in actions(access)
    version = changes.preview(access=access, action="reschedule").version
    with pytest.raises(SlotTaken):
        changes.preview(access=access, action="reschedule", start=tomorrow_at(14))
    with pytest.raises(SlotTaken):
        changes.reschedule(access=access, start=tomorrow_at(14), staff=None, version=version)
    with pytest.raises(SlotNotOffered):
        changes.reschedule(access=access, start=tomorrow_at(10), staff=None, version=version)
    assert_seats_add_up()

    sessions.change_capacity(session=second, capacity=5, actor="user:test")
    assert [
        slot.start for slot in move_times(access.booking, day=tomorrow_at(12).date(), staff=None).slots
    ] == [tomorrow_at(14)]
    changes.preview(access=access, action="reschedule", start=tomorrow_at(14))
    changes.reschedule(access=access, start=tomorrow_at(14), staff=None, version=version)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.seats_taken, second.seats_taken) == (0, 5)
    moved = Booking.objects.get(pk=access.booking.pk)
    assert (moved.starts_at, moved.ends_at) == (tomorrow_at(14), tomorrow_at(15, 30))
    with pytest.raises(PolicyChanged):
        changes.reschedule(access=access, start=tomorrow_at(10), staff=None, version=version)
    assert_seats_add_up()


def test_a_course_stays_on_its_dates_but_can_be_cancelled(shop: Shop, group: Service) -> None:
    make_sessions(shop.outlet, group, tomorrow_at(10), dates=3, course="Evening looks")
    make_session(shop.outlet, group, tomorrow_at(14))
    access = confirmed(shop.hold(service=group, seats=2))
    assert access.booking.is_course
    assert "reschedule" not in actions(access)
    with pytest.raises(CourseStays):
        changes.preview(access=access, action="reschedule", start=tomorrow_at(14))
    assert move_times(access.booking, day=tomorrow_at(12).date(), staff=None).slots == []
    preview = changes.preview(access=access, action="cancel")
    changes.cancel(access=access, version=preview.version)
    assert {each.seats_taken for each in GroupSession.objects.all()} == {0}
    assert_seats_add_up()


def test_seats_paid_for_too_late_are_taken_again_or_not(shop: Shop, group: Service) -> None:
    make_session(shop.outlet, group, tomorrow_at(10))
    booking = sit(shop.outlet, group, tomorrow_at(10), 3)
    Booking.objects.filter(pk=booking.pk).update(hold_expires_at=clock.now())
    expiry.expire_holds()
    booking.refresh_from_db()
    with transaction.atomic():
        reserve.take_back(booking)
        assert GroupSession.objects.get().seats_taken == 3
        transaction.set_rollback(True)
    sit(shop.outlet, group, tomorrow_at(10), 2)
    with pytest.raises(SlotTaken):
        reserve.take_back(booking)


def test_members_seat_who_stands_there_without_notice_and_a_little_late(shop: Shop, group: Service) -> None:
    ten, day = tomorrow_at(10), tomorrow_at(12).date()
    shop.outlet.notice_min = 24 * 60
    shop.outlet.save()
    make_session(shop.outlet, group, ten)
    item = holds.ItemRequest(group.public_id)
    offering = Offering.objects.select_related("outlet", "service").get(service=group)
    with clock.at(ten - timedelta(hours=1)):
        found = desk_times(offering, day=day, staff_pks=(shop.person.pk,))
        assert [slot.start for slot in found.slots] == [ten]
        with pytest.raises(SlotNotOffered):
            sit(shop.outlet, group, ten)
    with clock.at(ten + timedelta(minutes=20)):
        for who in (shop.owner, shop.staff):
            booking = front_desk.book_in(
                principal=who,
                outlet=shop.outlet.public_id,
                item=item,
                start=ten,
                contact=holds.Contact("Ville"),
                source=Source.WALK_IN,
                seats=2,
            )
            assert (booking.status, booking.seats) == ("confirmed", 2)
        with pytest.raises(SlotTaken):
            front_desk.book_in(
                principal=shop.owner,
                outlet=shop.outlet.public_id,
                item=item,
                start=ten,
                contact=holds.Contact("Ville"),
                source=Source.WALK_IN,
            )
    assert_seats_add_up()


def test_nobody_joins_a_course_that_has_begun(shop: Shop, group: Service) -> None:
    ten = tomorrow_at(10)
    make_sessions(shop.outlet, group, ten, dates=2, course="Evening looks")
    with clock.at(ten + timedelta(minutes=20)), pytest.raises(SlotNotOffered):
        front_desk.book_in(
            principal=shop.owner,
            outlet=shop.outlet.public_id,
            item=holds.ItemRequest(group.public_id),
            start=ten,
            contact=holds.Contact("Ville"),
            source=Source.WALK_IN,
        )


def test_search_finds_sessions_not_idle_hours(shop: Shop, group: Service) -> None:
    Offering.objects.exclude(service=group).delete()

    def found() -> list[Any]:
        point = shop.outlet.point
        page = search(
            category=group.category.slug, lat=point.y, lng=point.x, place="outlet", sort=Sort.SOONEST, limit=5
        )
        return [slot.start for item in page.items for slot in item.next_slots]

    assert found() == []
    make_session(shop.outlet, group, tomorrow_at(10))
    make_session(shop.outlet, group, tomorrow_at(14))
    assert found() == [tomorrow_at(10), tomorrow_at(14)]
    sit(shop.outlet, group, tomorrow_at(10), 4)
    assert found() == [tomorrow_at(14)]


def test_several_services_without_seats_are_refused_with_a_group_among_them(
    shop: Shop, group: Service
) -> None:
    make_session(shop.outlet, group, tomorrow_at(10))
    with pytest.raises(NotOffered):
        holds.hold(
            principal=shop.customer,
            outlet=shop.outlet.public_id,
            items=[holds.ItemRequest(group.public_id), holds.ItemRequest(shop.service.public_id)],
            start=tomorrow_at(10),
        )
