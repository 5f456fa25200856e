"""What is kept fills in the checkout; the same once more; a hold lost at the last step; an account offered after."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts import selectors
from accounts.models import User
from accounts.principals import Principal
from accounts.services import save_person, save_vehicle
from bookings.models import Booking
from bookings.presenters import served, vehicle
from bookings.selectors.access import booking_for
from common import clock
from common.clock import rfc3339
from providers.models import Outlet, Service, StaffMember
from tests.factories import make_option, make_user, tomorrow_at
from tests.frontend.booking_steps import WHO, held_by, options_field, outlet, pay, person, service, text

__all__ = ["outlet", "person", "service"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return make_user(name="Helmi", email="helmi@example.com")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def asks_for_a_vehicle(service: Service) -> None:
    service.category.asks_vehicle = True
    service.category.save(update_fields=["asks_vehicle"])


def test_a_kept_person_and_vehicle_are_chosen(user: User, outlet: Outlet, service: Service) -> None:
    asks_for_a_vehicle(service)
    onni = save_person(user=user, name="Onni", phone="040 123 4567", note="Nuts", agreed=True)
    car = save_vehicle(user=user, plate="ABC-123", model="Volvo")
    client = signed_in(user)
    booking = held_by(client, outlet, service)
    page = text(client.get(f"/b/{booking.ref}/checkout"))
    assert ("Onni" in page, "ABC-123" in page) == (True, True)

    pay(client, booking, served=onni.public_id, vehicle=car.public_id)

    booking.refresh_from_db()
    assert booking.status == "confirmed"
    assert (booking.served_name, booking.served_phone, booking.served_note) == (
        "Onni",
        "+358401234567",
        "Nuts",
    )
    assert (booking.vehicle_plate, booking.vehicle_about) == ("ABC-123", "Volvo")
    assert "Nuts" in text(client.get(f"/b/{booking.ref}"))


def test_what_is_typed_is_kept_if_it_is_to_be(user: User, outlet: Outlet, service: Service) -> None:
    asks_for_a_vehicle(service)
    client = signed_in(user)
    booking = held_by(client, outlet, service)

    missing = pay(client, booking, served="new", served_name="", vehicle="new")
    assert missing.status_code == 422
    assert "Say who is coming" in text(missing)
    pay(
        client,
        booking,
        served="new",
        served_name="Onni",
        served_note="Nuts",
        keep_person="on",
        vehicle="new",
        vehicle_plate="xyz-1",
    )

    booking.refresh_from_db()
    assert (booking.status, booking.served_name, booking.vehicle_plate) == ("confirmed", "Onni", "XYZ-1")
    assert [each.note for each in selectors.people_of(user)] == ["Nuts"]
    assert not selectors.vehicles_of(user)


def test_a_guest_is_asked_for_three_things_and_a_plate_at_most(
    client: Client, outlet: Outlet, service: Service
) -> None:
    asks_for_a_vehicle(service)
    booking = held_by(client, outlet, service)
    page = client.get(f"/b/{booking.ref}/checkout").content.decode()
    typed = re.findall(r'<(?:input|textarea)[^>]+name="([a-z_]+)"', page)
    shown = [
        name for name in typed if name in {"name", "email", "phone"} or name.startswith(("served", "vehicle"))
    ]
    assert shown == ["name", "email", "phone", "vehicle_plate", "vehicle_about"]
    assert "keep_vehicle" not in typed


def test_a_number_is_read_as_the_outlets_country_dials_it(
    client: Client, outlet: Outlet, service: Service
) -> None:
    outlet.country = "SE"
    outlet.save(update_fields=["country"])
    booking = held_by(client, outlet, service)
    pay(client, booking, phone="070 123 45 67")
    booking.refresh_from_db()
    assert booking.customer is not None
    assert booking.customer.phone == "+46701234567"


def test_phone_and_note_go_to_who_serves_until_it_is_over(
    user: User, outlet: Outlet, service: Service
) -> None:
    booking = held_by(signed_in(user), outlet, service)
    Booking.objects.filter(pk=booking.pk).update(served_name="Onni", served_note="Nuts", vehicle_plate="A-1")
    mine = booking_for_user(user, booking.ref)
    told = served(mine)
    assert told is not None
    assert (told.name, told.note) == ("Onni", "Nuts")
    found = vehicle(mine)
    assert found is not None
    assert found.plate == "A-1"


def booking_for_user(user: User, ref: str) -> Any:
    return booking_for(Principal(user=user), ref)


def test_the_same_again_is_held_with_all_that_was_chosen(
    user: User, outlet: Outlet, service: Service, person: StaffMember
) -> None:
    option = make_option(service, name="Hot towel", extra_min=15, price_amount=1200)
    client = signed_in(user)
    first = held_by(client, outlet, service)
    client.post(f"/b/{first.ref}/checkout", {"do": "update", options_field(first): option.public_id})
    pay(client, first, served="new", served_name="Onni", **{options_field(first): option.public_id})
    first.refresh_from_db()
    assert first.status == "confirmed"

    page = client.get(f"/b/{first.ref}/again")
    # A few of a day, so that there is more than one to choose from.
    assert len({each.start.date() for each in page.context["times"]}) == 2
    slot = page.context["times"][0].value
    answer = client.post(f"/b/{first.ref}/again", {"slot": slot, "key": page.context["key"]})

    second = Booking.objects.get(ref=answer["Location"].split("/")[2])
    assert second.ref != first.ref
    assert (second.total_amount, second.served_name) == (first.total_amount, "Onni")
    assert second.items.get().staff == person
    assert 'value="new" id="served-new" checked' in client.get(answer["Location"]).content.decode()


def test_a_time_that_is_taken_meanwhile_leads_to_the_nearest(
    user: User, outlet: Outlet, service: Service
) -> None:
    client = signed_in(user)
    first = held_by(client, outlet, service)
    pay(client, first)

    taken = client.post(f"/b/{first.ref}/again", {"slot": rfc3339(tomorrow_at(10)), "key": str(uuid.uuid4())})

    assert taken.status_code == 409
    assert "These are the nearest that are free" in text(taken)
    assert taken.context["times"]
    assert signed_in(make_user()).get(f"/b/{first.ref}/again").status_code == 404


def test_a_hold_lost_at_the_last_step_keeps_what_was_typed(
    client: Client, outlet: Outlet, service: Service
) -> None:
    booking = held_by(client, outlet, service)
    page = client.get(f"/b/{booking.ref}/checkout")
    Booking.objects.filter(pk=booking.pk).update(hold_expires_at=clock.now() - timedelta(seconds=1))
    held_by(Client(), outlet, service)

    fields = {"do": "pay", "key": page.context["key"], "total": booking.total_amount, "method": "counter"}
    lost = client.post(f"/b/{booking.ref}/checkout", {**fields, **WHO, "phone": "040 123 4567"})
    assert lost.status_code == 409
    assert "Somebody else took it" in text(lost)
    slot = lost.context["times"][0].value
    answer = client.post(f"/b/{booking.ref}/again", {"slot": slot, "key": lost.context["nonce"]})

    assert answer.status_code == 302, text(answer)
    form = client.get(answer["Location"]).context["contact_form"]
    assert (form["name"].value(), form["phone"].value()) == ("Helmi Virtanen", "040 123 4567")


def test_a_guest_gets_an_account_by_one_press_and_a_code(
    client: Client, outlet: Outlet, service: Service
) -> None:
    booking = held_by(client, outlet, service)
    pay(client, booking)
    assert "Next time without typing" in text(client.get(f"/b/{booking.ref}"))

    answer = client.post(f"/b/{booking.ref}/join")
    assert answer["Location"].startswith("/account/login/code/confirm/")
    [sent] = [each for each in mail.outbox if "helmi@example.com" in each.to]
    code = re.search(r"\d{4}-\d{4}", str(sent.body))
    assert code
    home = client.post(answer["Location"], {"code": code[0], "next": f"/b/{booking.ref}"})

    assert home["Location"] == f"/b/{booking.ref}"
    booking.refresh_from_db()
    assert booking.customer is not None
    assert booking.customer.user == User.objects.get(email="helmi@example.com")
    assert client.post(f"/b/{booking.ref}/join").status_code == 404
