"""Two workers at one mail: one sends it. The twin shows what happens without the claim."""

import time

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from bookings.services import paying
from notifications.enums import Kind
from notifications.models import Message
from notifications.selectors import customer_of, find_booking
from notifications.services import outgoing, owe
from tests.bookings.conftest import Shop
from tests.factories import tomorrow_at
from tests.payments.paying import together

pytestmark = pytest.mark.django_db(transaction=True)


class SlowBackend(EmailBackend):
    """A mail server that takes its time: whoever may send is at it at the same time."""

    def send_messages(self, messages):
        time.sleep(0.3)
        return super().send_messages(messages)


@pytest.fixture
def message(shop: Shop, contact, settings) -> Message:
    settings.EMAIL_BACKEND = "tests.notifications.test_sending_race.SlowBackend"
    access = shop.hold(tomorrow_at(10, days=5), contact=contact())
    paying.pay(access=access, method="counter", return_url="")
    booking = find_booking(access.booking.ref)
    assert booking is not None
    reader = customer_of(booking)
    assert reader is not None
    return owe(kind=Kind.REMINDER, booking=booking, to=reader, news="race")


def test_one_of_two_workers_sends(message: Message) -> None:
    sent = together(*[lambda: outgoing.send([message])] * 2)

    assert sorted(sent) == [0, 1]
    assert len(mail.outbox) == 1


def test_without_the_claim_both_would(message: Message, monkeypatch) -> None:
    monkeypatch.setattr(outgoing, "_due", lambda messages: messages)

    together(*[lambda: outgoing.send([message])] * 2)

    assert len(mail.outbox) == 2
