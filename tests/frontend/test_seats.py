"""Seats as customers choose, hold, pay and keep them on the pages."""

import uuid
from typing import Any

import pytest
from django.test import Client

from bookings.models import Booking, GroupSession
from bookings.services import sessions
from providers.models import Outlet, Service
from tests.factories import (
    make_group_service,
    make_option,
    make_outlet,
    make_session,
    make_sessions,
    make_staff,
    tomorrow_at,
)
from tests.frontend.booking_steps import pay, plate, send_hold, text
from tests.seating import assert_seats_add_up, sit

pytestmark = pytest.mark.django_db


@pytest.fixture
def outlet() -> Outlet:
    return make_outlet()


@pytest.fixture
def group(outlet: Outlet) -> Service:
    return make_group_service(outlet, capacity=4, staff=[make_staff(outlet)], name="Make-up")


def picker(client: Client, outlet: Outlet, group: Service, **query: Any) -> Any:
    return client.get(f"/o/{outlet.public_id}/book/{group.public_id}", query)


def held(client: Client, session: GroupSession, group: Service, seats: int) -> Booking:
    slot = plate(group, session.outlet, session.starts_at, session.public_id)
    response = send_hold(client, slot, seats=str(seats))
    assert response.status_code == 302, text(response)
    return Booking.objects.get(ref=response["Location"].split("/")[2])


def test_the_picker_lists_sessions_with_seats_left_for_so_many(
    client: Client, outlet: Outlet, group: Service
) -> None:
    session = make_session(outlet, group, tomorrow_at(10))
    sit(outlet, group, tomorrow_at(10), 1)
    page = picker(client, outlet, group)
    assert "3 seats left" in text(page)
    assert f":{session.public_id}" in page.content.decode()
    assert "groups of up to 4" in text(page)
    three = picker(client, outlet, group, seats=3, day=tomorrow_at(10).date())
    assert three.context["price"].amount == 15000
    assert "&amp;seats=3" in three.content.decode()
    assert "3 seats left" in text(three)
    assert "3 seats left" not in text(picker(client, outlet, group, seats=4))
    assert picker(client, outlet, group, seats="many").status_code == 200


def test_a_course_shows_all_of_its_dates(client: Client, outlet: Outlet, group: Service) -> None:
    make_sessions(outlet, group, tomorrow_at(10), dates=3, course="Evening looks")
    words = text(picker(client, outlet, group))
    assert "Evening looks" in words
    assert "3 dates, booked as one" in words


def test_seats_are_held_paid_and_shown_on_the_booking(client: Client, outlet: Outlet, group: Service) -> None:
    make_option(group, name="Longer")
    make_option(group, name="Kit", extra_min=0, price_amount=700)
    session = make_session(outlet, group, tomorrow_at(10))
    booking = held(client, session, group, 2)
    checkout = client.get(f"/b/{booking.ref}/checkout")
    assert "2 × Make-up" in text(checkout)
    assert "2 seats" in text(checkout)
    assert "Kit" in text(checkout)
    assert "Longer" not in text(checkout)
    assert pay(client, booking).status_code == 302
    page = text(client.get(f"/b/{booking.ref}"))
    assert "Seats 2" in page
    assert_seats_add_up()


def test_a_course_is_paid_once_and_its_page_has_the_dates(
    client: Client, outlet: Outlet, group: Service
) -> None:
    made = make_sessions(outlet, group, tomorrow_at(10), dates=3, course="Evening looks")
    booking = held(client, made[0], group, 1)
    assert booking.total_amount == 5000
    checkout = text(client.get(f"/b/{booking.ref}/checkout"))
    assert "Evening looks 1/3" in checkout
    assert pay(client, booking).status_code == 302
    page = client.get(f"/b/{booking.ref}")
    assert "3 dates" in text(page)
    assert text(page).count("/3") >= 3
    assert f"/b/{booking.ref}/move" not in page.content.decode()
    assert client.get(f"/b/{booking.ref}/move").status_code == 302


def test_a_full_session_shows_others_with_room(client: Client, outlet: Outlet, group: Service) -> None:
    session = make_session(outlet, group, tomorrow_at(10))
    later = make_session(outlet, group, tomorrow_at(14))
    sit(outlet, group, tomorrow_at(10), 3)
    slot = plate(group, outlet, tomorrow_at(10), session.public_id)
    page = send_hold(client, slot, seats="2")
    assert page.status_code == 409
    assert plate(group, outlet, tomorrow_at(14), later.public_id) in page.content.decode()
    assert page.context["seats"] == 2


def test_the_same_plate_with_other_seats_is_another_request(
    client: Client, outlet: Outlet, group: Service
) -> None:
    session = make_session(outlet, group, tomorrow_at(10))
    slot, nonce = plate(group, outlet, tomorrow_at(10), session.public_id), str(uuid.uuid4())
    places = {
        client.post("/hold", {"slot": slot, "nonce": nonce, "seats": n})["Location"] for n in ("1", "2")
    }
    assert len(places) == 2


def test_seats_move_on_the_page_to_another_session(client: Client, outlet: Outlet, group: Service) -> None:
    session = make_session(outlet, group, tomorrow_at(10))
    make_session(outlet, group, tomorrow_at(14))
    make_sessions(outlet, group, tomorrow_at(12), dates=2, course="Evening looks")
    booking = held(client, session, group, 2)
    pay(client, booking)
    page = client.get(f"/b/{booking.ref}/move")
    [part] = page.context["plan"].parts
    assert [time.start for time in part.times] == [tomorrow_at(14)]
    fields = {
        "start": part.times[0].value,
        "version": page.context["version"],
        "nonce": page.context["nonce"],
    }
    assert client.post(f"/b/{booking.ref}/move", fields).status_code == 302
    booking.refresh_from_db()
    assert booking.starts_at == tomorrow_at(14)
    assert_seats_add_up()


def test_a_cancelled_session_is_told_on_the_booking(client: Client, outlet: Outlet, group: Service) -> None:
    session = make_session(outlet, group, tomorrow_at(10))
    booking = held(client, session, group, 2)
    pay(client, booking)
    from bookings.errors import BookingsAffected

    with pytest.raises(BookingsAffected) as hit:
        sessions.cancel_session(session=session, actor="user:test")
    sessions.cancel_session(session=session, actor="user:test", acknowledged=hit.value.data["version"])
    assert "cancelled this visit" in text(client.get(f"/b/{booking.ref}"))
