"""From a held time to a paid booking, and what each step refuses, as people see it."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client

from accounts.principals import Principal
from bookings.models import Booking
from bookings.services import holds
from common import clock
from common.models import Event
from payments.sandbox.service import act
from payments.selectors import open_payment_of
from providers.enums import Role
from providers.models import Outlet, Service
from tests.factories import (
    make_member,
    make_option,
    make_user,
    tomorrow_at,
)
from tests.frontend.booking_steps import (
    WHO,
    held_by,
    make_hold,
    options_field,
    outlet,
    pay,
    person,
    service,
    text,
)

__all__ = ["outlet", "person", "service"]
pytestmark = pytest.mark.django_db


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
