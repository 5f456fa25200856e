"""A shop with bookings, and a worker that hands out the news: twice, as a worker may."""

from collections.abc import Callable

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives

from common.events import handler_named
from common.models import OutboxMessage
from notifications.models import Message
from tests.bookings.conftest import contact, shop

__all__ = ["contact", "shop"]

Deliver = Callable[[], list[EmailMultiAlternatives]]


@pytest.fixture
def deliver() -> Deliver:
    """Give every waiting event to the handlers of notifications, twice; answers the mails that went out."""

    def run() -> list[EmailMultiAlternatives]:
        before = len(mail.outbox)
        waiting = list(OutboxMessage.objects.filter(handler__startswith="notifications.").order_by("pk"))
        for _ in range(2):
            for message in waiting:
                handler = handler_named(message.handler)
                assert handler is not None
                handler(message.event)
        OutboxMessage.objects.filter(pk__in=[message.pk for message in waiting]).delete()
        return list(mail.outbox[before:])

    return run


@pytest.fixture
def owed() -> Callable[[], list[tuple[str, str]]]:
    """Kind and state of every mail that was ever owed, in order."""

    def read() -> list[tuple[str, str]]:
        return list(Message.objects.order_by("pk").values_list("kind", "state"))

    return read
