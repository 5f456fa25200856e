"""Two at once: nothing is captured, refunded or released twice. Real threads, real commits."""

import threading
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from common import events
from payments import gateways, services
from payments.enums import AccountKind
from payments.errors import RefundTooMuch
from payments.models import LedgerTransaction, Payment, Refund
from payments.sandbox import service as sandbox
from payments.sandbox.models import SandboxIntent, SandboxRefund
from payments.selectors import balance, held_amount, provider_balance
from payments.services import gateway_state
from tests.payments.paying import ACTOR, BOOKING, event_types, open_online, pay_online, together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("books")]

MANY = 6


def paid_but_untold() -> Payment:
    payment = open_online()
    sandbox.act(payment.gateway_ref, "pay")
    return payment


def test_a_capture_told_by_many_at_once_is_posted_once() -> None:
    payment = paid_but_untold()
    state = gateways.get("sandbox").fetch(gateway_ref=payment.gateway_ref)

    results = together(*[lambda: services.apply_gateway_state(gateway="sandbox", state=state)] * MANY)

    assert [getattr(result, "status", result) for result in results] == ["captured"] * MANY
    assert held_amount(BOOKING) == 5800
    assert event_types(payment) == ["payment.opened", "payment.captured"]


def test_without_the_payments_lock_the_same_race_is_stopped_only_by_the_database(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The twin: with the guard off all find the payment pending, and all but one fail on a constraint."""
    payment = paid_but_untold()
    state = gateways.get("sandbox").fetch(gateway_ref=payment.gateway_ref)
    found_pending = [0]

    def unlocked(pk: int) -> Payment:
        row = Payment.objects.get(pk=pk)
        found_pending[0] += row.status == "pending"
        return row

    monkeypatch.setattr(gateway_state, "lock_payment", unlocked)
    results = together(*[lambda: services.apply_gateway_state(gateway="sandbox", state=state)] * MANY)

    assert found_pending[0] > 1
    assert any(isinstance(result, Exception) for result in results)
    assert held_amount(BOOKING) == 5800


def lock_like_bookings(booking_ref: str) -> None:
    """Stands for the booking's row, which payments alone does not have."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [booking_ref])


def refund_against_capture(second: Payment) -> list[Any]:
    """One holds the booking and asks money back; meanwhile a capture's subscriber wants the booking."""
    booking_is_held, capture_has_begun = threading.Event(), threading.Event()

    @events.within_transaction("payment.captured")
    def confirm(event: events.Event) -> None:
        capture_has_begun.set()
        lock_like_bookings(BOOKING)

    def ask_back() -> None:
        with transaction.atomic():
            lock_like_bookings(BOOKING)
            booking_is_held.set()
            capture_has_begun.wait(timeout=1)
            services.refund_payment(booking_ref=BOOKING, amount=100, reason="race", actor=ACTOR, key="one")

    def hear() -> None:
        booking_is_held.wait(timeout=5)
        services.sync_payment(payment_id=second.public_id)

    return together(ask_back, hear)


def two_payments_one_untold() -> Payment:
    pay_online(5800)
    return paid_but_untold()


def test_the_booking_is_locked_before_its_payments() -> None:
    second = two_payments_one_untold()
    services.register_owner_lock(lock_like_bookings)

    assert refund_against_capture(second) == [None, None]
    assert held_amount(BOOKING) == 2 * 5800 - 100


def test_without_the_bookings_lock_first_a_refund_and_a_capture_deadlock() -> None:
    """The twin: with the guard off each waits for what the other holds, and the database ends one of them."""
    second = two_payments_one_untold()

    results = refund_against_capture(second)

    assert [str(result).startswith("deadlock detected") for result in results].count(True) == 1


def test_opening_at_once_opens_one_payment() -> None:
    services.register_owner_lock(lock_like_bookings)

    results = together(*[open_online] * MANY)

    assert len({result.pk for result in results}) == 1
    assert Payment.objects.count() == SandboxIntent.objects.count() == 1


def test_without_the_bookings_lock_opening_at_once_is_stopped_by_the_database() -> None:
    """The twin: with the guard off, some find no open payment and run into the constraint."""
    results = together(*[open_online] * MANY)

    assert any(isinstance(result, IntegrityError) for result in results)
    assert Payment.objects.count() == 1


def test_refunds_asked_for_at_once_never_exceed_what_was_paid() -> None:
    pay_online(5800)

    def ask(key: int) -> Any:
        return lambda: services.refund_payment(
            booking_ref=BOOKING, amount=2000, reason="race", actor=ACTOR, key=str(key)
        )

    results = together(*[ask(key) for key in range(MANY)])

    assert sum(isinstance(result, list) for result in results) == 2
    assert sum(isinstance(result, RefundTooMuch) for result in results) == MANY - 2
    assert held_amount(BOOKING) == 1800


def test_the_same_refund_carried_out_by_many_is_paid_once() -> None:
    payment = pay_online(5800)
    [refund] = services.refund_payment(
        booking_ref=BOOKING, amount=2000, reason="race", actor=ACTOR, key="one"
    )

    results = together(*[lambda: services.carry_out_refund(refund_id=refund.public_id)] * MANY)

    assert results == [None] * MANY
    assert SandboxRefund.objects.count() == 1
    assert balance(AccountKind.GATEWAY, "sandbox", "EUR") == -3800
    assert event_types(payment).count("refund.done") == 1


def test_release_and_refund_at_once_share_the_money_out_once() -> None:
    pay_online(5800)

    together(
        lambda: services.release_escrow(booking_ref=BOOKING, actor=ACTOR),
        lambda: services.refund_payment(
            booking_ref=BOOKING, amount=5800, reason="race", actor=ACTOR, key="all"
        ),
        lambda: services.release_escrow(booking_ref=BOOKING, actor=ACTOR),
    )

    assert held_amount(BOOKING) == 0
    refunded = Refund.objects.exists()
    assert provider_balance("prv_0000000000000001", "EUR") == (0 if refunded else 5510)
    assert LedgerTransaction.objects.count() == 2


def test_workers_checking_at_once_take_each_payment_once() -> None:
    for number in range(4):
        open_online(booking_ref=f"HA-{number}")
    Payment.objects.update(next_check_at="2020-01-01T00:00:00Z")

    results = together(*[services.check_payments] * 3)

    assert sum(results) == 4
