"""A provider that cancels late gives something besides; it is in the wallet, and pays the next visit."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from bookings.models import Booking
from bookings.selectors.access import Access, booking_for
from bookings.services import changes, expiry, paying
from common import clock
from common.models import Event
from payments import services as payments
from payments.enums import AccountKind
from payments.models import LedgerAccount, Payment
from payments.rules.policy import Policy
from payments.sandbox import service as sandbox
from payments.selectors import balance, held_amount
from payments.selectors.wallets import wallet_balance, wallet_lines
from tests.bookings.conftest import Shop
from tests.bookings.test_price_changes import agreed, pay_open
from tests.factories import tomorrow_at

pytestmark = pytest.mark.django_db
TERMS = Policy(breach_percent=40, breach_before_min=48 * 60)


@pytest.fixture
def strict(shop: Shop) -> Shop:
    """The shop promises 40 % when it cancels less than two days before."""
    payments.set_policy(provider=shop.outlet.provider, policy=TERMS, actor="user:o")
    return shop


def wallet(shop: Shop) -> int:
    assert shop.customer.user
    return wallet_balance(shop.customer.user.public_id, "EUR")


def cancelled_late(shop: Shop) -> Access:
    """A visit of 50.00 of tomorrow, paid online, which the shop gives up: 20.00 go into the wallet."""
    access = agreed(shop, online=True)
    manager = shop.as_owner(access)
    found = changes.preview(access=manager, action="cancel")
    assert (found.refund, found.compensation) == (5000, 2000)
    changes.cancel(access=manager, version=found.version)
    return access


def hold(shop: Shop, hour: int = 15) -> Access:
    return shop.hold(tomorrow_at(hour), principal=shop.customer)


def pay(access: Access) -> str:
    paying.pay(access=access, method="sandbox", wallet=True, return_url="http://localhost/")
    return str(Booking.objects.get(pk=access.booking.pk).status)


def test_a_late_provider_gives_everything_back_and_something_besides(strict: Shop) -> None:
    access = cancelled_late(strict)

    assert wallet(strict) == 2000
    assert balance(AccountKind.PAYABLE, strict.outlet.provider.public_id, "EUR") == -2000
    assert Payment.objects.get(booking_ref=access.booking.ref).refunded == 5000
    told = Event.objects.filter(subject_id=access.booking.ref, type="booking.cancelled").get()
    assert told.payload["compensation"] == 2000
    assert payments.verify() == []


def test_in_time_or_by_the_customer_there_is_none(strict: Shop) -> None:
    far = strict.hold(tomorrow_at(10, days=4), principal=strict.customer)
    paying.pay(access=far, method="counter", return_url="")
    assert changes.preview(access=strict.as_owner(far), action="cancel").compensation == 0
    near = agreed(strict)
    assert changes.preview(access=near, action="cancel").compensation == 0


def test_a_guest_gets_everything_back_and_no_wallet(strict: Shop, contact) -> None:
    access = strict.hold(contact=contact())
    paying.pay(access=access, method="counter", return_url="")
    manager = strict.as_owner(access)

    found = changes.preview(access=manager, action="cancel")
    changes.cancel(access=manager, version=found.version)

    assert found.compensation == 0
    assert not LedgerAccount.objects.filter(kind="wallet").exists()


def test_the_wallet_pays_a_part_and_the_gateway_the_rest(strict: Shop) -> None:
    cancelled_late(strict)
    access = hold(strict)

    assert pay(access) == "held"
    assert (wallet(strict), held_amount(access.booking.ref)) == (0, 2000)
    rest = Payment.objects.get(booking_ref=access.booking.ref, method="sandbox")
    assert rest.amount == 3000
    pay_open(access.booking.ref)

    booking = Booking.objects.get(pk=access.booking.pk)
    assert (booking.status, booking.payment_state, booking.prepaid_amount) == ("confirmed", "paid", 5000)
    assert held_amount(booking.ref) == 5000
    # Given up in time, each part goes to where it came from.
    with clock.at(booking.starts_at - timedelta(hours=25)):
        mine = booking_for(strict.customer, booking.ref)
        changes.cancel(access=mine, version=changes.preview(access=mine, action="cancel").version)
    assert wallet(strict) == 2000
    assert payments.verify() == []
    assert strict.customer.user
    assert [line.amount for line in wallet_lines(strict.customer.user.public_id)] == [2000, -2000, 2000]


def test_a_wallet_that_is_enough_confirms_at_once(strict: Shop) -> None:
    cancelled_late(strict)
    give(strict, 4000)
    access = hold(strict)

    assert pay(access) == "confirmed"
    assert wallet(strict) == 1000
    assert held_amount(access.booking.ref) == 5000


def give(shop: Shop, amount: int) -> None:
    assert shop.customer.user
    payments.compensate(
        booking_ref="HA-0",
        provider_id=shop.outlet.provider.public_id,
        user_id=shop.customer.user.public_id,
        amount=amount,
        currency="EUR",
        actor="system",
    )


@pytest.mark.parametrize("how", ["expires", "is declined", "is paid another way"])
def test_what_was_not_paid_is_back_in_the_wallet(strict: Shop, how: str) -> None:
    cancelled_late(strict)
    access = hold(strict)
    pay(access)
    payment = Payment.objects.get(booking_ref=access.booking.ref, method="sandbox")
    if how == "expires":
        expiry.expire(Booking.objects.select_for_update().get(pk=access.booking.pk))
    elif how == "is declined":
        sandbox.act(payment.gateway_ref, "decline")
        payments.sync_payment(payment_id=payment.public_id)
    else:
        paying.pay(access=strict.again(access), method="counter", return_url="")

    assert (wallet(strict), held_amount(access.booking.ref)) == (2000, 0)
    if how == "expires":
        # The bank was slower than the hold: the rest goes back, too.
        sandbox.act(payment.gateway_ref, "pay")
        payments.sync_payment(payment_id=payment.public_id)
        payment.refresh_from_db()
        assert (payment.refunded, held_amount(access.booking.ref)) == (3000, 0)
    assert payments.verify() == []


def test_nobody_pays_with_anothers_wallet_and_none_falls_below_zero(strict: Shop, contact) -> None:
    cancelled_late(strict)
    access = strict.hold(tomorrow_at(16), contact=contact())
    paying.pay(access=access, method="sandbox", wallet=True, return_url="http://localhost/")
    assert Payment.objects.get(booking_ref=access.booking.ref).amount == 5000
    with pytest.raises(IntegrityError, match="ledger_balance_is_not_negative"), transaction.atomic():
        LedgerAccount.objects.filter(kind="wallet").update(balance=-1)
