"""Whatever is done in whatever order, the books agree and nobody gets money that is not there."""

import os
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from common.errors import DomainError
from payments import services
from payments.enums import AccountKind
from payments.models import LedgerEntry, Refund
from payments.sandbox import service as sandbox
from payments.selectors import balance, held_amount, provider_balance
from tests.payments.paying import ACTOR, BOOKING, PROVIDER, open_online, pay_online

steps = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "pay",
                "open",
                "decline",
                "refund",
                "into wallet",
                "on",
                "send",
                "release",
                "settle",
                "share",
                "fee",
                "counter",
            ]
        ),
        st.integers(1, 9_000),
    ),
    max_size=12,
)


def decline(amount: int) -> None:
    payment = open_online(amount)
    sandbox.act(payment.gateway_ref, "decline")
    services.sync_payment(payment_id=payment.public_id)


def send_refunds(amount: int) -> None:
    for refund in Refund.objects.all():
        services.carry_out_refund(refund_id=refund.public_id)


DO: dict[str, Callable[[int], object]] = {
    "pay": pay_online,
    "open": open_online,
    "decline": decline,
    "refund": lambda amount: services.refund_payment(
        booking_ref=BOOKING, amount=amount, reason="test", actor=ACTOR, key=str(amount)
    ),
    "into wallet": lambda amount: services.refund_payment(
        booking_ref=BOOKING, amount=amount, reason="test", actor=ACTOR, key=f"w{amount}", wallet="usr_1"
    ),
    "on": lambda amount: services.send_wallet_back(
        user_id="usr_1", currency="EUR", amount=amount, actor=ACTOR
    ),
    "send": send_refunds,
    "release": lambda amount: services.release_escrow(booking_ref=BOOKING, actor=ACTOR),
    "settle": lambda amount: services.settle_cancellation(
        booking_ref=BOOKING, keep_amount=amount, actor=ACTOR, reason=f"test {amount}"
    ),
    "share": lambda amount: services.share_out(
        booking_ref=BOOKING, refund_amount=amount, actor=ACTOR, key=f"share {amount}"
    ),
    "fee": lambda amount: services.keep_fee(booking_ref=BOOKING, amount=amount, key=str(amount), actor=ACTOR),
    "counter": lambda amount: services.record_counter_payment(
        booking_ref=BOOKING, provider_id=PROVIDER, amount=amount, currency="EUR", actor=ACTOR
    ),
}


EXAMPLES = 2_000 if os.environ.get("PROOF") == "full" else 40


@pytest.mark.proof
class AnySequence(TestCase):
    @settings(max_examples=EXAMPLES, deadline=None)
    @given(steps)
    def test_sums_are_zero_and_escrow_is_never_negative(self, sequence: list[tuple[str, int]]) -> None:
        for name, amount in sequence:
            before = held_amount(BOOKING)
            try:
                DO[name](amount)
            except DomainError:
                assert held_amount(BOOKING) == before  # a refusal moves nothing
            assert held_amount(BOOKING) >= 0
            assert services.verify() == []
        assert sum(LedgerEntry.objects.values_list("amount", flat=True)) == 0
        online = -balance(AccountKind.GATEWAY, "sandbox", "EUR")
        owed = held_amount(BOOKING) + balance(AccountKind.REFUND_DUE, BOOKING, "EUR")
        owed += balance(AccountKind.WALLET, "usr_1", "EUR")
        earned = provider_balance(PROVIDER, "EUR") + balance(AccountKind.COMMISSION, "marketplace", "EUR")
        assert online == owed + earned
