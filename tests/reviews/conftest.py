"""A shop whose visits are over, and who may say something about them."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from accounts.principals import Principal
from bookings.models import Booking
from bookings.selectors.access import Access
from bookings.services import holds
from common import clock
from tests.bookings.conftest import Shop, contact, shop
from tests.factories import tomorrow_at

__all__ = ["contact", "shop"]

WAY = ("confirmed", "checked_in", "started", "completed", "closed")
Visit = Callable[..., Access]


@pytest.fixture
def visit(shop: Shop, contact: Callable[..., holds.Contact]) -> Visit:
    """Makes visits that are over: each as its customer sees it, a guest unless `principal` says who."""
    made = 0

    def make(
        principal: Principal | None = None,
        *,
        status: str = "closed",
        days_ago: float = 1,
        name: str = "Helmi Virtanen",
        email: str = "helmi@example.com",
        phone: str | None = None,
    ) -> Access:
        nonlocal made
        start = tomorrow_at(9 + made % 8, days=1 + made // 8)
        made += 1
        who = {"principal": principal} if principal else {}
        access = shop.hold(start, contact=contact(name, email, phone), **who)
        row = Booking.objects.filter(pk=access.booking.pk)
        for step in WAY[: WAY.index(status) + 1]:
            row.update(status=step)
        end = clock.now() - timedelta(days=days_ago)
        row.update(starts_at=end - timedelta(hours=1), ends_at=end, completed_at=end)
        return shop.again(access)

    return make
