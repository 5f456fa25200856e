"""Refunds, release and fees: where the money goes, each once."""

import pytest
from django.db import transaction

from common import clock
from common.errors import IdempotencyKeyReused
from common.models import OutboxMessage
from payments import gateways, services
from payments.enums import AccountKind, RefundStatus
from payments.errors import GatewayRefused, GatewayUnavailable, InsufficientFunds, RefundTooMuch
from payments.gateways.base import RefundOrder, RefundState
from payments.gateways.sandbox import SandboxGateway
from payments.models import LedgerTransaction, Payment, Refund
from payments.sandbox.models import SandboxRefund
from payments.selectors import balance, held_amount, provider_balance
from payments.services.refunds import FIRST_RETRY, LONGEST_RETRY
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


def ask_back(amount: int, key: str = "why") -> list[Refund]:
    return services.refund_payment(booking_ref=BOOKING, amount=amount, reason="test", actor=ACTOR, key=key)


def test_a_refund_leaves_escrow_when_asked_for_and_the_gateway_is_told_after_commit() -> None:
    payment = pay_online(5800)

    [refund] = ask_back(2000)

    assert held_amount(BOOKING) == 3800
    assert balance(AccountKind.REFUND_DUE, BOOKING, "EUR") == 2000
    assert not SandboxRefund.objects.exists()
    [message] = OutboxMessage.objects.filter(event__type="refund.requested", handler__startswith="payments.")
    assert message.event.payload["refund"] == refund.public_id

    from payments.handlers import refund_at_gateway

    for _ in range(3):  # at least once
        refund_at_gateway(message.event)

    refund.refresh_from_db()
    assert refund.status == RefundStatus.DONE
    assert balance(AccountKind.REFUND_DUE, BOOKING, "EUR") == 0
    assert balance(AccountKind.GATEWAY, "sandbox", "EUR") == -3800
    assert SandboxRefund.objects.get().amount == 2000
    assert event_types(payment)[-2:] == ["refund.requested", "refund.done"]


def test_the_same_key_asks_once() -> None:
    pay_online(5800)

    assert ask_back(2000, "cancel") == ask_back(2000, "cancel")

    assert paid_amount(BOOKING) == 3800
    with pytest.raises(IdempotencyKeyReused):
        ask_back(2001, "cancel")


def test_no_more_is_asked_back_than_was_paid() -> None:
    pay_online(5800)
    ask_back(3000, "first")

    with pytest.raises(RefundTooMuch):
        ask_back(2801, "second")
    assert paid_amount(BOOKING) == 2800


def test_nothing_can_be_asked_back_of_a_payment_that_was_not_made() -> None:
    open_online()

    with pytest.raises(RefundTooMuch):
        ask_back(1)


def test_the_newest_payment_is_given_back_first() -> None:
    first = pay_online(5800)
    second = pay_online(1000)

    refunds = ask_back(1500)

    assert [(refund.payment_id, refund.amount) for refund in refunds] == [(second.pk, 1000), (first.pk, 500)]


def test_one_payment_of_several_can_be_named() -> None:
    first = pay_online(5800)
    pay_online(1000)

    [refund] = services.refund_payment(
        booking_ref=BOOKING, amount=900, reason="test", actor=ACTOR, key="k", payment_id=first.public_id
    )

    assert refund.payment_id == first.pk


def test_a_rolled_back_decision_asks_nothing_back() -> None:
    pay_online(5800)

    with pytest.raises(RuntimeError), transaction.atomic():
        ask_back(2000)
        raise RuntimeError

    assert held_amount(BOOKING) == 5800
    assert not Refund.objects.exists()


def test_a_crash_between_the_gateway_and_the_commit_is_settled_without_paying_twice() -> None:
    payment = pay_online(5800)
    [refund] = ask_back(2000)
    # The gateway gave the money back, and the process died before it could note it.
    gateways.get("sandbox").refund(
        RefundOrder(
            reference=refund.public_id,
            gateway_ref=payment.gateway_ref,
            amount=2000,
            currency="EUR",
            idempotency_key=str(refund.idempotency_key),
        )
    )

    with clock.at(clock.now() + FIRST_RETRY):
        assert services.retry_refunds() == 1

    refund.refresh_from_db()
    assert refund.status == RefundStatus.DONE
    assert SandboxRefund.objects.count() == 1
    assert balance(AccountKind.GATEWAY, "sandbox", "EUR") == -3800


def test_a_refund_that_the_gateway_tells_of_first_is_noted_once() -> None:
    payment = pay_online(5800)
    [refund] = ask_back(2000)
    gateways.get("sandbox").refund(
        RefundOrder(refund.public_id, payment.gateway_ref, 2000, "EUR", str(refund.idempotency_key))
    )

    services.sync_payment(payment_id=payment.public_id)
    services.carry_out_refund(refund_id=refund.public_id)

    assert event_types(payment).count("refund.done") == 1


class TroubledGateway(SandboxGateway):
    """A sandbox whose refunds go wrong in a given way."""

    def __init__(self, trouble: Exception) -> None:
        self.trouble = trouble

    def refund(self, order: RefundOrder) -> RefundState:
        raise self.trouble


@pytest.fixture
def sandbox_again() -> object:
    yield
    gateways.register(SandboxGateway())


@pytest.mark.usefixtures("sandbox_again")
def test_a_refund_waits_for_a_gateway_that_does_not_answer() -> None:
    pay_online(5800)
    [refund] = ask_back(2000)
    gateways.register(TroubledGateway(GatewayUnavailable()))
    services.carry_out_refund(refund_id=refund.public_id)
    with clock.at(clock.now() + FIRST_RETRY):
        services.retry_refunds()
    refund.refresh_from_db()
    assert (refund.status, refund.tries) == (RefundStatus.REQUESTED, 1)

    gateways.register(SandboxGateway())
    with clock.at(clock.now() + LONGEST_RETRY * 2):
        services.retry_refunds()

    refund.refresh_from_db()
    assert refund.status == RefundStatus.DONE


@pytest.mark.usefixtures("sandbox_again")
def test_a_refused_refund_is_told_and_its_money_stays_set_aside() -> None:
    payment = pay_online(5800)
    [refund] = ask_back(2000)
    gateways.register(TroubledGateway(GatewayRefused()))

    services.carry_out_refund(refund_id=refund.public_id)

    refund.refresh_from_db()
    assert (refund.status, refund.next_try_at) == (RefundStatus.FAILED, None)
    assert event_types(payment)[-1] == "refund.failed"
    assert balance(AccountKind.REFUND_DUE, BOOKING, "EUR") == 2000


def test_release_gives_the_provider_what_is_held_less_five_percent() -> None:
    pay_online(5810)

    services.release_escrow(booking_ref=BOOKING, actor=ACTOR)

    assert held_amount(BOOKING) == 0
    assert provider_balance(PROVIDER, "EUR") == 5519
    assert balance(AccountKind.COMMISSION, "marketplace", "EUR") == 291  # 290.5, half up


def test_release_keeps_the_share_that_the_payment_was_opened_with() -> None:
    payment = pay_online(10000)
    Payment.objects.filter(pk=payment.pk).update(commission_bp=1000)

    services.release_escrow(booking_ref=BOOKING, actor=ACTOR)

    assert provider_balance(PROVIDER, "EUR") == 9000


def test_release_happens_once_and_not_without_money() -> None:
    assert services.release_escrow(booking_ref=BOOKING, actor=ACTOR) is None
    pay_online()
    assert services.release_escrow(booking_ref=BOOKING, actor=ACTOR) is not None
    assert services.release_escrow(booking_ref=BOOKING, actor=ACTOR) is None


def test_released_money_cannot_be_refunded() -> None:
    pay_online()
    services.release_escrow(booking_ref=BOOKING, actor=ACTOR)

    with pytest.raises(RefundTooMuch):
        ask_back(1)
    assert not Refund.objects.exists()


@pytest.mark.parametrize(("keep", "earned", "back"), [(0, 0, 5800), (2900, 2755, 2900), (5800, 5510, 0)])
def test_a_cancellation_shares_out_what_is_held(keep: int, earned: int, back: int) -> None:
    pay_online(5800)

    for _ in range(2):
        services.settle_cancellation(booking_ref=BOOKING, keep_amount=keep, actor=ACTOR)

    assert held_amount(BOOKING) == 0
    assert provider_balance(PROVIDER, "EUR") == earned
    assert balance(AccountKind.REFUND_DUE, BOOKING, "EUR") == back


def test_cancelling_an_unpaid_booking_moves_nothing_and_closes_its_payment() -> None:
    payment = open_online()

    services.settle_cancellation(booking_ref=BOOKING, keep_amount=2900, actor=ACTOR)

    payment.refresh_from_db()
    assert payment.status == "cancelled"
    assert not LedgerTransaction.objects.exists()


def test_a_fee_larger_than_what_is_held_is_refused_whole() -> None:
    pay_online(5800)

    with pytest.raises(InsufficientFunds):
        services.settle_cancellation(booking_ref=BOOKING, keep_amount=5801, actor=ACTOR)
    assert held_amount(BOOKING) == 5800


def test_a_fee_for_a_late_move_is_kept_once_and_the_rest_stays_held() -> None:
    pay_online(5800)

    for _ in range(2):
        services.keep_fee(booking_ref=BOOKING, amount=1000, key="move:1", actor=ACTOR)

    assert held_amount(BOOKING) == 4800
    assert provider_balance(PROVIDER, "EUR") == 950
