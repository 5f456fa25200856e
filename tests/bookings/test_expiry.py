"""What time does to visits, when something else happens meanwhile or goes wrong."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from bookings.models import Booking
from bookings.selectors.access import Access
from bookings.services import expiry, holds, paying, visits
from common import clock
from tests.bookings.conftest import Shop
from tests.factories import tomorrow_at

pytestmark = pytest.mark.django_db

Contact = Callable[..., holds.Contact]


def confirmed(shop: Shop, contact: Contact, start: datetime) -> Access:
    access = shop.hold(start, contact=contact(email=f"guest{start.hour}@example.com"))
    paying.pay(access=access, method="counter", return_url="")
    return access


def long_over(*visits: Access) -> None:
    start = clock.now() - timedelta(hours=26)
    Booking.objects.filter(pk__in=[access.booking.pk for access in visits]).update(
        starts_at=start, ends_at=start + timedelta(hours=1)
    )


def test_a_visit_that_was_moved_meanwhile_is_not_completed(
    shop: Shop, contact: Contact, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = confirmed(shop, contact, tomorrow_at(10)), confirmed(shop, contact, tomorrow_at(12))
    long_over(first, second)
    complete = visits.complete_by_time

    def then_the_second_moves(ref: str) -> None:
        complete(ref)
        Booking.objects.filter(pk=second.booking.pk).update(
            starts_at=tomorrow_at(14), ends_at=tomorrow_at(15)
        )

    monkeypatch.setattr(visits, "complete_by_time", then_the_second_moves)

    assert expiry.complete_unmarked() == 1
    assert shop.again(second).booking.status == "confirmed"


def test_one_visit_that_fails_keeps_no_other_waiting(
    shop: Shop, contact: Contact, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = confirmed(shop, contact, tomorrow_at(10))
    fine = confirmed(shop, contact, tomorrow_at(12))
    long_over(broken, fine)
    complete = visits.complete_by_time

    def fail_for_one(ref: str) -> None:
        if ref == broken.booking.ref:
            raise ValueError("unknown policy version 2")
        complete(ref)

    monkeypatch.setattr(visits, "complete_by_time", fail_for_one)

    assert expiry.complete_unmarked() == 1
    assert shop.again(fine).booking.status == "completed"


def test_one_hold_that_fails_keeps_no_other_waiting(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, fine = shop.hold(tomorrow_at(10)), shop.hold(tomorrow_at(12))
    Booking.objects.update(hold_expires_at=clock.now() - timedelta(seconds=1))
    expire = expiry.expire

    def fail_for_one(booking: Booking) -> None:
        if booking.pk == broken.booking.pk:
            raise ValueError("a subscriber fails")
        expire(booking)

    monkeypatch.setattr(expiry, "expire", fail_for_one)

    assert expiry.expire_holds() == 1
    assert shop.again(fine).booking.status == "expired"
    assert shop.again(broken).booking.status == "held"
