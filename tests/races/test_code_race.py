"""Guessing a check-in code many times at once gives no more than five guesses."""

from collections import Counter
from collections.abc import Callable

import pytest

from bookings.errors import CodeLocked, WrongCode
from bookings.selectors.access import booking_for
from bookings.services import holds, paying, visits
from tests.bookings.conftest import Shop, contact, shop
from tests.factories import make_due
from tests.payments.paying import together

__all__ = ["contact", "shop"]

pytestmark = pytest.mark.django_db(transaction=True)


def test_five_guesses_however_many_at_once(shop: Shop, contact: Callable[..., holds.Contact]) -> None:
    access = shop.hold(contact=contact())
    paying.pay(access=access, method="counter", return_url="")
    make_due(access.booking.ref)
    staff = booking_for(shop.staff, access.booking.ref)

    results = together(*[lambda: visits.check_in(access=staff, code="nope")] * 16)

    assert Counter(type(result) for result in results) == {WrongCode: 5, CodeLocked: 11}
