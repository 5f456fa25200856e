"""Ten thousand steps of a marketplace's money beside a naive model of it: who paid, who was paid, who is owed what.

The model knows amounts and roundings, and no accounts; the ledger must come to the same after every step.
"""

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from common import clock
from payments import services
from payments.enums import AccountKind, PayoutStatus, PayoutWay
from payments.models import LedgerAccount, LedgerEntry, Payout, Refund
from payments.rules.commission import Rate
from payments.rules.payouts import Terms
from payments.selectors import balance, provider_balance
from payments.selectors.overview import overview
from payments.selectors.statements import statement_of, this_month
from providers.models import Provider
from providers.rules.bank import by_iban
from providers.services.bank import set_bank_account
from tests.factories import make_outlet, make_user
from tests.payments import paying
from tests.payments.paying import ACTOR, pay_online
from tests.proof.conftest import FULL

pytestmark = [pytest.mark.proof, pytest.mark.django_db]

# A run of so many steps, so often: 10,000 at full size.
RUNS, STEPS = (100, 100) if FULL else (3, 30)
AMOUNTS = st.integers(1, 50_000)
PICKS = st.integers(0, 10**6)


def part(amount: int, basis_points: int) -> int:
    exact = Decimal(amount) * basis_points / 10_000
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


class Money(RuleBasedStateMachine):
    """One provider and its customers."""

    provider: Provider
    monkeypatch: pytest.MonkeyPatch

    @initialize()
    def begin(self) -> None:
        # Books of its own: judged whole at the end of the run, and then gone. So no run reads those before it.
        self.books = transaction.atomic()
        # As Django's own TestCase says it, so that a service that refuses to run inside a transaction runs in this one.
        self.books._from_testcase = True
        self.books.__enter__()
        self.provider = make_outlet().provider
        self.monkeypatch.setattr(paying, "PROVIDER", self.provider.public_id)
        account = by_iban(holder="Shop", iban="FI2112345600000785")
        set_bank_account(provider=self.provider, account=account, user=make_user())
        services.set_payout_terms(provider=self.provider, terms=Terms(1, 500, PayoutWay.HAND), actor=ACTOR)
        self.rate, self.vat = 500, 0
        services.set_commission(provider=self.provider, rate=Rate(500), actor=ACTOR)
        services.drop_commission_vat(country="FI", actor=ACTOR)
        self.ours_before = self.ours()
        # By booking: what is held, the share it was opened with, and what is on its way back.
        self.held: dict[str, int] = {}
        self.share: dict[str, tuple[int, int]] = {}
        self.back: dict[str, int] = {}
        self.cash: dict[str, int] = {}
        self.payable = self.earned_by_us = self.moving = self.arrived = 0
        self.count = 0

    def ours(self) -> int:
        return balance(AccountKind.COMMISSION, "marketplace", "EUR") + balance(AccountKind.TAX, "FI", "EUR")

    def escrow(self) -> dict[str, int]:
        found = LedgerAccount.objects.filter(kind=AccountKind.ESCROW, balance__gt=0)
        return dict(found.values_list("owner", "balance"))

    def new_ref(self) -> str:
        self.count += 1
        ref = f"{self.provider.public_id[-10:]}-{self.count}"
        self.share[ref] = (self.rate, self.vat)
        return ref

    def pick(self, which: dict[str, int], number: int) -> str:
        full = sorted(ref for ref, amount in which.items() if amount)
        return full[number % len(full)]

    def earn(self, ref: str, amount: int) -> None:
        rate, vat = self.share[ref]
        commission = part(amount, rate)
        tax = part(commission, vat)
        self.payable += amount - commission - tax
        self.earned_by_us += commission + tax

    @rule(amount=AMOUNTS)
    def pay(self, amount: int) -> None:
        ref = self.new_ref()
        pay_online(amount, ref)
        self.held[ref] = amount

    @rule(amount=AMOUNTS)
    def take_cash(self, amount: int) -> None:
        ref = self.new_ref()
        services.record_counter_payment(
            booking_ref=ref, provider_id=self.provider.public_id, amount=amount, currency="EUR", actor=ACTOR
        )
        self.cash[ref] = amount
        self.earn(ref, amount)
        self.payable -= amount

    @precondition(lambda self: any(self.cash.values()))
    @rule(number=PICKS)
    def take_cash_back(self, number: int) -> None:
        ref = self.pick(self.cash, number)
        services.reverse_counter_payment(booking_ref=ref, actor=ACTOR)
        amount = self.cash.pop(ref)
        self.earn(ref, -amount)
        self.payable += amount

    @precondition(lambda self: any(self.held.values()))
    @rule(number=PICKS)
    def release(self, number: int) -> None:
        ref = self.pick(self.held, number)
        services.release_escrow(booking_ref=ref, actor=ACTOR)
        self.earn(ref, self.held[ref])
        self.held[ref] = 0

    @precondition(lambda self: any(self.held.values()))
    @rule(number=PICKS, percent=st.integers(0, 100))
    def cancel(self, number: int, percent: int) -> None:
        ref = self.pick(self.held, number)
        keep = self.held[ref] * percent // 100
        services.settle_cancellation(booking_ref=ref, keep_amount=keep, actor=ACTOR)
        if keep:
            self.earn(ref, keep)
        self.back[ref] = self.back.get(ref, 0) + self.held[ref] - keep
        self.held[ref] = 0

    @precondition(lambda self: any(self.held.values()))
    @rule(number=PICKS, percent=st.integers(1, 100))
    def refund(self, number: int, percent: int) -> None:
        ref = self.pick(self.held, number)
        amount = max(self.held[ref] * percent // 100, 1)
        self.count += 1
        services.refund_payment(
            booking_ref=ref, amount=amount, reason="test", actor=ACTOR, key=f"refund {self.count}"
        )
        self.held[ref] -= amount
        self.back[ref] = self.back.get(ref, 0) + amount

    @precondition(lambda self: any(self.back.values()))
    @rule(number=PICKS)
    def send_refunds(self, number: int) -> None:
        ref = self.pick(self.back, number)
        for refund in Refund.objects.filter(payment__booking_ref=ref):
            services.carry_out_refund(refund_id=refund.public_id)
        self.back[ref] = 0

    @rule(rate=st.integers(0, 5000), vat=st.integers(0, 5000))
    def set_rates(self, rate: int, vat: int) -> None:
        services.set_commission(provider=self.provider, rate=Rate(rate), actor=ACTOR)
        services.drop_commission_vat(country="FI", actor=ACTOR)
        if vat:
            services.set_commission_vat(country="FI", rate_bp=vat, actor=ACTOR)
        self.rate, self.vat = rate, vat

    @rule()
    def pay_out(self) -> None:
        self.count += 1
        with clock.at(clock.now() + timedelta(days=2)):
            services.start_run(key=f"{self.provider.public_id}-{self.count}", actor=ACTOR)
            services.plan_runs()
        if self.payable >= 500:
            self.moving += self.payable
            self.payable = 0

    def payouts(self, *status: str) -> list[Payout]:
        return list(Payout.objects.filter(provider=self.provider, status__in=status).order_by("pk"))

    @precondition(lambda self: self.moving)
    @rule(number=PICKS)
    def payout_arrives(self, number: int) -> None:
        planned = self.payouts(PayoutStatus.PLANNED)
        payout = planned[number % len(planned)]
        services.finish_payout(payout_id=payout.public_id, actor=ACTOR)
        self.moving -= payout.amount
        self.arrived += payout.amount

    @precondition(lambda self: self.moving or self.arrived)
    @rule(number=PICKS)
    def payout_comes_back(self, number: int) -> None:
        sent = self.payouts(PayoutStatus.PLANNED, PayoutStatus.PAID)
        payout = sent[number % len(sent)]
        services.fail_payout(payout_id=payout.public_id, failure="returned", actor=ACTOR)
        if payout.status == PayoutStatus.PAID:
            self.arrived -= payout.amount
        else:
            self.moving -= payout.amount
        self.payable += payout.amount

    @rule()
    def keep_checkpoints(self) -> None:
        services.keep_checkpoints()

    @invariant()
    def each_gets_what_the_model_says(self) -> None:
        if not hasattr(self, "count"):
            return
        assert provider_balance(self.provider.public_id, "EUR") == self.payable
        assert self.ours() - self.ours_before == self.earned_by_us
        assert self.escrow() == {ref: amount for ref, amount in self.held.items() if amount}
        assert sum(payout.amount for payout in self.payouts(PayoutStatus.PLANNED)) == self.moving

    def teardown(self) -> None:
        if not hasattr(self, "books"):
            return
        try:
            if hasattr(self, "count"):
                self.judge()
        finally:
            transaction.set_rollback(True)
            self.books.__exit__(None, None, None)

    def judge(self) -> None:
        """All of the run's books: what the checker says, and what a statement and the operators' page say."""
        for ref, amount in self.back.items():
            assert balance(AccountKind.REFUND_DUE, ref, "EUR") == amount
        for _counted in range(2):
            sums = statement_of(self.provider, this_month(self.provider), "EUR").sums
            assert (sums.opening, sums.closing) == (0, self.payable)
            assert sums.paid_out == -self.moving - self.arrived
            found = overview("EUR")
            assert found.balances[AccountKind.PAYABLE] == self.payable
            assert found.balances[AccountKind.ESCROW] == sum(self.held.values())
            assert found.balances[AccountKind.PAYOUT_DUE] == self.moving
            assert sum(found.balances.values()) == 0
            services.keep_checkpoints()
        assert services.verify() == []
        assert sum(LedgerEntry.objects.values_list("amount", flat=True)) == 0
        connection.check_constraints()  # what the database asks for at a commit


def test_the_ledger_comes_to_what_a_naive_model_says(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.DEMO = True
    payments_alone(monkeypatch)
    Money.monkeypatch = monkeypatch

    run_state_machine_as_test(
        Money,
        settings=run_settings,
    )


def payments_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Upper apps neither lock nor listen: the bookings paid for here do not exist."""
    from collections import defaultdict

    from common import events
    from payments.services import locks, shares

    monkeypatch.setattr(locks, "_owner_lock", None)
    monkeypatch.setattr(shares, "_sold", None)
    monkeypatch.setattr(events, "_subscribers", defaultdict(list))


run_settings = settings(
    max_examples=RUNS,
    stateful_step_count=STEPS,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
