"""Reminders: 24 hours ahead, once per visit and time, never on the heels of another mail."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail

from bookings.models import Booking
from bookings.selectors.access import Access
from bookings.services import changes, holds, paying
from common import clock
from notifications.models import Message
from notifications.services import remind_due
from tests.bookings.conftest import Shop
from tests.factories import tomorrow_at
from tests.notifications.conftest import Deliver

pytestmark = pytest.mark.django_db


@pytest.fixture
def booked(shop: Shop, contact: Callable[..., holds.Contact], deliver: Deliver) -> Access:
    """Booked five days ahead; everything told so far is read."""
    access = shop.hold(tomorrow_at(10, days=5), contact=contact())
    paying.pay(access=access, method="counter", return_url="")
    deliver()
    mail.outbox.clear()
    return shop.again(access)


def _remind(before: timedelta, access: Access) -> list[str]:
    """The subjects of the mails of one round, `before` the visit."""
    count = len(mail.outbox)
    with clock.at(access.booking.starts_at - before):
        remind_due()
    return [m.subject.split(":")[0] for m in mail.outbox[count:]]


def test_the_day_before_and_only_once(booked: Access) -> None:
    assert _remind(timedelta(hours=24, minutes=1), booked) == []
    assert _remind(timedelta(hours=24), booked) == ["Soon"]
    assert _remind(timedelta(hours=23), booked) == []
    assert Booking.objects.get().reminded_at is not None
    assert booked.booking.check_in_code in mail.outbox[0].body


def test_not_when_it_is_nearly_over_after_an_outage(booked: Access) -> None:
    assert _remind(timedelta(hours=2), booked) == []


def test_not_of_what_was_cancelled(shop: Shop, booked: Access) -> None:
    changes.cancel(access=booked, version=changes.preview(access=booked, action="cancel").version)
    assert _remind(timedelta(hours=20), booked) == []


def test_not_to_who_booked_or_moved_within_the_last_day(booked: Access) -> None:
    Message.objects.update(created_at=booked.booking.starts_at - timedelta(hours=23))
    assert _remind(timedelta(hours=20), booked) == []


def test_a_moved_visit_is_reminded_of_anew(shop: Shop, booked: Access, deliver: Deliver) -> None:
    assert _remind(timedelta(hours=24), booked) == ["Soon"]
    start = tomorrow_at(14, days=8)
    version = changes.preview(access=booked, action="reschedule", start=start).version
    changes.reschedule(access=booked, start=start, staff=None, version=version)
    deliver()
    moved = shop.again(booked)

    assert _remind(timedelta(hours=24), moved) == ["Soon"]


def test_two_workers_remind_once(booked: Access, monkeypatch) -> None:
    """A rival claims the visit between this worker's look and its claim."""
    from notifications.services import reminders

    honest = reminders.transaction.atomic

    def after_a_rival(*args, **kwargs):
        Booking.objects.filter(reminded_at__isnull=True).update(reminded_at=clock.now())
        return honest(*args, **kwargs)

    monkeypatch.setattr(reminders.transaction, "atomic", after_a_rival)
    assert _remind(timedelta(hours=24), booked) == []
    assert not Message.objects.filter(kind="reminder").exists()
