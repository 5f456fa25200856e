"""Chargebacks: the money leaves escrow or is taken back from who earned it, and comes back when it is won."""

import pytest

from payments import services
from payments.enums import AccountKind, DisputeStatus
from payments.errors import RefundTooMuch
from payments.models import Dispute, LedgerTransaction, Payment, Refund
from payments.sandbox import service as sandbox
from payments.selectors import balance, held_amount, provider_balance
from tests.payments.paying import ACTOR, BOOKING, PROVIDER, event_types, pay_online

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books")]


def disputed(*actions: str) -> None:
    """What the customer's bank does, heard of each time, twice."""
    paid = Payment.objects.get(booking_ref=BOOKING)
    for action in actions:
        sandbox.act(paid.gateway_ref, action)
        for _ in range(2):
            services.sync_payment(payment_id=paid.public_id)


def refunds_asked() -> list[str]:
    return list(Refund.objects.values_list("public_id", flat=True))


def money() -> dict[str, int]:
    return {
        "escrow": held_amount(BOOKING),
        "payable": provider_balance(PROVIDER, "EUR"),
        "commission": balance(AccountKind.COMMISSION, "marketplace", "EUR"),
        "gateway": balance(AccountKind.GATEWAY, "sandbox", "EUR"),
    }


def test_held_money_leaves_escrow_and_cannot_be_refunded_besides() -> None:
    payment = pay_online(5800)

    disputed("dispute")

    assert money() == {"escrow": 0, "payable": 0, "commission": 0, "gateway": 0}
    assert event_types(payment) == ["payment.opened", "payment.captured", "dispute.opened"]
    with pytest.raises(RefundTooMuch):
        services.refund_payment(booking_ref=BOOKING, amount=1, reason="test", actor=ACTOR, key="k")
    assert services.release_escrow(booking_ref=BOOKING, actor=ACTOR) is None


def test_earned_money_is_taken_back_from_those_who_got_it_in_their_shares() -> None:
    pay_online(5800)
    services.release_escrow(booking_ref=BOOKING, actor=ACTOR)
    assert money() == {"escrow": 0, "payable": 5510, "commission": 290, "gateway": -5800}

    disputed("dispute", "lose")

    assert money() == {"escrow": 0, "payable": 0, "commission": 0, "gateway": 0}
    assert Dispute.objects.get().status == DisputeStatus.LOST


def test_after_a_fee_the_rest_was_refunded_and_the_dispute_is_the_providers_loss() -> None:
    pay_online(5800)
    services.settle_cancellation(booking_ref=BOOKING, keep_amount=2900, actor=ACTOR)
    for refund in refunds_asked():
        services.carry_out_refund(refund_id=refund)

    disputed("dispute")

    # 2900 were refunded before: the bank takes 5800 all the same.
    assert money() == {"escrow": 0, "payable": -2900, "commission": 0, "gateway": 2900}


@pytest.mark.parametrize("released", [False, True])
def test_won_it_all_comes_back_to_where_it_was(released: bool) -> None:
    payment = pay_online(5800)
    if released:
        services.release_escrow(booking_ref=BOOKING, actor=ACTOR)
    before = money()

    disputed("dispute", "win", "lose")

    assert money() == before
    assert Dispute.objects.get().status == DisputeStatus.WON
    assert event_types(payment)[-2:] == ["dispute.opened", "dispute.won"]
    kinds = (
        LedgerTransaction.objects.filter(cause_type="dispute").order_by("pk").values_list("kind", flat=True)
    )
    assert list(kinds) == ["chargeback", "chargeback_won"]


def test_what_was_won_can_be_released_though_other_money_was() -> None:
    pay_online(5800)
    disputed("dispute", "win")

    assert services.release_escrow(booking_ref=BOOKING, actor=ACTOR, key=Dispute.objects.get().public_id)

    assert money()["payable"] == 5510
