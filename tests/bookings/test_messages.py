"""A word to the customer: from whom it concerns, a few a day, and only in its row."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core import mail

from accounts.principals import Principal
from bookings.enums import Source
from bookings.errors import CannotBeReached, MoveRefused, TooManyMessages
from bookings.models import Booking, VisitMessage
from bookings.selectors.access import Access, booking_for
from bookings.selectors.messages import unread
from bookings.services import changes, front_desk, holds
from bookings.services.messages import A_DAY, mark_read, send_message
from common import clock
from common.errors import InvalidInput, NotAllowed
from common.models import AuditEntry, Event
from notifications.handlers import on_booking
from notifications.services import send_due
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


def as_customer(access: Access) -> Access:
    return replace(access, is_customer=True, role=None, staff_pk=None)


def after_five_minutes() -> None:
    with clock.at(clock.now() + timedelta(minutes=5, seconds=1)):
        send_due()


def test_it_goes_by_mail_in_the_words_it_was_written(own: Access) -> None:
    send_message(access=own, text=f"  {WORDS}  ")

    on_booking(Event.objects.get(type="booking.message_sent"))
    assert mail.outbox == []
    after_five_minutes()
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
    after_five_minutes()
    assert mail.outbox == []


def test_what_was_seen_by_then_is_not_told(own: Access) -> None:
    message = send_message(access=own, text=WORDS)
    on_booking(Event.objects.get(type="booking.message_sent"))

    assert mark_read(access=own, side="provider") == 0  # their own words
    assert mark_read(access=as_customer(own)) == 1
    after_five_minutes()

    assert mail.outbox == []
    message.refresh_from_db()
    assert message.read_at is not None


def test_the_customer_answers_and_the_business_is_told_once_it_was_not_read(own: Access) -> None:
    provider = own.booking.outlet.provider
    provider.email = "shop@example.com"
    provider.save(update_fields=["email"])
    send_message(access=as_customer(own), text="I am ten minutes late.")

    event = Event.objects.get(type="booking.message_sent")
    assert event.payload["by"] == "customer"
    on_booking(event)
    on_booking(event)
    after_five_minutes()

    [letter] = mail.outbox
    assert letter.to == ["shop@example.com"]
    assert "I am ten minutes late." in str(letter.body)
    assert unread([own.booking], by_customer=True) == {own.booking.pk: 1}
    assert unread([own.booking], by_customer=False) == {}


def test_it_closes_thirty_days_after_the_visit(own: Access) -> None:
    with clock.at(own.booking.ends_at + timedelta(days=29)):
        send_message(access=as_customer(own), text="I left my scarf.")
    with clock.at(own.booking.ends_at + timedelta(days=30)), pytest.raises(MoveRefused):
        send_message(access=as_customer(own), text="Still there?")


def test_a_colleague_writes_nothing(own: Access) -> None:
    other = make_member(own.booking.outlet.provider, Role.STAFF)
    with pytest.raises(NotAllowed):
        send_message(access=booking_for(Principal(user=other), own.booking.ref), text=WORDS)


@pytest.mark.parametrize("text", ["", " \n ", "x" * 2001])
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
