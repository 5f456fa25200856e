"""Who cancels may have the money in their wallet, at once; and from there it can still go to where it came from."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from bookings.errors import NoWallet
from bookings.models import Booking
from bookings.selectors.access import Access
from bookings.services import changes, expiry, paying
from common import clock
from common.models import Event
from payments import services as payments
from payments.enums import AccountKind
from payments.errors import InvalidAmount, RefundTooMuch
from payments.models import Payment, Refund
from payments.selectors import balance, held_amount
from payments.selectors.wallets import returnable, wallet_balance
from tests.bookings.conftest import Shop
from tests.bookings.test_price_changes import agreed, agreed_soon
from tests.bookings.test_wallets import pay
from tests.factories import tomorrow_at

pytestmark = pytest.mark.django_db


def user_id(shop: Shop) -> str:
    assert shop.customer.user
    return shop.customer.user.public_id


def wallet(shop: Shop) -> int:
    return wallet_balance(user_id(shop), "EUR")


def cancelled_into_wallet(shop: Shop) -> Access:
    """A visit of 50.00, paid online and cancelled late: 25.00 are kept, 25.00 go into the wallet."""
    access = agreed_soon(shop)
    found = changes.preview(access=access, action="cancel")
    assert (found.refund, found.fee) == (2500, 2500)
    changes.cancel(access=access, version=found.version, to_wallet=True)
    return shop.again(access)


def test_it_is_there_at_once(shop: Shop) -> None:
    access = cancelled_into_wallet(shop)

    assert wallet(shop) == 2500
    assert held_amount(access.booking.ref) == 0
    refund = Refund.objects.get()
    assert (refund.status, refund.wallet, refund.amount) == ("done", user_id(shop), 2500)
    # The gateway was not asked: it still holds all of it for us.
    assert balance(AccountKind.GATEWAY, "sandbox", "EUR") == -5000
    told = Event.objects.get(subject_id=access.booking.ref, type="booking.cancelled").payload
    assert told["wallet"] is True
    assert payments.verify() == []


def test_chosen_on_a_page_it_is_kept_for_the_ten_seconds(shop: Shop) -> None:
    access = agreed_soon(shop)
    version = changes.preview(access=access, action="cancel").version
    changes.ask_to_cancel(access=access, version=version, to_wallet=True)
    assert wallet(shop) == 0

    changes.take_back_cancel(access=shop.again(access))
    assert not Booking.objects.get().cancel_to_wallet
    changes.ask_to_cancel(access=shop.again(access), version=version, to_wallet=True)
    Booking.objects.update(cancel_asked_at=clock.now() - timedelta(seconds=11))

    assert expiry.finish_cancellations() == 1
    assert wallet(shop) == 2500


def test_only_the_customer_with_an_account_chooses_it(shop: Shop, contact) -> None:
    access = agreed(shop, online=True)
    owner = shop.as_owner(access)
    for reader in (owner, guest(shop, contact)):
        version = changes.preview(access=reader, action="cancel").version
        for verb in (changes.cancel, changes.ask_to_cancel):
            with pytest.raises(NoWallet):
                verb(access=reader, version=version, to_wallet=True)


def guest(shop: Shop, contact) -> Access:
    access = shop.hold(tomorrow_at(14), contact=contact())
    paying.pay(access=access, method="counter", return_url="")
    return shop.again(access)


def test_from_there_it_goes_to_where_it_came_from(shop: Shop) -> None:
    access = cancelled_into_wallet(shop)
    assert returnable(user_id(shop), "EUR") == 2500

    (refund,) = payments.send_wallet_back(
        user_id=user_id(shop), currency="EUR", amount=2000, actor=shop.customer.actor
    )
    assert (wallet(shop), returnable(user_id(shop), "EUR")) == (500, 500)
    payments.carry_out_refund(refund_id=refund.public_id)

    assert balance(AccountKind.GATEWAY, "sandbox", "EUR") == -3000
    payment = Payment.objects.get(booking_ref=access.booking.ref)
    assert payment.refunded == 2500
    refund.refresh_from_db()
    assert (refund.status, refund.from_wallet) == ("done", user_id(shop))
    assert payments.verify() == []


def test_no_more_goes_than_came_nor_than_is_there(shop: Shop) -> None:
    cancelled_into_wallet(shop)
    for amount, error in ((0, InvalidAmount), (2501, RefundTooMuch)):
        with pytest.raises(error):
            payments.send_wallet_back(
                user_id=user_id(shop), currency="EUR", amount=amount, actor=shop.customer.actor
            )
    # 25.00 of a visit of 50.00: what is spent does not go back.
    assert pay(shop.hold(tomorrow_at(15), principal=shop.customer)) == "held"
    assert (wallet(shop), returnable(user_id(shop), "EUR")) == (0, 0)
    with pytest.raises(RefundTooMuch):
        payments.send_wallet_back(
            user_id=user_id(shop), currency="EUR", amount=2500, actor=shop.customer.actor
        )
    assert payments.verify() == []


def test_what_a_business_gave_stays(shop: Shop) -> None:
    access = agreed(shop, online=True)
    payments.compensate(
        booking_ref=access.booking.ref,
        provider_id=shop.outlet.provider.public_id,
        user_id=user_id(shop),
        amount=1000,
        currency="EUR",
        actor="user:o",
    )

    assert (wallet(shop), returnable(user_id(shop), "EUR")) == (1000, 0)


def test_paid_from_the_wallet_it_goes_back_there_however_it_was_chosen(shop: Shop) -> None:
    cancelled_into_wallet(shop)
    access = shop.hold(tomorrow_at(15), principal=shop.customer)
    pay(access)
    version = changes.preview(access=access, action="cancel").version
    changes.cancel(access=shop.again(access), version=version)

    assert wallet(shop) == 2500
    assert payments.verify() == []


def test_the_database_refuses_a_refund_into_a_wallet_that_is_not_done(shop: Shop) -> None:
    cancelled_into_wallet(shop)
    payment = Payment.objects.get()
    with (
        pytest.raises(IntegrityError, match="refund_into_a_wallet_is_done_at_once"),
        transaction.atomic(),
    ):
        Refund.objects.create(payment=payment, amount=1, reason="r", key="k", actor="a", wallet="usr_1")
    with (
        pytest.raises(IntegrityError, match="refund_into_a_wallet_is_done_at_once"),
        transaction.atomic(),
    ):
        Refund.objects.update(sent_on=2501)
