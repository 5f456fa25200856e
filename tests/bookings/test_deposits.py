"""A deposit online and the rest at the counter; all of it online; the time after booking in which it is free."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from accounts.enums import ConsentSource
from accounts.models import Consent
from bookings.enums import PaymentState
from bookings.errors import PolicyChanged, PrepaymentNeeded
from bookings.models import Booking
from bookings.selectors.access import Access
from bookings.services import changes, expiry, holds, paying, till, visits
from common import clock
from payments import services as payments
from payments.enums import AccountKind, CounterMeans
from payments.models import Payment
from payments.rules.policy import Policy, Prepayment, Tier
from payments.sandbox.service import act
from payments.selectors import balance, held_amount, provider_balance
from payments.services import drop_policy, set_policy, sync_booking, verify
from tests.bookings.conftest import Shop
from tests.factories import make_due, tomorrow_at

pytestmark = pytest.mark.django_db
Contact = Callable[..., holds.Contact]
OF_A_FIFTH = Policy(prepayment=Prepayment.DEPOSIT, deposit_percent=20)


@pytest.fixture(autouse=True)
def _prices(shop: Shop) -> None:
    assert shop.service.price_amount == 5000


def held(shop: Shop, contact: Contact, policy: Policy, currency: str = "") -> Access:
    """A hold under these terms, with who it is for."""
    set_policy(provider=shop.outlet.provider, policy=policy, currency=currency, actor=shop.owner.actor)
    access = shop.hold(tomorrow_at(10, days=3), principal=shop.customer)
    holds.details(access=access, contact=contact())
    return shop.again(access)


def pays(access: Access, *, whole: bool = False) -> Booking:
    """Online, on the sandbox's page."""
    paying.pay(access=access, method="sandbox", return_url="http://testserver/", whole=whole)
    act(Payment.objects.latest("pk").gateway_ref, "pay")
    sync_booking(booking_ref=access.booking.ref)
    return Booking.objects.get(pk=access.booking.pk)


def test_the_counter_alone_is_refused_where_a_deposit_is_agreed(shop: Shop, contact: Contact) -> None:
    access = held(shop, contact, OF_A_FIFTH)

    with pytest.raises(PrepaymentNeeded) as refused:
        paying.pay(access=access, method="counter", return_url="")

    assert refused.value.data == {"amount": 1000, "currency": "EUR"}
    assert shop.again(access).booking.status == "held"
    with pytest.raises(PrepaymentNeeded):
        paying.pay(access=access, method="counter", return_url="", agreed=ConsentSource.API)
    assert not Consent.objects.exists()
    # Whoever is at the shop's own desk may do without.
    paying.pay(access=shop.as_owner(access), method="counter", return_url="")
    assert shop.again(access).booking.status == "confirmed"


def test_a_deposit_confirms_and_the_rest_is_taken_at_the_counter(shop: Shop, contact: Contact) -> None:
    access = held(shop, contact, OF_A_FIFTH)

    booking = pays(access)

    assert (booking.status, booking.payment_state) == ("confirmed", PaymentState.COUNTER)
    assert (booking.prepaid_amount, booking.due_at_counter, held_amount(booking.ref)) == (1000, 4000, 1000)
    desk = shop.as_owner(access)
    with pytest.raises(PolicyChanged):
        till.take_payment(access=desk, amount=5000, means=CounterMeans.CASH)
    booking = till.take_payment(access=desk, amount=4000, means=CounterMeans.CASH)
    assert (booking.payment_state, booking.due_at_counter) == (PaymentState.PAID, 0)

    booking = till.reverse_payment(access=shop.as_owner(access), reason="Typed twice")
    assert (booking.payment_state, booking.due_at_counter) == (PaymentState.COUNTER, 4000)

    make_due(access.booking.ref)
    visits.check_in(access=shop.as_owner(access), code=None)
    visits.start(access=shop.as_owner(access))
    visits.complete(access=shop.as_owner(access))
    visits.close(access=shop.again(access))
    provider = shop.outlet.provider.public_id
    # 950 of the deposit, less 200 of commission for the 4000 in cash.
    assert provider_balance(provider, "EUR") == 950 - 200
    assert balance(AccountKind.COMMISSION, "marketplace", "EUR") == 250
    assert verify() == []


def test_all_of_it_may_be_paid_instead(shop: Shop, contact: Contact) -> None:
    booking = pays(held(shop, contact, OF_A_FIFTH), whole=True)

    assert (booking.payment_state, booking.prepaid_amount, booking.due_at_counter) == ("paid", 5000, 0)


def test_all_of_it_may_be_asked(shop: Shop, contact: Contact) -> None:
    access = held(shop, contact, Policy(prepayment=Prepayment.WHOLE))

    with pytest.raises(PrepaymentNeeded):
        paying.pay(access=access, method="counter", return_url="")
    assert pays(access).payment_state == "paid"


def test_a_fixed_deposit_is_no_more_than_the_price(shop: Shop, contact: Contact) -> None:
    access = held(shop, contact, Policy(prepayment=Prepayment.DEPOSIT, deposit_amount=9900), "EUR")

    booking = pays(access)

    assert (booking.payment_state, booking.prepaid_amount) == ("paid", 5000)


def test_of_a_deposit_a_late_cancellation_keeps_what_there_is(shop: Shop, contact: Contact) -> None:
    policy = Policy(
        cancel=(Tier(7 * 24 * 60, 0), Tier(0, 50)), prepayment=Prepayment.DEPOSIT, deposit_percent=20
    )
    access = held(shop, contact, policy)
    pays(access)

    preview = changes.preview(access=shop.again(access), action="cancel")
    booking = changes.cancel(access=shop.again(access), version=preview.version)

    assert (preview.refund, preview.fee) == (0, 1000)
    assert (booking.fee_amount, booking.payment_state) == (1000, "paid")
    assert provider_balance(shop.outlet.provider.public_id, "EUR") == 950
    assert verify() == []


def test_of_a_deposit_an_early_cancellation_gives_all_back(shop: Shop, contact: Contact) -> None:
    access = held(shop, contact, OF_A_FIFTH)
    pays(access)

    preview = changes.preview(access=shop.again(access), action="cancel")
    booking = changes.cancel(access=shop.again(access), version=preview.version)

    assert (preview.refund, booking.payment_state, held_amount(booking.ref)) == (1000, "refunded", 0)


def test_with_the_rest_taken_a_no_show_keeps_both(shop: Shop, contact: Contact) -> None:
    access = held(shop, contact, OF_A_FIFTH)
    pays(access)
    till.take_payment(access=shop.as_owner(access), amount=4000, means=CounterMeans.CASH)
    make_due(access.booking.ref)
    Booking.objects.filter(pk=access.booking.pk).update(
        policy={**OF_A_FIFTH.to_dict(), "no_show_percent": 60}
    )

    booking = visits.no_show(access=shop.as_owner(access))

    # 60 % of 5000 is 3000: the deposit, and 2000 of the cash; 2000 are handed back.
    assert (booking.fee_amount, booking.payment_state) == (3000, "refunded")
    assert provider_balance(shop.outlet.provider.public_id, "EUR") == 950 - 100
    assert verify() == []


def test_a_deposit_that_comes_too_late_takes_the_time_again(shop: Shop, contact: Contact) -> None:
    access = held(shop, contact, OF_A_FIFTH)
    paying.pay(access=access, method="sandbox", return_url="http://testserver/")
    act(Payment.objects.latest("pk").gateway_ref, "pay")
    Booking.objects.update(hold_expires_at=clock.now() - timedelta(minutes=1))
    expiry.expire_holds()
    assert shop.again(access).booking.status == "expired"

    sync_booking(booking_ref=access.booking.ref)

    booking = shop.again(access).booking
    assert (booking.status, booking.prepaid_amount, booking.due_at_counter) == ("confirmed", 1000, 4000)


def test_an_amount_that_was_never_asked_goes_back(shop: Shop, contact: Contact) -> None:
    access = held(shop, contact, OF_A_FIFTH)
    payment = payments.prepare_payment(
        booking_ref=access.booking.ref,
        provider_id=shop.outlet.provider.public_id,
        amount=777,
        method="sandbox",
        currency="EUR",
        actor=shop.customer.actor,
    )
    act(payments.start_payment(payment, actor=shop.customer.actor).gateway_ref, "pay")

    sync_booking(booking_ref=access.booking.ref)

    assert shop.again(access).booking.status == "held"
    assert held_amount(access.booking.ref) == 0
    assert Payment.objects.get(pk=payment.pk).refunded == 777


def test_the_terms_agreed_stay_when_the_providers_change(shop: Shop, contact: Contact) -> None:
    access = held(shop, contact, OF_A_FIFTH)
    drop_policy(rule=shop.outlet.provider.policy_rules.get(), actor=shop.owner.actor)

    assert shop.again(access).booking.asked_beforehand == 1000
    assert shop.hold(tomorrow_at(12, days=3)).booking.asked_beforehand == 0


def test_what_was_just_booked_is_taken_back_for_free(shop: Shop, contact: Contact) -> None:
    late = (Tier(7 * 24 * 60, 0), Tier(0, 50))
    access = held(
        shop,
        contact,
        Policy(cancel=late, change=late, booking_grace_min=30, prepayment=Prepayment.WHOLE),
    )
    pays(access)

    for action in ("cancel", "reschedule"):
        assert changes.preview(access=shop.again(access), action=action).fee == 0
    Booking.objects.update(confirmed_at=clock.now() - timedelta(minutes=31))
    for action in ("cancel", "reschedule"):
        assert changes.preview(access=shop.again(access), action=action).fee == 2500
