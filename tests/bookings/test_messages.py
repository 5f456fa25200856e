"""A word to the customer: from whom it concerns, a few a day, and only in its row."""

from datetime import timedelta

import pytest
from django.core import mail

from accounts.principals import Principal
from bookings.enums import Source
from bookings.errors import CannotBeReached, MoveRefused, TooManyMessages
from bookings.models import Booking, VisitMessage
from bookings.selectors.access import Access, booking_for
from bookings.services import changes, front_desk, holds
from bookings.services.messages import A_DAY, send_message
from common.errors import InvalidInput, NotAllowed
from common.models import AuditEntry, Event
from notifications.handlers import on_booking
from providers.enums import Role
from tests.factories import make_member, make_outlet, make_service, make_staff, tomorrow_at

pytestmark = pytest.mark.django_db
WORDS = "Come in by the yard, please.\nThe front door is being painted."


@pytest.fixture
def own() -> Access:
    """Aino's visit with a customer who left an e-mail, as Aino."""
    return visit(email="ville@example.com")


def visit(**contact: str) -> Access:
    outlet = make_outlet(phone="+358401234567")
    aino = make_staff(outlet)
    service = make_service(outlet, staff=[aino])
    principal = Principal(user=make_member(outlet.provider, Role.STAFF, staff=aino))
    booking = front_desk.book_in(
        principal=principal,
        outlet=outlet.public_id,
        item=holds.ItemRequest(service.public_id),
        start=tomorrow_at(11),
        contact=holds.Contact("Ville", **contact),
        source=Source.PHONE,
    )
    return booking_for(principal, booking.ref)


def test_it_goes_by_mail_in_the_words_it_was_written(own: Access) -> None:
    send_message(access=own, text=f"  {WORDS}  ")

    on_booking(Event.objects.get(type="booking.message_sent"))
    [letter] = mail.outbox
    assert letter.to == ["ville@example.com"]
    for line in WORDS.splitlines():
        assert line in str(letter.body)
    assert "+358401234567" in str(letter.body)


def test_its_text_is_in_its_row_only(own: Access) -> None:
    message = send_message(access=own, text=WORDS)

    assert VisitMessage.objects.get().text == WORDS
    event = Event.objects.get(type="booking.message_sent")
    assert event.payload["message"] == message.public_id
    told = [str(event.payload) for event in Event.objects.all()] + [
        str(e.data) for e in AuditEntry.objects.all()
    ]
    assert not [text for text in told if "yard" in text]


def test_a_blanked_message_is_no_longer_sent(own: Access) -> None:
    send_message(access=own, text=WORDS)
    VisitMessage.objects.update(text="")

    on_booking(Event.objects.get(type="booking.message_sent"))
    assert mail.outbox == []


def test_a_colleague_writes_nothing(own: Access) -> None:
    other = make_member(own.booking.outlet.provider, Role.STAFF)
    with pytest.raises(NotAllowed):
        send_message(access=booking_for(Principal(user=other), own.booking.ref), text=WORDS)


@pytest.mark.parametrize("text", ["", " \n ", "x" * 501])
def test_it_is_neither_empty_nor_long(own: Access, text: str) -> None:
    with pytest.raises(InvalidInput):
        send_message(access=own, text=text)


def test_so_many_a_day_and_no_more(own: Access) -> None:
    for n in range(A_DAY):
        send_message(access=own, text=f"{n}")
    with pytest.raises(TooManyMessages):
        send_message(access=own, text="one more")
    VisitMessage.objects.update(sent_at=own.booking.starts_at - timedelta(days=7))
    send_message(access=own, text="another day")


def test_who_left_no_address_is_called_instead() -> None:
    access = visit(phone="0401234567")
    with pytest.raises(CannotBeReached):
        send_message(access=access, text=WORDS)


def test_nobody_writes_about_a_visit_that_was_given_up(own: Access) -> None:
    manager = Principal(user=make_member(own.booking.outlet.provider, Role.MANAGER))
    access = booking_for(manager, own.booking.ref)
    changes.cancel(access=access, version=changes.preview(access=access, action="cancel").version)
    with pytest.raises(MoveRefused):
        send_message(access=access, text=WORDS)
    assert Booking.objects.get().messages.count() == 0
