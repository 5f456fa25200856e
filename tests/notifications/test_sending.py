"""Each mail once: claims, refusals of the mail server, senders that die, and what is moot by then."""

from collections.abc import Callable
from datetime import timedelta
from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from accounts.models import Customer
from bookings.selectors.access import Access
from bookings.services import changes, holds, paying
from common import clock
from notifications.enums import State
from notifications.models import Message
from notifications.services import send, send_due
from notifications.services.outgoing import LEASE, MAX_ATTEMPTS
from tests.bookings.conftest import Shop
from tests.factories import tomorrow_at
from tests.notifications.conftest import Deliver

pytestmark = pytest.mark.django_db


class RefusingBackend(EmailBackend):
    """A mail server that is down."""

    def send_messages(self, messages):
        raise SMTPServerDisconnected("helmi@example.com was not taken")


@pytest.fixture
def booked(shop: Shop, contact: Callable[..., holds.Contact]) -> Access:
    shop.outlet.provider.email = ""
    shop.outlet.provider.save(update_fields=["email"])
    access = shop.hold(tomorrow_at(10, days=5), contact=contact())
    paying.pay(access=access, method="counter", return_url="")
    return shop.again(access)


@pytest.fixture
def refused(booked: Access, deliver: Deliver, settings) -> Message:
    """A mail that the server did not take."""
    settings.EMAIL_BACKEND = "tests.notifications.test_sending.RefusingBackend"
    deliver()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    return Message.objects.get()


def test_a_refused_mail_waits_and_keeps_no_address(refused: Message) -> None:
    assert (refused.state, refused.attempts, refused.sent_at) == (State.PENDING, 1, None)
    assert refused.last_error == "SMTPServerDisconnected"
    assert send_due() == 0


def test_it_is_tried_again_after_a_minute(refused: Message) -> None:
    with clock.at(clock.now() + timedelta(seconds=61)):
        assert send_due() == 1
        assert send_due() == 0

    refused.refresh_from_db()
    assert (refused.state, refused.attempts, refused.last_error) == (State.SENT, 2, "")
    assert len(mail.outbox) == 1


def test_after_ten_refusals_a_person_must_look(refused: Message, settings) -> None:
    settings.EMAIL_BACKEND = "tests.notifications.test_sending.RefusingBackend"
    at = clock.now()
    for _ in range(MAX_ATTEMPTS + 3):
        at += timedelta(hours=3)
        with clock.at(at):
            send_due()

    refused.refresh_from_db()
    assert (refused.state, refused.attempts) == (State.FAILED, MAX_ATTEMPTS)


def test_a_mail_that_somebody_is_sending_is_left_alone(refused: Message) -> None:
    now = clock.now()
    Message.objects.update(state=State.SENDING, claimed_at=now)

    with clock.at(now + LEASE - timedelta(seconds=1)):
        assert send([refused]) == 0
        assert send_due() == 0
    assert mail.outbox == []


def test_what_a_dead_sender_left_is_sent_after_the_lease(refused: Message) -> None:
    now = clock.now()
    Message.objects.update(state=State.SENDING, claimed_at=now)

    with clock.at(now + LEASE):
        assert send_due() == 1
        assert send_due() == 0
    assert len(mail.outbox) == 1


def test_copies_of_one_mail_carry_the_same_message_id(booked: Access, deliver: Deliver) -> None:
    deliver()
    Message.objects.update(state=State.SENDING, sent_at=None, claimed_at=clock.now() - LEASE)
    send_due()

    first, second = (m.extra_headers["Message-ID"] for m in mail.outbox)
    assert first == second


def test_a_confirmation_of_what_was_cancelled_since_is_not_sent(
    shop: Shop, refused: Message, booked: Access, deliver: Deliver
) -> None:
    access = shop.again(booked)
    changes.cancel(access=access, version=changes.preview(access=access, action="cancel").version)
    deliver()
    with clock.at(clock.now() + timedelta(minutes=5)):
        send_due()

    refused.refresh_from_db()
    assert refused.state == State.DROPPED
    assert [m.subject.split(":")[0] for m in mail.outbox] == ["Cancelled"]


def test_who_was_erased_since_is_not_written_to(refused: Message) -> None:
    Customer.objects.update(erased_at=clock.now(), name="", email=None, phone=None)
    with clock.at(clock.now() + timedelta(minutes=5)):
        send_due()

    refused.refresh_from_db()
    assert refused.state == State.DROPPED
    assert mail.outbox == []


def test_one_mail_that_cannot_be_written_does_not_hold_up_the_others(refused: Message) -> None:
    Message.objects.create(
        key="broken",
        kind="confirmed",
        booking_ref="HA-00000-00000",
        recipient="cus_x",
        language="en",
        next_try_at=refused.created_at - timedelta(hours=1),
    )
    with clock.at(clock.now() + timedelta(minutes=5)):
        assert send_due() == 2
    assert len(mail.outbox) == 1
    assert Message.objects.get(key="broken").last_error == "DoesNotExist"
