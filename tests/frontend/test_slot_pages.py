"""Times to choose from, holding one, and what is refused, as people see it."""

import uuid
from datetime import timedelta

import pytest
from django.contrib.gis.geos import Point
from django.test import Client

from accounts.principals import ANONYMOUS
from bookings.models import Booking
from bookings.services import holds
from common import clock
from geo.models import GeocodedAddress
from geo.rules.addresses import normalised
from providers.models import Outlet, Service, StaffMember
from tests.factories import (
    make_category,
    make_home_service,
    make_outlet,
    make_service,
    tomorrow_at,
)
from tests.frontend.booking_steps import make_hold, outlet, person, plate, send_hold, service, text

__all__ = ["outlet", "person", "service"]
pytestmark = pytest.mark.django_db


def test_slots_show_the_days_and_times_with_their_plates(
    client: Client, outlet: Outlet, service: Service, person: StaffMember
) -> None:
    day = tomorrow_at(10).astimezone(outlet.zone).date()

    page = client.get(f"/o/{outlet.public_id}/book/{service.public_id}?day={day}&staff={person.public_id}")

    assert page.status_code == 200
    assert plate(service, outlet, tomorrow_at(10), person.public_id) in page.content.decode()
    assert page.context["plan"].chosen == day
    assert [each.count for each in page.context["plan"].week if each.date == day] == [29]
    assert "Helsinki time" in text(page)


def test_slots_of_an_unknown_service_do_not_exist(client: Client, outlet: Outlet) -> None:
    assert client.get(f"/o/{outlet.public_id}/book/svc_unknown").status_code == 404
    assert client.get("/o/out_unknown/book/svc_unknown").status_code == 404


def test_an_empty_day_leads_to_the_next_with_room(
    client: Client, outlet: Outlet, service: Service, person: StaffMember
) -> None:
    outlet.window_days = 3
    outlet.save()
    day = tomorrow_at(10).astimezone(outlet.zone).date()
    for hour in range(9, 17):
        make_hold(outlet, service, tomorrow_at(hour))

    page = client.get(f"/o/{outlet.public_id}/book/{service.public_id}?day={day}")

    assert "Nothing is free on this day." in text(page)
    assert f"day={day + timedelta(days=1)}" in page.content.decode()


def test_without_any_room_the_nearest_elsewhere_are_offered(client: Client) -> None:
    full = make_outlet()
    service = make_service(full, staff=[], category=make_category("hair"))
    near = make_outlet(name="Salonki Lempi")
    make_service(near, category=make_category("hair"))

    page = client.get(f"/o/{full.public_id}/book/{service.public_id}")

    assert [card.name for card in page.context["elsewhere"]] == ["Salonki Lempi"]
    assert "Salonki Lempi" in text(page)


def test_a_plate_holds_once_however_often_it_is_sent(
    client: Client, outlet: Outlet, service: Service
) -> None:
    form = {"slot": plate(service, outlet, tomorrow_at(10)), "nonce": str(uuid.uuid4())}
    twin = Client()

    first, second = client.post("/hold", form), twin.post("/hold", form)

    assert first["Location"] == second["Location"] == f"/b/{Booking.objects.get().ref}/checkout"
    assert client.get(first["Location"]).status_code == twin.get(second["Location"]).status_code == 200


def test_a_taken_time_shows_alternatives_that_hold(client: Client, outlet: Outlet, service: Service) -> None:
    make_hold(outlet, service, tomorrow_at(10))

    page = send_hold(client, plate(service, outlet, tomorrow_at(10)))

    assert page.status_code == 409
    assert "This time has just been taken." in text(page)
    alternatives = page.context["alternatives"]
    assert [time.start for time in alternatives] == [
        tomorrow_at(9),
        tomorrow_at(11),
        tomorrow_at(11, 15),
    ]
    assert send_hold(client, alternatives[0].value).status_code == 302


@pytest.mark.parametrize(
    "slot", ["", "x", "a:b:yesterdayZ", "a:b:2026-11-24T07:00:00", "a:b:2026-11-24T07:00:00Z\x00"]
)
def test_a_plate_that_is_not_one_is_refused(client: Client, slot: str) -> None:
    assert send_hold(client, slot).status_code == 422
    assert not Booking.objects.exists()


def test_a_past_time_is_refused_on_the_picker(client: Client, outlet: Outlet, service: Service) -> None:
    page = send_hold(client, plate(service, outlet, clock.now() - timedelta(days=2)))

    assert page.status_code == 422
    assert "This time cannot be booked" in text(page)


def test_the_address_of_a_refusal_can_be_reloaded(client: Client) -> None:
    assert client.get("/hold").status_code == 302


def test_a_home_visit_asks_for_the_address_and_keeps_what_was_typed(client: Client, outlet: Outlet) -> None:
    service = make_home_service(outlet)
    slot = plate(service, outlet, tomorrow_at(10))

    empty = send_hold(client, slot, address_note="Third floor")
    unknown = send_hold(client, slot, address_line="Nowhere at all 1", address_note="Third floor")

    assert empty.status_code == unknown.status_code == 422
    assert "Tell us where to come." in text(empty)
    assert 'value="Third floor"' in empty.content.decode()
    assert 'value="Nowhere at all 1"' in unknown.content.decode()
    assert unknown.context["address_form"].errors["address_line"]
    assert not Booking.objects.exists()


def picker_url(outlet: Outlet, service: Service) -> str:
    day = tomorrow_at(10).astimezone(outlet.zone).date()
    return f"/o/{outlet.public_id}/book/{service.public_id}?day={day}"


def test_a_home_visit_asks_where_before_it_shows_times(client: Client, outlet: Outlet) -> None:
    service = make_home_service(outlet)
    know_address("Vaasankatu 7", outlet.point)
    url = picker_url(outlet, service)

    before = client.get(url)
    unknown = client.post(url, {"address_line": "Nowhere at all 1"})
    known = client.post(url, {"address_line": "Vaasankatu 7"})
    after = client.get(url)

    assert f'formaction="{url}"' in before.content.decode()  # the day that was chosen stays
    assert before.context["plan"] is None and unknown.context["plan"] is None
    assert (unknown.status_code, known.status_code) == (422, 302)
    assert known["Location"] == url  # which does not say where
    assert plate(service, outlet, tomorrow_at(10)) in after.content.decode()
    assert 'value="Vaasankatu 7"' in after.content.decode()


def test_the_times_of_a_home_visit_leave_room_for_the_way(client: Client, outlet: Outlet) -> None:
    service = make_home_service(outlet)
    know_address("Vaasankatu 7", outlet.point)
    far = Point(outlet.point.x - 0.06, outlet.point.y, srid=4326)
    know_address("Hernesaarenkatu 1", far)
    url = picker_url(outlet, service)
    client.post(url, {"address_line": "Vaasankatu 7"})
    near = plate(service, outlet, tomorrow_at(13))
    assert near in client.get(url).content.decode()

    holds.hold(
        principal=ANONYMOUS,
        outlet=outlet.public_id,
        items=[holds.ItemRequest(service.public_id)],
        start=tomorrow_at(12),
        address=holds.Address("Hernesaarenkatu 1"),
    )

    assert near not in client.get(url).content.decode()
    refused = send_hold(client, near, address_line="Vaasankatu 7")
    assert refused.status_code == 409
    assert refused.context["alternatives"]
    client.post(url, {"address_line": "Hernesaarenkatu 1"})
    assert near in client.get(url).content.decode()


def test_where_they_do_not_come_there_are_no_times(client: Client, outlet: Outlet) -> None:
    service = make_home_service(outlet, 1000)
    know_address("Hernesaarenkatu 1", Point(outlet.point.x - 0.06, outlet.point.y, srid=4326))
    url = picker_url(outlet, service)
    client.post(url, {"address_line": "Hernesaarenkatu 1"})

    page = client.get(url)

    assert page.context["plan"] is None
    assert page.context["address_form"].errors["address_line"]


def test_whoever_is_visited_at_home_is_not_told_to_come(client: Client, outlet: Outlet) -> None:
    know_address("Vaasankatu 7", outlet.point)
    slot = plate(make_home_service(outlet), outlet, tomorrow_at(10))

    checkout = text(client.get(send_hold(client, slot, address_line="Vaasankatu 7")["Location"]))

    assert "they find nobody" in checkout
    assert "you do not come" not in checkout


def know_address(line: str, point: Point) -> None:
    street, number = line.rsplit(" ", 1)
    GeocodedAddress.objects.create(
        street=street,
        street_key=normalised(street),
        housenumber=number,
        number_from=int(number),
        number_to=int(number),
        city="Helsinki",
        country="FI",
        point=point,
    )
