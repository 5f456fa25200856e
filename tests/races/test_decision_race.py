"""An objection decided by two operators at once, or withdrawn while it is decided: one of them, and the money once."""

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from bookings.errors import ObjectionEnded
from bookings.models import Booking
from bookings.selectors.access import Access
from bookings.services import core, holds, objections
from common import clock
from payments.models import Refund
from payments.selectors import held_amount
from payments.services import verify
from tests.bookings.conftest import Shop, contact, shop
from tests.bookings.test_changes import capture
from tests.bookings.test_requests import payment_of
from tests.factories import tomorrow_at
from tests.payments.paying import together
from tests.signing_in import as_operator, make_operator

__all__ = ["contact", "shop"]
pytestmark = pytest.mark.django_db(transaction=True)

Contact = Callable[..., holds.Contact]


@pytest.fixture
def objected(shop: Shop, contact: Contact) -> Access:
    access = shop.hold(tomorrow_at(10, days=3), contact=contact())
    capture(payment_of(access))
    start = clock.now() - timedelta(minutes=30)
    Booking.objects.update(starts_at=start, ends_at=start + timedelta(hours=1))
    objections.object_to(access=shop.again(access), reason="Nobody came.")
    return shop.again(access)


def decisions(objected: Access, *amounts: int) -> list[Callable[[], object]]:
    public_id = objected.booking.objections.get().public_id
    return [
        partial(
            objections.decide,
            principal=as_operator(make_operator()),
            objection=public_id,
            refund_amount=amount,
            reason="Heard.",
        )
        for amount in amounts
    ]


def test_of_two_operators_one_decides(objected: Access) -> None:
    results = together(*decisions(objected, 1000, 4000))

    assert sorted(type(result).__name__ for result in results) == ["Objection", "ObjectionEnded"]
    (winner,) = (result for result in results if not isinstance(result, ObjectionEnded))
    assert sum(Refund.objects.values_list("amount", flat=True)) == winner.refund_amount
    assert held_amount(objected.booking.ref) == 0
    assert verify() == []


def test_withdrawn_or_decided_not_both(shop: Shop, objected: Access) -> None:
    results = together(lambda: objections.withdraw(access=shop.again(objected)), *decisions(objected, 5000))

    assert sorted(type(result).__name__ for result in results) == ["Objection", "ObjectionEnded"]
    booking = shop.again(objected).booking
    if booking.objections.get().state == "withdrawn":
        assert (booking.status, held_amount(booking.ref)) == ("confirmed", 5000)
    else:
        assert (booking.status, held_amount(booking.ref)) == ("closed", 0)
    assert not booking.objection_open
    assert verify() == []


def test_without_the_bookings_lock_both_would_have_decided(
    objected: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: the lock taken away, both see it open, and only the ledger stands in the second one's way."""

    def unlocked(ref: str) -> Booking:
        return Booking.objects.select_related("outlet__provider").get(ref=ref)

    monkeypatch.setattr(core, "lock", unlocked)
    decide_share = objections.payments.share_out
    both = threading.Barrier(2, timeout=10)

    def after_both_have_looked(**fields: object) -> tuple[int, int]:
        both.wait()
        return decide_share(**fields)  # type: ignore[arg-type]

    monkeypatch.setattr(objections.payments, "share_out", after_both_have_looked)
    results = together(*decisions(objected, 1000, 4000))

    # Nobody was told that it had been decided: both got past the look.
    assert not [result for result in results if isinstance(result, ObjectionEnded)]
    assert verify() == []
