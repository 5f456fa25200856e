"""A payment is asked for again, for the process that did it died before it could answer: it is so already."""

from collections.abc import Callable

import pytest

from bookings.errors import MoveRefused
from bookings.models import Booking
from bookings.selectors.access import Access
from bookings.services import changes, holds, paying
from common.models import Event
from payments.models import LedgerTransaction, Payment
from payments.rules.policy import Policy, Prepayment
from payments.sandbox.service import act
from payments.services import set_policy, sync_booking, verify
from providers.models import Offering
from tests.bookings.conftest import Shop
from tests.factories import tomorrow_at

pytestmark = pytest.mark.django_db
Contact = Callable[..., holds.Contact]


def held(shop: Shop, contact: Contact, policy: Policy | None = None) -> Access:
    if policy:
        set_policy(provider=shop.outlet.provider, policy=policy, actor=shop.owner.actor)
    access = shop.hold(tomorrow_at(10, days=3), principal=shop.customer)
    holds.details(access=access, contact=contact())
    return shop.again(access)


def ask(shop: Shop, access: Access, method: str, *, whole: bool = False) -> str:
    paid = paying.pay(access=shop.again(access), method=method, whole=whole, return_url="http://testserver/")
    return paid.status


def pays(shop: Shop, access: Access, *, whole: bool = False) -> None:
    """Online, on the sandbox's page."""
    assert ask(shop, access, "sandbox", whole=whole) == "pending"
    act(Payment.objects.latest("pk").gateway_ref, "pay")
    sync_booking(booking_ref=access.booking.ref)


def written() -> tuple[int, int, int]:
    assert verify() == []
    return Event.objects.count(), Payment.objects.count(), LedgerTransaction.objects.count()


def test_a_promise_to_pay_at_the_counter_is_made_once(shop: Shop, contact: Contact) -> None:
    access = held(shop, contact)
    assert ask(shop, access, "counter") == "confirmed"
    before = written()

    assert ask(shop, access, "counter") == "confirmed"

    assert written() == before


def test_what_costs_nothing_is_agreed_once(shop: Shop, contact: Contact) -> None:
    Offering.objects.filter(service=shop.service).update(price_amount=0)
    access = held(shop, contact)
    assert ask(shop, access, "sandbox") == "confirmed"
    before = written()

    assert ask(shop, access, "sandbox") == "confirmed"

    assert written() == before


@pytest.mark.parametrize(
    ("policy", "whole", "status"),
    [
        (None, False, "captured"),
        (Policy(prepayment=Prepayment.DEPOSIT, deposit_percent=20), False, "captured"),
        (Policy(prepayment=Prepayment.DEPOSIT, deposit_percent=20), True, "captured"),
        (Policy(prepayment=Prepayment.HOLD), False, "authorised"),
    ],
)
def test_what_was_paid_online_is_paid_once(
    shop: Shop, contact: Contact, policy: Policy | None, whole: bool, status: str
) -> None:
    access = held(shop, contact, policy)
    pays(shop, access, whole=whole)
    before = written()

    assert ask(shop, access, "sandbox", whole=whole) == status

    assert Booking.objects.get(pk=access.booking.pk).status == "confirmed"
    assert written() == before


def test_another_payment_than_the_one_that_was_made_is_refused(shop: Shop, contact: Contact) -> None:
    promised = held(shop, contact)
    ask(shop, promised, "counter")
    with pytest.raises(MoveRefused):
        ask(shop, promised, "sandbox")

    changes.cancel(
        access=shop.again(promised),
        version=changes.preview(access=shop.again(promised), action="cancel").version,
    )
    with pytest.raises(MoveRefused):
        ask(shop, promised, "counter")


def test_a_deposit_is_neither_the_whole_price_nor_the_counter(shop: Shop, contact: Contact) -> None:
    access = held(shop, contact, Policy(prepayment=Prepayment.DEPOSIT, deposit_percent=20))
    pays(shop, access)
    before = written()

    with pytest.raises(MoveRefused):
        ask(shop, access, "sandbox", whole=True)
    with pytest.raises(MoveRefused):
        ask(shop, access, "counter")

    assert written() == before
