"""The receipt by mail: every line of the price as it came to be, with the VAT in it."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from bookings.models import BookingItem
from bookings.services import holds, paying, price_changes, visits
from bookings.services.price_changes import Wish
from tests.bookings.conftest import Shop
from tests.factories import make_due, tomorrow_at
from tests.notifications.conftest import Deliver

pytestmark = pytest.mark.django_db


def test_the_receipt_shows_what_was_added_and_its_vat(
    shop: Shop, contact: Callable[..., holds.Contact], deliver: Deliver
) -> None:
    access = shop.hold(tomorrow_at(10), contact=contact())
    paying.pay(access=access, method="counter", return_url="")
    BookingItem.objects.filter(booking=access.booking).update(tax_percent=Decimal("25.50"))
    desk = shop.as_owner(access)
    change = price_changes.propose(access=desk, wish=Wish(name="Beard oil", amount=800))
    price_changes.approve(access=shop.again(access), change=change.public_id)
    deliver()
    make_due(access.booking.ref)
    for step in (visits.check_in, visits.start, visits.complete):
        step(access=shop.as_owner(access), **({"code": None} if step is visits.check_in else {}))

    (mail,) = [mail for mail in deliver() if "Receipt" in mail.subject]

    assert mail.to == ["helmi@example.com"]
    for words in (
        "Beard oil: €8.00",
        "Total: €58.00",
        "VAT 25.5% in it: €11.78",
        "Paid at the counter: €58.00",
    ):
        assert words in mail.body
    assert f"/b/{access.booking.ref}/receipt?key=" in mail.body
