"""Payouts: what is due, each way to send it, and each once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from common import clock
from common.actors import user_actor
from common.errors import InvalidInput
from common.models import AuditEntry, Event
from payments import services
from payments.enums import AccountKind, PayoutResult, PayoutStatus, PayoutWay
from payments.errors import (
    GatewayRefused,
    GatewayUnavailable,
    InsufficientFunds,
    PayoutEnded,
    PayoutFileEmpty,
    PayoutFileNotSetUp,
    PayoutsHeld,
)
from payments.gateways import get
from payments.gateways.base import PayoutState
from payments.models import Payout, PayoutFile, PayoutRun
from payments.rules.commission import Rate
from payments.rules.payouts import Due, Terms
from payments.sandbox.models import SandboxPayout
from payments.selectors import balance, provider_balance
from payments.selectors.payouts import due_of, hold_on, terms_of
from payments.services import payout_runs
from providers.enums import Role
from providers.errors import OwnCause
from providers.models import Provider
from providers.rules.bank import by_iban, by_number
from providers.services.bank import remove_bank_account, set_bank_account
from tests.factories import make_member, make_outlet, make_user
from tests.payments.paying import ACTOR, pay_online, together

pytestmark = pytest.mark.usefixtures("books")
HAND = Terms(way=PayoutWay.HAND)
SANDBOX = Terms(way=PayoutWay.GATEWAY)
LATER = timedelta(days=3, seconds=1)


@pytest.fixture
def provider(db: None, monkeypatch: pytest.MonkeyPatch) -> Provider:
    found = make_outlet().provider
    monkeypatch.setattr("tests.payments.paying.PROVIDER", found.public_id)
    return found


@pytest.fixture
def banked(provider: Provider) -> Provider:
    account = by_iban(holder="Kampaamo Söpö", iban="FI21 1234 5600 0007 85")
    set_bank_account(provider=provider, account=account, user=make_user())
    return provider


def earn(ref: str = "HA-1", amount: int = 10_000) -> None:
    pay_online(amount, ref)
    services.release_escrow(booking_ref=ref, actor=ACTOR)


def run(key: str = "one", later: timedelta = LATER) -> PayoutRun:
    with clock.at(clock.now() + later):
        made = services.start_run(key=key, actor=ACTOR)
        services.plan_runs()
    return made


def the_payout() -> Payout:
    return Payout.objects.get()


def due_account(payout: Payout) -> int:
    return balance(AccountKind.PAYOUT_DUE, payout.public_id, "EUR")


def test_what_is_young_waits_and_what_is_owed_counts_at_once() -> None:
    assert Due(9500, 0).amount(1000) == 9500
    assert Due(9500, 9500).amount(0) == 0
    assert Due(9500, 9000).amount(1000) == 0
    assert Due(-300, 0).amount(0) == 0
    with pytest.raises(ValueError):
        Terms(after_days=8)


def test_what_was_earned_is_due_after_its_days(banked: Provider) -> None:
    earn()

    run("early", timedelta(days=2, hours=23))
    assert not Payout.objects.exists()
    run("late")

    payout = the_payout()
    assert (payout.amount, payout.way, payout.status) == (9500, "file", "planned")
    assert payout.shown_account == "FI ···· 0785"
    assert provider_balance(banked.public_id, "EUR") == 0
    assert due_account(payout) == 9500


def test_terms_are_everybodys_or_the_providers_own(banked: Provider) -> None:
    earn()
    services.set_payout_terms(provider=None, terms=Terms(after_days=7), actor=ACTOR)
    run("a")
    assert not Payout.objects.exists()

    services.set_payout_terms(provider=banked, terms=Terms(after_days=1, minimum=9501), actor=ACTOR)
    run("b")
    assert not Payout.objects.exists()  # less than its minimum

    services.set_payout_terms(provider=banked, terms=Terms(after_days=1, minimum=9500), actor=ACTOR)
    run("c", timedelta(days=1, seconds=1))
    assert the_payout().amount == 9500
    services.drop_payout_terms(provider=banked, actor=ACTOR)
    assert terms_of(banked).after_days == 7


def test_what_cash_left_owing_is_netted(banked: Provider) -> None:
    earn()
    services.record_counter_payment(
        booking_ref="HA-2", provider_id=banked.public_id, amount=20_000, currency="EUR", actor=ACTOR
    )

    run()

    assert the_payout().amount == 8500
    assert provider_balance(banked.public_id, "EUR") == 0


def test_a_provider_that_owes_is_paid_nothing(banked: Provider) -> None:
    services.record_counter_payment(
        booking_ref="HA-2", provider_id=banked.public_id, amount=20_000, currency="EUR", actor=ACTOR
    )

    run()

    assert not Payout.objects.exists()
    assert provider_balance(banked.public_id, "EUR") == -1000


def test_a_run_pays_each_provider_once_however_often_it_is_gone_on_with(banked: Provider) -> None:
    earn()
    made = run()
    PayoutRun.objects.filter(pk=made.pk).update(planned_at=None)
    earn("HA-3")

    run()

    assert the_payout().amount == 9500
    assert run("two").pk != made.pk
    assert sorted(Payout.objects.values_list("amount", flat=True)) == [9500, 9500]


def test_without_an_account_nothing_is_paid_and_one_without_iban_is_paid_by_hand(provider: Provider) -> None:
    earn()
    run("a")
    assert not Payout.objects.exists()

    account = by_number(holder="Shop", country="US", bank="021000021", number="12345678")
    set_bank_account(provider=provider, account=account, user=make_user())
    run("b")
    assert the_payout().way == PayoutWay.HAND


def test_a_payout_by_hand_is_marked_as_paid_once(banked: Provider) -> None:
    services.set_payout_terms(provider=None, terms=HAND, actor=ACTOR)
    earn()
    run()

    for _ in range(2):
        payout = services.finish_payout(payout_id=the_payout().public_id, actor=ACTOR)

    assert payout.status == PayoutStatus.PAID
    assert due_account(payout) == 0
    assert balance(AccountKind.BANK, "marketplace", "EUR") == 9500
    types = Event.objects.filter(subject_id=payout.public_id).order_by("seq").values_list("type", flat=True)
    assert list(types) == ["payout.planned", "payout.paid"]


@pytest.mark.parametrize("was_paid", [False, True])
def test_a_payout_that_came_back_is_the_providers_again(banked: Provider, was_paid: bool) -> None:
    earn()
    run("a")
    payout = the_payout()
    if was_paid:
        services.finish_payout(payout_id=payout.public_id, actor=ACTOR)

    for _ in range(2):
        services.fail_payout(payout_id=payout.public_id, failure="returned", actor=ACTOR)

    assert provider_balance(banked.public_id, "EUR") == 9500
    assert (due_account(payout), balance(AccountKind.BANK, "marketplace", "EUR")) == (0, 0)
    with pytest.raises(PayoutEnded):
        services.finish_payout(payout_id=payout.public_id, actor=ACTOR)
    run("b", timedelta(0))  # It was earned long ago by the clock of the first run; by ours it is still young.
    assert Payout.objects.count() == 1
    run("c")
    assert Payout.objects.filter(status="planned").get().amount == 9500


def test_the_database_pays_no_payout_twice(banked: Provider) -> None:
    earn()
    run()
    payout = services.finish_payout(payout_id=the_payout().public_id, actor=ACTOR)
    Payout.objects.filter(pk=payout.pk).update(gateway_ref="x")

    with pytest.raises(InsufficientFunds), transaction.atomic():
        services.post(
            kind="payout_paid",  # type: ignore[arg-type]
            booking_ref="",
            entries=[
                payout_runs.Line(payout_runs.Account(AccountKind.PAYOUT_DUE, payout.public_id), -9500, "EUR"),
                payout_runs.Line(payout_runs.Account(AccountKind.BANK, "marketplace"), 9500, "EUR"),
            ],
            actor=ACTOR,
            cause=payout_runs.Cause("payout", "again"),
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Payout.objects.create(run=payout.run, provider=banked, amount=1, currency="EUR", way=PayoutWay.HAND)


def test_the_gateway_pays_out_once_with_its_key(provider: Provider) -> None:
    services.set_payout_terms(provider=None, terms=SANDBOX, actor=ACTOR)
    earn()
    run()
    payout = the_payout()

    with clock.at(clock.now() + LATER):
        assert services.send_payouts() == 1
    services.carry_out_payout(payout_id=payout.public_id)

    payout.refresh_from_db()
    assert (payout.status, payout.next_try_at) == (PayoutStatus.PAID, None)
    assert balance(AccountKind.GATEWAY, "sandbox", "EUR") == -500
    sent = SandboxPayout.objects.get()
    assert (sent.amount, sent.merchant_reference, sent.public_id) == (
        9500,
        payout.public_id,
        payout.gateway_ref,
    )


def answering(answer: Exception | PayoutState) -> Callable[..., Any]:
    def pay_out(self: Any, order: Any) -> PayoutState:
        if isinstance(answer, Exception):
            raise answer
        return PayoutState(order.reference, "po_1", answer.amount, answer.currency, answer.result)

    return pay_out


@pytest.mark.parametrize(
    ("answer", "status", "is_asked_again"),
    [
        (GatewayUnavailable(), "sent", True),
        (GatewayRefused(), "failed", False),
        (PayoutState("", "", 9500, "EUR", PayoutResult.PENDING), "sent", True),
        (PayoutState("", "", 9500, "EUR", PayoutResult.FAILED), "failed", False),
        (PayoutState("", "", 9501, "EUR", PayoutResult.PAID), "sent", False),
        (PayoutState("", "", 9500, "SEK", PayoutResult.PAID), "sent", False),
    ],
)
def test_what_a_gateway_may_answer(
    provider: Provider,
    monkeypatch: pytest.MonkeyPatch,
    answer: Exception | PayoutState,
    status: str,
    is_asked_again: bool,
) -> None:
    services.set_payout_terms(provider=None, terms=SANDBOX, actor=ACTOR)
    earn()
    run()
    monkeypatch.setattr(type(get("sandbox")), "pay_out", answering(answer))

    with clock.at(clock.now() + LATER):
        services.send_payouts()

    payout = the_payout()
    assert (payout.status, payout.next_try_at is not None) == (status, is_asked_again)
    assert provider_balance(provider.public_id, "EUR") == (9500 if status == "failed" else 0)


def test_the_banks_file_names_each_payout_and_is_made_once(banked: Provider) -> None:
    operator = User.objects.create_superuser(email="operator@example.com")
    earn()
    made = run()

    file = services.make_payout_file(run=made, operator=operator)
    again = services.make_payout_file(run=made, operator=operator)

    assert (again.pk, again.body) == (file.pk, file.body)
    tree = ElementTree.fromstring(file.body)  # ours, and checked against its schema
    told = {element.tag.split("}")[1]: element.text for element in tree.iter() if not len(element)}
    payout = the_payout()
    assert told["EndToEndId"] == payout.public_id
    assert (told["InstdAmt"], told["CtrlSum"], told["NbOfTxs"]) == ("95.00", "95.00", "1")
    assert "FI2112345600000785" in file.body and "Kampaamo Sopo" in file.body
    assert told["MsgId"] == file.message_id
    assert payout.status == PayoutStatus.SENT
    assert AuditEntry.objects.filter(action="payout_file.read", chained=True).count() == 2

    services.finish_payout(payout_id=payout.public_id, actor=ACTOR)
    assert PayoutFile.objects.get().body == ""
    with pytest.raises(PayoutFileEmpty):
        services.make_payout_file(run=made, operator=operator)


def test_a_file_leaves_out_who_is_held_or_has_no_account(banked: Provider, settings: Any) -> None:
    operator = User.objects.create_superuser(email="operator@example.com")
    earn()
    made = run()
    settings.PAYOUT_IBAN = ""
    with pytest.raises(PayoutFileNotSetUp):
        services.make_payout_file(run=made, operator=operator)
    settings.PAYOUT_IBAN = "FI2112345600000785"
    remove_bank_account(provider=banked, actor=ACTOR)

    with pytest.raises(PayoutFileEmpty):
        services.make_payout_file(run=made, operator=operator)

    assert not PayoutFile.objects.exists()


def test_who_is_held_is_told_why_and_paid_afterwards(banked: Provider) -> None:
    earn()
    run("a")
    with pytest.raises(InvalidInput):
        services.hold_payouts(provider=banked, reason=" ", actor=ACTOR)
    hold = services.hold_payouts(provider=banked, reason="Three cases are open.", actor=ACTOR)
    with pytest.raises(PayoutsHeld):
        services.hold_payouts(provider=banked, reason="Again", actor=ACTOR)

    assert the_payout().failure == "held"  # it was planned, and not on its way
    assert provider_balance(banked.public_id, "EUR") == 9500
    assert hold_on(banked) == hold
    run("b")
    assert Payout.objects.count() == 1

    for _ in range(2):
        services.free_payouts(provider=banked, actor=ACTOR)
    run("c")
    assert Payout.objects.filter(status="planned").count() == 1
    types = Event.objects.filter(subject_id=banked.public_id, type__startswith="provider.payouts")
    assert list(types.order_by("seq").values_list("type", flat=True)) == [
        "provider.payouts_held",
        "provider.payouts_freed",
    ]


def test_money_earned_while_a_fee_was_reversed_is_not_counted_as_young(banked: Provider) -> None:
    earn()
    released = services.keep_fee
    pay_online(5000, "HA-5")
    fee = released(booking_ref="HA-5", amount=1000, key="late:HA-5", actor=ACTOR)
    assert fee is not None
    services.reverse(original=fee, actor=ACTOR)

    due = due_of(banked.public_id, "EUR", Terms(), now=clock.now())

    assert (due.balance, due.young) == (9500, 9500)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_pay_a_provider_once(banked: Provider) -> None:
    earn()
    one, two = (services.start_run(key=key, actor=ACTOR) for key in ("one", "two"))
    account = payout_runs.payable_accounts().get()

    def plan(which: PayoutRun) -> Any:
        with clock.at(clock.now() + LATER):
            return services.plan_payout(run=which, account_pk=account.pk)

    for _ in range(3):
        together(*[lambda which=which: plan(which) for which in (one, one, two, two)])

    assert the_payout().amount == 9500


def test_nobody_decides_about_the_money_of_their_own_business(banked: Provider) -> None:
    earn()
    run()
    payout_id = the_payout().public_id
    actor = user_actor(make_member(banked, Role.STAFF).public_id)

    for decide in (
        lambda: services.hold_payouts(provider=banked, reason="No.", actor=actor),
        lambda: services.free_payouts(provider=banked, actor=actor),
        lambda: services.set_payout_terms(provider=banked, terms=HAND, actor=actor),
        lambda: services.drop_payout_terms(provider=banked, actor=actor),
        lambda: services.set_commission(provider=banked, rate=Rate(0), actor=actor),
        lambda: services.finish_payout(payout_id=payout_id, actor=actor),
        lambda: services.fail_payout(payout_id=payout_id, failure="returned", actor=actor),
    ):
        with pytest.raises(OwnCause):
            decide()
    assert the_payout().status == PayoutStatus.PLANNED
