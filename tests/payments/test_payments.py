"""Opening, capturing, closing: what the gateway says, and what we believe."""

from dataclasses import replace

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from common import clock
from payments import gateways, services
from payments.enums import AccountKind, PaymentStatus
from payments.errors import AlreadyPaid, InvalidAmount, PaymentMethodUnavailable, UnknownPayment
from payments.gateways.base import PaymentState
from payments.models import LedgerTransaction, Payment
from payments.sandbox import service as sandbox
from payments.sandbox.models import SandboxIntent
from payments.selectors import balance, held_amount, open_payment_of, provider_balance
from payments.services.reconcile import ABANDONED
from tests.payments.paying import (
    ACTOR,
    BOOKING,
    PROVIDER,
    event_types,
    open_online,
    paid_amount,
    pay_online,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books")]


def state_of(payment: Payment) -> PaymentState:
    return gateways.get("sandbox").fetch(gateway_ref=payment.gateway_ref)


def test_an_opened_payment_waits_for_the_customer_at_the_gateway() -> None:
    payment = open_online()

    assert payment.status == PaymentStatus.PENDING
    assert payment.redirect_url == f"http://testserver/sandbox/pay/{payment.gateway_ref}"
    assert payment.commission_bp == 500
    assert event_types(payment) == ["payment.opened"]
    assert open_payment_of(BOOKING) == payment


def test_opening_again_takes_up_the_open_payment() -> None:
    first = open_online()

    assert open_online().pk == first.pk
    assert SandboxIntent.objects.count() == 1


def test_opening_with_another_amount_replaces_the_open_payment() -> None:
    first = open_online(5800)
    second = open_online(6300)

    first.refresh_from_db()
    assert first.status == PaymentStatus.CANCELLED
    assert second.amount == 6300
    assert open_payment_of(BOOKING) == second


def test_a_payment_whose_gateway_was_never_told_is_opened_by_the_next_check() -> None:
    payment = open_online()
    Payment.objects.filter(pk=payment.pk).update(gateway_ref="", redirect_url="")

    again = services.sync_payment(payment_id=payment.public_id)

    assert (again.gateway_ref, again.redirect_url) == (payment.gateway_ref, payment.redirect_url)
    assert SandboxIntent.objects.count() == 1


@pytest.mark.parametrize(("amount", "currency"), [(0, "EUR"), (-1, "EUR"), (100, "eur"), (100, "EURO")])
def test_an_impossible_amount_is_refused(amount: int, currency: str) -> None:
    with pytest.raises(InvalidAmount):
        open_online(amount, currency=currency)
    assert not Payment.objects.exists()


def test_the_sandbox_is_no_method_outside_a_demonstration(settings: object) -> None:
    settings.DEMO = False  # type: ignore[attr-defined]

    with pytest.raises(PaymentMethodUnavailable):
        open_online()
    assert gateways.methods() == ["counter"]


def test_a_captured_payment_is_in_escrow_once_however_often_it_is_told() -> None:
    payment = pay_online(5800)

    for _ in range(3):
        services.apply_gateway_state(gateway="sandbox", state=state_of(payment))

    payment.refresh_from_db()
    assert payment.status == PaymentStatus.CAPTURED
    assert payment.next_check_at is None
    assert held_amount(BOOKING) == paid_amount(BOOKING) == 5800
    assert event_types(payment) == ["payment.opened", "payment.captured"]


@pytest.mark.parametrize("status", [PaymentStatus.PENDING, PaymentStatus.FAILED, PaymentStatus.CANCELLED])
def test_a_captured_payment_never_goes_back(status: PaymentStatus) -> None:
    payment = pay_online()
    state = state_of(payment)

    services.apply_gateway_state(
        gateway="sandbox", state=replace(state, status=status, revision=state.revision + 1)
    )

    payment.refresh_from_db()
    assert payment.status == PaymentStatus.CAPTURED
    assert held_amount(BOOKING) == 5800
    with pytest.raises(DatabaseError, match="Invalid transition"), transaction.atomic():
        Payment.objects.filter(pk=payment.pk).update(status=status, captured_at=None)


def test_money_taken_for_a_payment_that_we_closed_is_still_captured() -> None:
    payment = open_online()
    services.cancel_open_payments(booking_ref=BOOKING, actor=ACTOR)
    sandbox.act(payment.gateway_ref, "pay")

    payment = services.sync_payment(payment_id=payment.public_id)

    assert payment.status == PaymentStatus.CAPTURED
    assert held_amount(BOOKING) == 5800
    assert event_types(payment) == ["payment.opened", "payment.cancelled", "payment.captured"]


def test_coming_back_from_the_gateways_page_is_enough_to_hear_of_the_payment() -> None:
    payment = open_online()
    sandbox.act(payment.gateway_ref, "pay")

    services.sync_booking(booking_ref=BOOKING)

    assert paid_amount(BOOKING) == 5800


def test_a_payment_that_we_closed_cannot_be_paid_any_more() -> None:
    payment = open_online()
    services.cancel_open_payments(booking_ref=BOOKING, actor=ACTOR)

    services.sync_payment(payment_id=payment.public_id)
    sandbox.act(payment.gateway_ref, "pay")

    payment = services.sync_payment(payment_id=payment.public_id)
    assert payment.status == PaymentStatus.CANCELLED
    assert payment.next_check_at is None
    assert paid_amount(BOOKING) == 0


def test_a_declined_payment_has_failed_and_another_may_be_opened() -> None:
    payment = open_online()
    sandbox.act(payment.gateway_ref, "decline")

    payment = services.sync_payment(payment_id=payment.public_id)

    assert payment.status == PaymentStatus.FAILED
    assert event_types(payment) == ["payment.opened", "payment.failed"]
    assert open_online().pk != payment.pk


def test_a_state_older_than_the_last_heard_is_ignored() -> None:
    payment = open_online()
    old = state_of(payment)
    sandbox.act(payment.gateway_ref, "decline")
    services.sync_payment(payment_id=payment.public_id)

    payment = services.apply_gateway_state(gateway="sandbox", state=old)

    assert payment.status == PaymentStatus.FAILED


@pytest.mark.parametrize(
    "wrong", [{"amount": 5799}, {"amount": 58000}, {"currency": "SEK"}, {"gateway_ref": "pi_x"}]
)
def test_a_capture_of_something_else_is_an_alarm_and_captures_nothing(wrong: dict[str, object]) -> None:
    payment = open_online(5800)
    sandbox.act(payment.gateway_ref, "pay")
    state = replace(state_of(payment), **wrong)  # type: ignore[arg-type]

    for _ in range(2):
        payment = services.apply_gateway_state(gateway="sandbox", state=state)

    assert payment.status == PaymentStatus.PENDING
    assert payment.mismatch_at is not None
    assert held_amount(BOOKING) == 0
    assert event_types(payment) == ["payment.opened", "payment.mismatch"]


def test_a_state_of_an_unknown_payment_is_refused() -> None:
    state = replace(state_of(open_online()), reference="pay_unknown")

    with pytest.raises(UnknownPayment):
        services.apply_gateway_state(gateway="sandbox", state=state)


def test_the_database_allows_one_open_payment_per_booking() -> None:
    payment = open_online()

    with pytest.raises(IntegrityError, match="payment_one_open_per_booking"), transaction.atomic():
        Payment.objects.create(
            booking_ref=BOOKING,
            provider_id=PROVIDER,
            method="sandbox",
            gateway="sandbox",
            amount=payment.amount,
            currency="EUR",
        )


def record(amount: int = 5800) -> Payment:
    return services.record_counter_payment(
        booking_ref=BOOKING, provider_id=PROVIDER, amount=amount, currency="EUR", actor=ACTOR
    )


def test_a_counter_payment_waits_without_a_redirect_and_is_never_asked_about() -> None:
    payment = open_online(method="counter")

    assert (payment.status, payment.redirect_url) == (PaymentStatus.PENDING, "")
    with clock.at(clock.now() + ABANDONED * 2):
        assert services.check_payments() == 0


def test_a_recorded_counter_payment_makes_the_provider_owe_the_commission() -> None:
    waiting = open_online(method="counter")

    payment = record(6000)

    assert payment.pk == waiting.pk
    assert (payment.status, payment.amount) == (PaymentStatus.CAPTURED, 6000)
    assert provider_balance(PROVIDER, "EUR") == -300
    assert balance(AccountKind.COMMISSION, "marketplace", "EUR") == 300
    assert held_amount(BOOKING) == 0
    assert paid_amount(BOOKING) == 6000


def test_a_counter_payment_is_recorded_once() -> None:
    record()

    with pytest.raises(AlreadyPaid):
        record()
    assert LedgerTransaction.objects.count() == 1


def test_paying_at_the_counter_closes_an_open_online_payment() -> None:
    online = open_online()

    record()

    online.refresh_from_db()
    assert online.status == PaymentStatus.CANCELLED
