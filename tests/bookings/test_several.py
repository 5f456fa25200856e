"""Visits of several services and services with phases: offered, held, priced, moved and paid late as one booking."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.principals import ANONYMOUS
from bookings.errors import NotOffered, SlotNotOffered, SlotTaken
from bookings.models import Allocation, Booking
from bookings.selectors.access import Access, booking_for
from bookings.selectors.slots import ItemRequest, slots_for
from bookings.services import changes, holds, paying, reserve
from common.clock import rfc3339
from common.errors import NotFound
from providers.models import Outlet, Service, StaffMember
from tests.bookings.conftest import Shop, of_first
from tests.bookings.test_api import Api, refused
from tests.factories import make_bays, make_home_service, make_option, make_service, make_staff, tomorrow_at

pytestmark = pytest.mark.django_db

COLOUR = [
    {"kind": "active", "minutes": 30},
    {"kind": "processing", "minutes": 40},
    {"kind": "active", "minutes": 20},
]


@pytest.fixture
def juho(shop: Shop) -> StaffMember:
    """A second person, who only colours."""
    return make_staff(shop.outlet, name="Juho")


@pytest.fixture
def colour(shop: Shop, juho: StaffMember) -> Service:
    return make_service(
        shop.outlet, staff=[juho], name="Colour", duration_min=90, price_amount=9000, phases=COLOUR
    )


def book(outlet: Outlet, *items: ItemRequest, start: datetime, **more: Any) -> Access:
    held = holds.hold(principal=ANONYMOUS, outlet=outlet.public_id, items=list(items), start=start, **more)
    return booking_for(held.opened_by(ANONYMOUS), held.booking.ref)


def times(outlet: Outlet, *items: ItemRequest, until: int = 17, **more: Any) -> list[str]:
    found = slots_for(
        outlet=outlet.public_id, items=items, start=tomorrow_at(9), end=tomorrow_at(until), **more
    )
    return [f"{slot.start.astimezone(outlet.zone):%H:%M}" for slot in found.slots]


def taken(booking: Booking, outlet: Outlet) -> list[tuple[str, str]]:
    """(who or what, from–to) of each live row."""
    rows = Allocation.objects.filter(item__booking=booking, live=True).select_related("staff", "resource")
    return sorted(
        (
            row.staff.name if row.staff else row.resource.name,  # type: ignore[union-attr]
            f"{row.period.lower.astimezone(outlet.zone):%H:%M}–{row.period.upper.astimezone(outlet.zone):%H:%M}",
        )
        for row in rows
    )


def test_a_cut_and_then_a_colour_are_one_booking(shop: Shop, juho: StaffMember, colour: Service) -> None:
    cut = ItemRequest(shop.service.public_id)
    access = book(shop.outlet, cut, ItemRequest(colour.public_id), start=tomorrow_at(10))

    booking = access.booking
    assert (booking.starts_at, booking.ends_at) == (tomorrow_at(10), tomorrow_at(12, 30))
    assert booking.total_amount == 14000
    first, second = booking.items.all()
    assert (first.name, first.starts_at, first.ends_at) == ("Cut", tomorrow_at(10), tomorrow_at(11))
    assert (second.name, second.starts_at, second.ends_at) == ("Colour", tomorrow_at(11), tomorrow_at(12, 30))
    assert second.phases == COLOUR
    assert taken(booking, shop.outlet) == [
        (shop.person.name, "10:00–11:00"),
        ("Juho", "11:00–11:30"),
        ("Juho", "12:10–12:30"),
    ]


def test_who_waits_for_a_colour_leaves_its_person_free_but_not_the_chair(
    shop: Shop, juho: StaffMember, colour: Service
) -> None:
    cut = make_service(shop.outlet, staff=[juho], name="Fringe", duration_min=40)
    book(shop.outlet, ItemRequest(colour.public_id), start=tomorrow_at(10))

    assert times(shop.outlet, ItemRequest(cut.public_id), until=12) == [
        "09:00",
        "09:15",
        "10:30",
        "11:30",
        "11:45",
    ]
    book(shop.outlet, ItemRequest(cut.public_id), start=tomorrow_at(10, 30))

    [chair] = make_bays(shop.outlet, cut)
    Allocation.objects.filter(item__booking__status="held").update(live=False)
    needs = cut.needs.get()
    colour.needs.create(kind=needs.kind)
    book(shop.outlet, ItemRequest(colour.public_id), start=tomorrow_at(13))
    assert "13:30" not in times(shop.outlet, ItemRequest(cut.public_id))
    assert Allocation.objects.filter(resource=chair, live=True).count() == 1


def test_what_is_listed_can_be_held_and_what_is_not_is_refused(
    shop: Shop, juho: StaffMember, colour: Service
) -> None:
    shop.hold(tomorrow_at(13))
    items = (ItemRequest(shop.service.public_id), ItemRequest(colour.public_id))
    listed = times(shop.outlet, *items)

    for minute in range(0, 8 * 60, 15):
        start = tomorrow_at(9) + timedelta(minutes=minute)
        shown = f"{start.astimezone(shop.outlet.zone):%H:%M}"
        with transaction.atomic():
            try:
                book(shop.outlet, *items, start=start)
                is_taken = True
            except (SlotTaken, SlotNotOffered):
                is_taken = False
            transaction.set_rollback(True)
        assert is_taken == (shown in listed), shown
    assert "10:00" in listed and "13:30" not in listed


def test_in_any_order_what_waits_least(shop: Shop, juho: StaffMember, colour: Service) -> None:
    shop.hold(tomorrow_at(10))  # whoever cuts is taken until 11
    cut, dye = ItemRequest(shop.service.public_id), ItemRequest(colour.public_id)

    assert "09:30" not in times(shop.outlet, cut, dye)
    assert "09:30" in times(shop.outlet, cut, dye, any_order=True)
    access = book(shop.outlet, cut, dye, start=tomorrow_at(9, 30), any_order=True)

    assert [item.name for item in access.booking.items.all()] == ["Colour", "Cut"]
    assert access.booking.ends_at == tomorrow_at(12)


def test_a_wait_is_at_most_the_outlets(shop: Shop, juho: StaffMember, colour: Service) -> None:
    book(shop.outlet, ItemRequest(colour.public_id), start=tomorrow_at(10))  # Juho again from 11:30
    cut, dye = ItemRequest(shop.service.public_id), ItemRequest(colour.public_id)

    assert "10:00" in times(shop.outlet, cut, dye)
    Outlet.objects.update(max_wait_min=29)
    assert "10:00" not in times(shop.outlet, cut, dye)


def test_two_guests_side_by_side(shop: Shop) -> None:
    cut = shop.service.public_id
    both = (ItemRequest(cut), ItemRequest(cut, guest=2))
    assert times(shop.outlet, *both) == []  # the second would wait an hour
    other = make_staff(shop.outlet, name="Noora")
    shop.service.skills.create(staff=other)

    access = book(shop.outlet, *both, start=tomorrow_at(10))

    assert {item.staff_id for item in access.booking.items.all()} == {shop.person.pk, other.pk}
    assert {(item.starts_at, item.guest) for item in access.booking.items.all()} == {
        (tomorrow_at(10), 1),
        (tomorrow_at(10), 2),
    }
    assert access.booking.has_guests


def test_one_person_in_a_row_is_one_period_with_its_buffers_outside(shop: Shop) -> None:
    Service.objects.update(buffer_before_min=5, buffer_after_min=10)
    cut = ItemRequest(shop.service.public_id)
    access = book(shop.outlet, cut, cut, start=tomorrow_at(10))

    assert taken(access.booking, shop.outlet) == [(shop.person.name, "09:55–12:10")]


def test_it_moves_as_one_and_keeps_its_people(shop: Shop, juho: StaffMember, colour: Service) -> None:
    shop_items = (ItemRequest(shop.service.public_id), ItemRequest(colour.public_id))
    access = book(
        shop.outlet, *shop_items, start=tomorrow_at(10), contact=holds.Contact("Helmi", "helmi@example.com")
    )
    paying.pay(access=access, method="counter", return_url="https://testserver/")
    access = booking_for(access.principal, access.booking.ref)
    version = changes.preview(access=access, action="reschedule").version

    changes.reschedule(access=access, start=tomorrow_at(13), staff=None, version=version)

    booking = booking_for(access.principal, access.booking.ref).booking
    assert [item.starts_at for item in booking.items.all()] == [tomorrow_at(13), tomorrow_at(14)]
    assert taken(booking, shop.outlet) == [
        (shop.person.name, "13:00–14:00"),
        ("Juho", "14:00–14:30"),
        ("Juho", "15:10–15:30"),
    ]


def test_an_option_makes_one_service_longer_and_the_next_later(
    shop: Shop, juho: StaffMember, colour: Service
) -> None:
    option = make_option(shop.service)  # 15 minutes
    access = book(
        shop.outlet, ItemRequest(shop.service.public_id), ItemRequest(colour.public_id), start=tomorrow_at(10)
    )

    booking = holds.details(access=access, options=of_first(access, option))

    assert booking.ends_at == tomorrow_at(12, 45)
    assert booking.total_amount == 14000 + 1200
    again = booking_for(access.principal, booking.ref)
    assert [item.starts_at for item in again.booking.items.all()] == [tomorrow_at(10), tomorrow_at(11, 15)]
    with pytest.raises(NotFound):
        holds.details(access=again, options={"itm_of_somebody_else": []})


def test_paid_too_late_it_is_taken_again_as_a_whole_or_not(
    shop: Shop, juho: StaffMember, colour: Service
) -> None:
    items = (ItemRequest(shop.service.public_id), ItemRequest(colour.public_id))
    access = book(shop.outlet, *items, start=tomorrow_at(10), contact=holds.Contact("Helmi", "h@example.com"))
    Allocation.objects.update(live=False)
    reserve.take_back(access.booking)
    assert len(taken(access.booking, shop.outlet)) == 3

    Allocation.objects.update(live=False)
    book(shop.outlet, ItemRequest(colour.public_id), start=tomorrow_at(11, 15))
    with pytest.raises(SlotTaken), transaction.atomic():
        reserve.take_back(access.booking)
    assert taken(access.booking, shop.outlet) == []


def test_the_outlets_places_do_not_mix(shop: Shop) -> None:
    cleaning = make_home_service(shop.outlet)
    with pytest.raises(NotOffered):
        book(
            shop.outlet,
            ItemRequest(shop.service.public_id),
            ItemRequest(cleaning.public_id),
            start=tomorrow_at(10),
        )


def test_the_database_refuses_phases_that_do_not_add_up(colour: Service) -> None:
    with pytest.raises(IntegrityError, match="phases_are_as_long"), transaction.atomic():
        Service.objects.filter(pk=colour.pk).update(duration_min=100)


def test_in_the_api(shop: Shop, juho: StaffMember, colour: Service) -> None:
    items = [{"service": shop.service.public_id}, {"service": colour.public_id}]
    window = {"from": rfc3339(tomorrow_at(10)), "to": rfc3339(tomorrow_at(10, 1))}
    asked = {"outlet": shop.outlet.public_id, "items": items}
    [slot] = Api().post("/slots", {**asked, **window}, None).json()["slots"]

    assert slot["items"] == [
        {
            "staff": [shop.person.public_id],
            "start": rfc3339(tomorrow_at(10)),
            "end": rfc3339(tomorrow_at(11)),
        },
        {"staff": [juho.public_id], "start": rfc3339(tomorrow_at(11)), "end": rfc3339(tomorrow_at(12, 30))},
    ]
    made = Api().post("/bookings", {**asked, "start": slot["start"]})
    assert made.status_code == 201
    assert [item["name"] for item in made.json()["items"]] == ["Cut", "Colour"]
    assert made.json()["price"]["amount"] == 14000
    answer = Api().post("/bookings", {**asked, "start": slot["start"]})
    assert refused(answer) == (409, "slot_taken")
    assert len(answer.json()["alternatives"]) == 3
    option = make_option(shop.service)
    bearer = Api(made.json()["token"])
    changes_ = {"items": [{"id": made.json()["items"][0]["id"], "options": [option.public_id]}]}
    changed = bearer.post(f"/bookings/{made.json()['ref']}/details", changes_)
    assert changed.json()["price"]["amount"] == 15200, changed.json()
