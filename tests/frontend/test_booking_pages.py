"""From a time to a paid booking, and what each step refuses, as people see it."""

import re
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.test import Client

from accounts.principals import ANONYMOUS, Principal
from bookings.models import Booking
from bookings.services import holds
from common import clock
from common.clock import rfc3339
from common.models import Event
from geo.models import GeocodedAddress
from geo.rules.addresses import normalised
from payments.sandbox.service import act
from payments.selectors import open_payment_of
from providers.enums import Role
from providers.models import Outlet, Service, StaffMember
from tests.factories import (
    make_category,
    make_home_service,
    make_member,
    make_option,
    make_outlet,
    make_service,
    make_staff,
    make_user,
    tomorrow_at,
)

pytestmark = pytest.mark.django_db
WHO = {"name": "Helmi Virtanen", "email": "helmi@example.com", "phone": ""}


@pytest.fixture
def outlet() -> Outlet:
    return make_outlet()


@pytest.fixture
def person(outlet: Outlet) -> StaffMember:
    return make_staff(outlet, name="Aino Rinne")


@pytest.fixture
def service(outlet: Outlet, person: StaffMember) -> Service:
    return make_service(outlet, staff=[person])


def plate(service: Service, outlet: Outlet, start: datetime, staff: str = "") -> str:
    return f"{outlet.public_id}:{service.public_id}:{rfc3339(start)}" + (f":{staff}" if staff else "")


def text(response: Any) -> str:
    """What a reader sees: without tags, spaces as one."""
    body = re.sub(r"<(script|style)[^>]*>.*?</\1>", " ", response.content.decode(), flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", body).replace("&#x27;", "'").split())


def send_hold(client: Client, slot: str, **more: str) -> Any:
    return client.post("/hold", {"slot": slot, "nonce": str(uuid.uuid4()), **more})


def held_by(client: Client, outlet: Outlet, service: Service, start: datetime | None = None) -> Booking:
    response = send_hold(client, plate(service, outlet, start or tomorrow_at(10)))
    assert response.status_code == 302
    return Booking.objects.get(ref=response["Location"].split("/")[2])


def pay(client: Client, booking: Booking, method: str = "counter", **more: Any) -> Any:
    booking.refresh_from_db()
    page = client.get(f"/b/{booking.ref}/checkout")
    fields = {"do": "pay", "key": page.context["key"], "total": booking.total_amount, "method": method}
    return client.post(f"/b/{booking.ref}/checkout", {**fields, **WHO, **more})


def options_field(booking: Booking) -> str:
    """The name of the ticks of a booking's only service."""
    return f"options-{booking.items.get().public_id}"


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


def make_hold(outlet: Outlet, service: Service, start: datetime) -> Booking:
    asked = [holds.ItemRequest(service.public_id)]
    return holds.hold(principal=Principal(), outlet=outlet.public_id, items=asked, start=start).booking


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


def test_the_checkout_is_for_who_holds_it(client: Client, outlet: Outlet, service: Service) -> None:
    booking = held_by(client, outlet, service)

    assert client.get(f"/b/{booking.ref}/checkout").status_code == 200
    for path in ("", "/checkout", "/cancel", "/move", "/calendar.ics", "/code.svg"):
        assert Client().get(f"/b/{booking.ref}{path}").status_code == 404
    stranger = Client()
    stranger.force_login(make_user())
    assert stranger.get(f"/b/{booking.ref}/checkout").status_code == 404
    assert stranger.post(f"/b/{booking.ref}/checkout", {"do": "pay"}).status_code == 404


def test_paying_at_the_shop_confirms(client: Client, outlet: Outlet, service: Service) -> None:
    booking = held_by(client, outlet, service)

    response = pay(client, booking)

    assert response["Location"] == f"/b/{booking.ref}"
    booking.refresh_from_db()
    assert (booking.status, booking.customer and booking.customer.email) == ("confirmed", "helmi@example.com")
    page = client.get(response["Location"])
    assert "€50.00 at the shop" in text(page)
    assert client.get(f"/b/{booking.ref}/code.svg")["Content-Type"] == "image/svg+xml"
    assert b"BEGIN:VEVENT" in client.get(f"/b/{booking.ref}/calendar.ics").content


def test_a_receipt_names_the_year_of_the_visit(client: Client, outlet: Outlet, service: Service) -> None:
    booking = held_by(client, outlet, service)
    pay(client, booking)

    receipt = text(client.get(f"/b/{booking.ref}/receipt"))

    assert f"{booking.local_start:%-d %B %Y}, {booking.local_start:%-H:%M}" in receipt


def test_a_form_that_lacks_something_says_what_and_keeps_the_rest(
    client: Client, outlet: Outlet, service: Service
) -> None:
    booking = held_by(client, outlet, service)

    page = pay(client, booking, email="helmi@", phone="+358 40 12")

    assert page.status_code == 422
    body = page.content.decode()
    assert 'href="#id_email"' in body
    assert 'value="Helmi Virtanen"' in body
    assert 'value="+358 40 12"' in body
    booking.refresh_from_db()
    assert booking.status == "held"


def test_a_bad_number_is_said_beside_its_field(client: Client, outlet: Outlet, service: Service) -> None:
    page = pay(client, held_by(client, outlet, service), phone="+358 40 12")

    assert page.status_code == 422
    assert page.context["contact_form"].errors["phone"]


def test_options_change_the_price_and_keep_what_was_typed(
    client: Client, outlet: Outlet, service: Service
) -> None:
    option = make_option(service)
    booking = held_by(client, outlet, service)

    page = client.post(
        f"/b/{booking.ref}/checkout", {"do": "update", options_field(booking): option.public_id, **WHO}
    )

    assert page.status_code == 200
    assert "€62.00" in text(page)
    assert 'value="Helmi Virtanen"' in page.content.decode()


def test_nobody_pays_an_amount_they_have_not_seen(client: Client, outlet: Outlet, service: Service) -> None:
    option = make_option(service)
    booking = held_by(client, outlet, service)

    page = pay(client, booking, **{options_field(booking): option.public_id})

    assert page.status_code == 409
    assert "It is €62.00 now." in text(page)
    booking.refresh_from_db()
    assert booking.status == "held"
    assert pay(client, booking, **{options_field(booking): option.public_id}).status_code == 302


def test_a_longer_visit_that_does_not_fit_leaves_things_as_they_were(
    client: Client, outlet: Outlet, service: Service
) -> None:
    option = make_option(service)
    booking = held_by(client, outlet, service)
    make_hold(outlet, service, tomorrow_at(11))

    page = client.post(
        f"/b/{booking.ref}/checkout", {"do": "update", options_field(booking): option.public_id, **WHO}
    )

    assert page.status_code == 409
    assert "run into the next one" in text(page)
    assert [each["chosen"] for row in page.context["rows"] for each in row["options"]] == [False]
    assert 'value="Helmi Virtanen"' in page.content.decode()


def test_a_hold_is_extended_once(client: Client, outlet: Outlet, service: Service) -> None:
    booking = held_by(client, outlet, service)
    before = booking.hold_expires_at

    pages = [client.post(f"/b/{booking.ref}/checkout", {"do": "extend", **WHO}) for _ in range(2)]

    booking.refresh_from_db()
    assert before and booking.hold_expires_at == before + timedelta(minutes=10)
    assert [page.status_code for page in pages] == [200, 200]
    assert 'value="extend"' not in pages[0].content.decode()
    assert 'value="Helmi Virtanen"' in pages[0].content.decode()


def test_an_ended_hold_offers_its_time_again(client: Client, outlet: Outlet, service: Service) -> None:
    booking = held_by(client, outlet, service)
    Booking.objects.update(hold_expires_at=clock.now() - timedelta(seconds=1))

    seen = client.get(f"/b/{booking.ref}/checkout")
    sent = client.post(
        f"/b/{booking.ref}/checkout",
        {"do": "pay", "key": str(uuid.uuid4()), "total": 5000, "method": "counter", **WHO},
    )

    assert (seen.status_code, sent.status_code) == (200, 409)
    assert "is no longer held" in text(seen)
    assert "It is still free" in text(seen)
    [same] = [each for each in seen.context["times"] if each.start == booking.starts_at]
    again = client.post(f"/b/{booking.ref}/again", {"slot": same.value, "key": seen.context["nonce"]})
    assert again.status_code == 302


def test_an_unknown_deed_is_refused(client: Client, outlet: Outlet, service: Service) -> None:
    booking = held_by(client, outlet, service)
    assert client.post(f"/b/{booking.ref}/checkout", {"do": "fly"}).status_code == 422


def test_paying_twice_with_one_form_confirms_once(client: Client, outlet: Outlet, service: Service) -> None:
    booking = held_by(client, outlet, service)
    key = client.get(f"/b/{booking.ref}/checkout").context["key"]
    form = {"do": "pay", "key": key, "total": 5000, "method": "counter", **WHO}

    answers = [client.post(f"/b/{booking.ref}/checkout", form) for _ in range(2)]

    assert [answer["Location"] for answer in answers] == [f"/b/{booking.ref}"] * 2
    assert Booking.objects.get().status == "confirmed"
    assert Event.objects.filter(type="booking.confirmed").count() == 1


def test_sandbox_journey_declined_then_paid(client: Client, outlet: Outlet, service: Service) -> None:
    booking = held_by(client, outlet, service)

    hosted = pay(client, booking, "sandbox")["Location"]
    assert "/sandbox/pay/" in hosted
    waiting = client.get(f"/b/{booking.ref}")
    assert "We wait for the bank." in text(waiting)
    assert hosted in waiting.content.decode()

    act(hosted.rsplit("/", 1)[1], "decline")
    back = client.get(f"/b/{booking.ref}", follow=True)
    assert back.redirect_chain == [(f"/b/{booking.ref}/checkout", 302)]
    assert "The payment did not go through." in text(back)

    again = pay(client, booking, "sandbox")["Location"]
    act(again.rsplit("/", 1)[1], "pay")
    done = client.get(f"/b/{booking.ref}")
    booking.refresh_from_db()
    assert booking.status == "confirmed"
    assert open_payment_of(booking.ref) is None
    assert "Cancelling now gives back" in text(done)


def test_who_signs_in_midway_keeps_the_hold_and_books_as_themselves(
    client: Client, outlet: Outlet, service: Service
) -> None:
    booking = held_by(client, outlet, service)
    user = make_user(name="Helmi Laine")
    client.force_login(user)

    page = client.get(f"/b/{booking.ref}/checkout")
    assert "Helmi Laine" in text(page)
    assert "contact_form" not in page.context
    pay(client, booking)

    booking.refresh_from_db()
    assert booking.customer and booking.customer.user == user


def test_a_mail_link_is_traded_for_a_cookie(client: Client, outlet: Outlet, service: Service) -> None:
    asked = [holds.ItemRequest(service.public_id)]
    held = holds.hold(principal=Principal(), outlet=outlet.public_id, items=asked, start=tomorrow_at(10))

    response = client.get(f"/b/{held.booking.ref}/checkout?key={held.token}")

    assert (response.status_code, response["Location"]) == (302, f"/b/{held.booking.ref}/checkout")
    assert client.get(response["Location"]).status_code == 200
    assert "no-store" in client.get(response["Location"])["Cache-Control"]


@pytest.mark.parametrize("key", ["wrong", "hbt_wrong"])
def test_a_wrong_key_is_like_an_unknown_booking(
    client: Client, outlet: Outlet, service: Service, key: str
) -> None:
    booking = make_hold(outlet, service, tomorrow_at(10))

    assert client.get(f"/b/{booking.ref}?key={key}").status_code == 404
    assert client.get(f"/b/HA-00000-00000?key={key}").status_code == 404


def test_staff_see_whom_a_booking_is_for_but_not_its_code(
    client: Client, outlet: Outlet, service: Service
) -> None:
    booking = held_by(client, outlet, service)
    pay(client, booking)
    staff = Client()
    staff.force_login(make_member(outlet.provider, Role.STAFF))

    page = staff.get(f"/b/{booking.ref}")

    assert "Helmi Virtanen" in text(page)
    assert page.context["code"] == ""
    assert staff.get(f"/b/{booking.ref}/code.svg").status_code == 404
    assert f"/provider/{outlet.provider.public_id}/{outlet.public_id}/day" in page.content.decode()
