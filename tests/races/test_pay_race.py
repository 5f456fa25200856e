"""Paying while the same hold is cancelled, changed or promised to the counter: nobody is left with a bill."""

from collections.abc import Callable

import pytest

from bookings.selectors.access import Access
from bookings.services import changes, holds, paying
from payments.errors import PaymentClosed
from payments.gateways.sandbox import SandboxGateway
from payments.models import Payment
from payments.sandbox.models import SandboxIntent
from tests.bookings.conftest import Shop, contact, of_first, shop
from tests.factories import make_option
from tests.payments.paying import together

__all__ = ["contact", "shop"]

pytestmark = pytest.mark.django_db(transaction=True)

Contact = Callable[..., holds.Contact]


def cancel(shop: Shop, access: Access) -> None:
    access = shop.again(access)
    changes.cancel(access=access, version=changes.preview(access=access, action="cancel").version)


def add_option(shop: Shop, access: Access) -> None:
    option = make_option(shop.service, extra_min=0, price_amount=1200)
    holds.details(access=shop.again(access), options=of_first(access, option))


def promise(shop: Shop, access: Access) -> None:
    paying.pay(access=shop.again(access), method="counter", return_url="")


@pytest.mark.parametrize("meanwhile", [cancel, add_option, promise])
def test_what_happens_while_the_gateway_is_asked_closes_the_payment(
    shop: Shop,
    contact: Contact,
    monkeypatch: pytest.MonkeyPatch,
    meanwhile: Callable[[Shop, Access], None],
) -> None:
    access = shop.hold(contact=contact())
    create = SandboxGateway.create

    def slowly(self: SandboxGateway, order: object) -> object:
        meanwhile(shop, access)
        return create(self, order)  # type: ignore[arg-type]

    monkeypatch.setattr(SandboxGateway, "create", slowly)

    with pytest.raises(PaymentClosed):
        paying.pay(access=access, method="sandbox", return_url="http://testserver/")

    assert Payment.objects.get().status == "cancelled"
    assert SandboxIntent.objects.get().status == "canceled"


@pytest.mark.parametrize("meanwhile", [cancel, promise])
def test_no_payment_is_written_once_the_hold_has_ended(
    shop: Shop,
    contact: Contact,
    monkeypatch: pytest.MonkeyPatch,
    meanwhile: Callable[[Shop, Access], None],
) -> None:
    """Both at once, often: whichever comes first, no payment stays open for a booking that is not held."""
    for _ in range(5):
        access = shop.hold(contact=contact())
        _, other = together(
            lambda access=access: paying.pay(
                access=access, method="sandbox", return_url="http://testserver/"
            ),
            lambda access=access: meanwhile(shop, access),
        )
        assert not isinstance(other, Exception), other
        assert shop.again(access).booking.status in ("cancelled", "confirmed")
        assert not Payment.objects.filter(booking_ref=access.booking.ref, status__in=["created", "pending"])
        if shop.again(access).booking.status == "confirmed":
            cancel(shop, access)
