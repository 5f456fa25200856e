"""The price is held on a card, and taken when the visit is done; by the sandbox and by Stripe."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from bookings.enums import PaymentState
from bookings.errors import HoldDoesNotReach, PrepaymentNeeded
from bookings.models import Booking
from bookings.presenters import policy as shown_policy
from bookings.selectors.access import Access
from bookings.services import changes, holds, objections, paying, visits
from common import clock
from payments import services as payments
from payments.enums import AccountKind, PaymentStatus
from payments.models import Payment
from payments.rules.policy import Policy, Prepayment, Tier
from payments.sandbox import service as sandbox
from payments.selectors import balance, held_amount, on_card_amount, provider_balance
from payments.services import set_policy, sync_booking, sync_payment, verify
from tests.bookings.conftest import Shop
from tests.factories import make_due, tomorrow_at
from tests.stripe_peer.server import Peer

pytestmark = pytest.mark.django_db
Contact = Callable[..., holds.Contact]
HOLD = Policy(prepayment=Prepayment.HOLD)
# Late three days before: what is kept is 50 %.
COSTLY = Policy(cancel=(Tier(7 * 24 * 60, 0), Tier(0, 50)), prepayment=Prepayment.HOLD)


@dataclass
class Card:
    """The customer's side of a gateway."""

    method: str
    peer: Peer | None

    def approve(self, payment: Payment) -> None:
        if self.peer:
            self.peer.books.pay(payment.gateway_ref)
        else:
            sandbox.act(payment.gateway_ref, "pay")

    def lapse(self, payment: Payment) -> None:
        if self.peer:
            self.peer.books.lapse(self.peer.books.things[payment.gateway_ref]["payment_intent"])
        else:
            sandbox.cancel_intent(payment.gateway_ref)


@pytest.fixture(params=["sandbox", "stripe"])
def card(request: pytest.FixtureRequest, settings: Any) -> Iterator[Card]:
    settings.DEMO = True
    yield Card(request.param, request.getfixturevalue("peer") if request.param == "stripe" else None)
    assert verify() == []


@pytest.fixture
def on_sandbox(settings: Any) -> Iterator[Card]:
    settings.DEMO = True
    yield Card("sandbox", None)
    assert verify() == []


def held(shop: Shop, contact: Contact, policy: Policy = HOLD, *, days: int = 3) -> Access:
    set_policy(provider=shop.outlet.provider, policy=policy, currency="", actor=shop.owner.actor)
    access = shop.hold(tomorrow_at(10, days=days), principal=shop.customer)
    holds.details(access=access, contact=contact())
    return shop.again(access)


def latest() -> Payment:
    return Payment.objects.latest("pk")


def promises(access: Access, card: Card, *, whole: bool = False) -> Booking:
    """The customer's card holds it."""
    paying.pay(access=access, method=card.method, return_url="http://testserver/", whole=whole)
    card.approve(latest())
    sync_booking(booking_ref=access.booking.ref)
    return Booking.objects.get(pk=access.booking.pk)


def carried_out() -> Payment:
    """What the worker does after commit."""
    return sync_payment(payment_id=latest().public_id)


def test_nothing_is_taken_before_the_visit_is_done(shop: Shop, contact: Contact, card: Card) -> None:
    access = held(shop, contact)
    with pytest.raises(PrepaymentNeeded):
        paying.pay(access=access, method="counter", return_url="")
    assert shown_policy(access.booking).on_card

    booking = promises(access, card)

    assert (booking.status, booking.payment_state, booking.prepaid_amount) == ("confirmed", "on_card", 0)
    assert (on_card_amount(booking.ref), held_amount(booking.ref)) == (5000, 0)

    make_due(booking.ref)
    desk = shop.as_owner(access)
    visits.check_in(access=desk, code=None)
    visits.start(access=desk)
    visits.complete(access=desk)
    assert latest().capture_amount == 5000
    carried_out()

    booking.refresh_from_db()
    assert (booking.payment_state, booking.prepaid_amount) == (PaymentState.PAID, 5000)
    assert held_amount(booking.ref) == 5000
    visits.close(access=shop.again(access))
    assert provider_balance(shop.outlet.provider.public_id, "EUR") == 4750


def test_taken_after_the_visit_was_closed_it_is_the_providers(
    shop: Shop, contact: Contact, card: Card
) -> None:
    access = held(shop, contact)
    booking = promises(access, card)
    make_due(booking.ref)
    desk = shop.as_owner(access)
    visits.check_in(access=desk, code=None)
    visits.start(access=desk)
    visits.complete(access=desk)
    visits.close(access=shop.again(access))
    assert provider_balance(shop.outlet.provider.public_id, "EUR") == 0

    carried_out()

    assert provider_balance(shop.outlet.provider.public_id, "EUR") == 4750
    assert held_amount(booking.ref) == 0


def test_cancelled_in_time_the_card_is_free_again(shop: Shop, contact: Contact, card: Card) -> None:
    access = held(shop, contact)
    promises(access, card)

    preview = changes.preview(access=shop.again(access), action="cancel")
    booking = changes.cancel(access=shop.again(access), version=preview.version)
    carried_out()

    assert (preview.refund, preview.fee, preview.let_go) == (0, 0, 5000)
    assert (booking.status, booking.payment_state, booking.fee_amount) == ("cancelled", "unpaid", 0)
    assert latest().status == PaymentStatus.CANCELLED
    assert on_card_amount(booking.ref) == 0


def test_cancelled_late_the_fee_is_taken_and_the_rest_let_go(
    shop: Shop, contact: Contact, card: Card
) -> None:
    access = held(shop, contact, COSTLY)
    promises(access, card)

    preview = changes.preview(access=shop.again(access), action="cancel")
    booking = changes.cancel(access=shop.again(access), version=preview.version)
    assert (preview.refund, preview.fee, preview.let_go) == (0, 2500, 2500)
    assert booking.fee_amount == 2500
    payment = carried_out()

    booking.refresh_from_db()
    assert (payment.status, payment.amount) == (PaymentStatus.CAPTURED, 2500)
    assert (booking.payment_state, booking.prepaid_amount) == ("paid", 2500)
    assert provider_balance(shop.outlet.provider.public_id, "EUR") == 2375
    assert balance(AccountKind.GATEWAY, card.method, "EUR") == -2500


def test_nobody_came_and_the_fee_is_taken(shop: Shop, contact: Contact, on_sandbox: Card) -> None:
    access = held(shop, contact)
    booking = promises(access, on_sandbox)
    make_due(booking.ref)

    visits.no_show(access=shop.as_owner(access))
    carried_out()

    booking.refresh_from_db()
    assert (booking.status, booking.payment_state) == ("no_show", "paid")
    assert provider_balance(shop.outlet.provider.public_id, "EUR") == 4750


def test_the_provider_cancels_and_nothing_is_taken(shop: Shop, contact: Contact, on_sandbox: Card) -> None:
    access = held(shop, contact, COSTLY)
    promises(access, on_sandbox)
    desk = shop.as_owner(access)

    changes.cancel(access=desk, version=changes.preview(access=desk, action="cancel").version)
    carried_out()

    assert latest().status == PaymentStatus.CANCELLED
    assert not held_amount(access.booking.ref)


def test_what_the_bank_let_go_is_paid_at_the_counter(shop: Shop, contact: Contact, card: Card) -> None:
    access = held(shop, contact)
    booking = promises(access, card)
    card.lapse(latest())

    with clock.at(clock.now() + timedelta(days=7, minutes=1)):
        payments.check_payments()

    booking.refresh_from_db()
    assert (booking.status, booking.payment_state, booking.due_at_counter) == ("confirmed", "counter", 5000)
    assert latest().hint == "lapsed"


def test_what_lapsed_before_it_was_taken_is_paid_at_the_counter(
    shop: Shop, contact: Contact, card: Card
) -> None:
    access = held(shop, contact)
    booking = promises(access, card)
    make_due(booking.ref)
    desk = shop.as_owner(access)
    visits.check_in(access=desk, code=None)
    visits.start(access=desk)
    visits.complete(access=desk)
    card.lapse(latest())

    carried_out()

    booking.refresh_from_db()
    assert (booking.status, booking.payment_state, booking.due_at_counter) == ("completed", "counter", 5000)


def test_further_ahead_than_a_card_can_hold_it_is_paid_now(
    shop: Shop, contact: Contact, on_sandbox: Card
) -> None:
    access = held(shop, contact, days=6)
    assert not shown_policy(access.booking).on_card

    booking = promises(access, on_sandbox)

    assert (booking.payment_state, booking.prepaid_amount) == ("paid", 5000)
    assert held_amount(booking.ref) == 5000


def test_who_would_rather_pay_now_may(shop: Shop, contact: Contact, on_sandbox: Card) -> None:
    booking = promises(held(shop, contact), on_sandbox, whole=True)

    assert (booking.payment_state, held_amount(booking.ref)) == ("paid", 5000)


def test_it_moves_as_far_as_the_card_holds_it_and_where_that_costs_nothing(
    shop: Shop, contact: Contact, on_sandbox: Card
) -> None:
    access = held(shop, contact)
    promises(access, on_sandbox)
    near, far = tomorrow_at(12, days=3), tomorrow_at(12, days=8)

    with pytest.raises(HoldDoesNotReach):
        changes.preview(access=shop.again(access), action="reschedule", start=far)
    preview = changes.preview(access=shop.again(access), action="reschedule", start=near)
    with pytest.raises(HoldDoesNotReach):
        changes.reschedule(access=shop.again(access), start=far, staff=None, version=preview.version)
    booking = changes.reschedule(access=shop.again(access), start=near, staff=None, version=preview.version)

    assert (booking.starts_at, booking.payment_state) == (near, "on_card")


def test_a_move_that_costs_is_refused(shop: Shop, contact: Contact, on_sandbox: Card) -> None:
    access = held(
        shop, contact, Policy(change=(Tier(7 * 24 * 60, 0), Tier(0, 50)), prepayment=Prepayment.HOLD)
    )
    promises(access, on_sandbox)

    with pytest.raises(HoldDoesNotReach):
        changes.preview(access=shop.again(access), action="reschedule", start=tomorrow_at(12, days=3))


def test_somebody_objects_and_it_is_taken_to_be_decided_about(
    shop: Shop, contact: Contact, on_sandbox: Card
) -> None:
    access = held(shop, contact)
    booking = promises(access, on_sandbox)
    make_due(booking.ref, ago=timedelta(minutes=5))

    objections.object_to(access=shop.again(access), reason="Not what was sold at all.")
    carried_out()

    assert held_amount(booking.ref) == 5000


def test_held_for_a_time_that_is_gone_it_is_let_go(shop: Shop, contact: Contact, on_sandbox: Card) -> None:
    access = held(shop, contact)
    paying.pay(access=access, method="sandbox", return_url="http://testserver/")
    late = latest()
    Booking.objects.filter(pk=access.booking.pk).update(hold_expires_at=clock.now() - timedelta(minutes=1))
    other = shop.hold(tomorrow_at(10, days=3), contact=contact(email="b@example.com"))
    assert other.booking.status == "held"

    on_sandbox.approve(late)
    sync_booking(booking_ref=access.booking.ref)
    payment = sync_payment(payment_id=late.public_id)

    assert payment.status == PaymentStatus.CANCELLED
    assert sandbox.get_intent(late.gateway_ref)["status"] == "canceled"
    assert Booking.objects.get(pk=access.booking.pk).status == "expired"
