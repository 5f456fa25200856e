"""Messages as both sides see them on their pages."""

import uuid

import pytest
from django.test import Client

from bookings.models import Booking, VisitMessage
from bookings.services.access import mail_link
from bookings.services.messages import send_message
from tests.bookings.test_messages import visit
from tests.frontend.booking_steps import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def own() -> object:
    return visit(email="ville@example.com")


def guest(booking: Booking) -> Client:
    client = Client()
    client.get(mail_link(booking).removeprefix("http://testserver"))
    return client


def test_a_guest_reads_and_answers_on_the_page_of_the_booking(own) -> None:
    client = guest(own.booking)
    sent = send_message(access=own, text="Come in by the yard.")
    assert "1 new" in text(client.get("/bookings"))

    page = client.get(f"/b/{own.booking.ref}")
    assert "Come in by the yard." in text(page)
    sent.refresh_from_db()
    assert sent.read_at is not None
    assert "1 new" not in text(client.get("/bookings"))

    answer = {"text": "Thank you <3", "key": str(uuid.uuid4())}
    assert client.post(f"/b/{own.booking.ref}/messages", answer).status_code == 302
    client.post(f"/b/{own.booking.ref}/messages", answer)
    assert VisitMessage.objects.filter(by_customer=True).count() == 1
    assert "Thank you &lt;3" in client.get(f"/b/{own.booking.ref}").content.decode()


def test_what_is_fetched_while_nobody_looks_is_not_seen(own) -> None:
    client = guest(own.booking)
    sent = send_message(access=own, text="Come in by the yard.")

    client.get(f"/b/{own.booking.ref}", headers={"Sec-Fetch-Mode": "cors"})
    sent.refresh_from_db()
    assert sent.read_at is None
    client.get(f"/b/{own.booking.ref}", headers={"Sec-Fetch-Mode": "cors", "X-In-Sight": "1"})
    sent.refresh_from_db()
    assert sent.read_at is not None


def test_what_is_refused_keeps_what_was_typed(own) -> None:
    client = guest(own.booking)
    page = client.post(f"/b/{own.booking.ref}/messages", {"text": "x" * 2001, "key": str(uuid.uuid4())})

    assert page.status_code == 422
    assert "At most 2,000 characters." in text(page)
    assert "x" * 2001 in page.content.decode()
