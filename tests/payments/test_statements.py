"""Statements say what the ledger says: opening, what came, what went, closing."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from common import clock
from payments import services
from payments.enums import PayoutWay
from payments.models import Payout
from payments.rules.payouts import Terms
from payments.selectors import provider_balance
from payments.selectors import statements as read
from payments.selectors.statements import Statement
from providers.enums import Role
from providers.models import Provider
from providers.rules.bank import by_iban
from providers.services.bank import set_bank_account
from tests.factories import make_member, make_outlet, make_user
from tests.payments.paying import ACTOR, pay_online

pytestmark = pytest.mark.usefixtures("books")


@pytest.fixture
def provider(db: None, monkeypatch: pytest.MonkeyPatch) -> Provider:
    found = make_outlet().provider
    monkeypatch.setattr("tests.payments.paying.PROVIDER", found.public_id)
    account = by_iban(holder="Shop", iban="FI2112345600000785")
    set_bank_account(provider=found, account=account, user=make_user())
    services.set_commission_vat(country="FI", rate_bp=2550, actor=ACTOR)
    services.set_payout_terms(provider=None, terms=Terms(1, 0, PayoutWay.HAND), actor=ACTOR)
    return found


def now_of(provider: Provider) -> Statement:
    return read.statement_of(provider, read.this_month(provider), "EUR")


def cash(provider: Provider, ref: str, amount: int = 2000) -> None:
    services.record_counter_payment(
        booking_ref=ref, provider_id=provider.public_id, amount=amount, currency="EUR", actor=ACTOR
    )


def pay_out(key: str) -> None:
    with clock.at(clock.now() + timedelta(days=2)):
        services.start_run(key=key, actor=ACTOR)
        services.plan_runs()


def test_a_month_is_one_of_the_providers_clock() -> None:
    month = read.month_at(date(2026, 3, 15), "Europe/Helsinki")

    assert (month.first, month.before, month.after) == (
        date(2026, 3, 1),
        date(2026, 2, 1),
        date(2026, 4, 1),
    )
    assert month.start == datetime(2026, 2, 28, 22, tzinfo=UTC)
    assert month.end == datetime(2026, 3, 31, 21, tzinfo=UTC)  # summer time since the 29th


def test_a_statement_names_what_came_and_what_went(provider: Provider) -> None:
    pay_online(5800, "HA-1")
    services.release_escrow(booking_ref="HA-1", actor=ACTOR)
    pay_online(4000, "HA-2")
    services.settle_cancellation(booking_ref="HA-2", keep_amount=1000, actor=ACTOR)
    cash(provider, "HA-3")
    cash(provider, "HA-4")
    services.reverse_counter_payment(booking_ref="HA-4", actor=ACTOR)
    pay_out("one")
    pay_online(700, "HA-5")

    statement = now_of(provider)
    sums = statement.sums

    # 58.00 and 10.00 online; 5 % of them and of 20.00 in cash; 25.5 % of each of these commissions.
    assert (sums.opening, sums.gross, sums.commission, sums.vat) == (0, 6800, -440, -113)
    assert (sums.paid_out, sums.other, sums.closing) == (-6247, 0, 0)
    assert sums.closing == provider_balance(provider.public_id, "EUR")
    assert read.held_for(provider, "EUR") == 700
    lines = read.lines_of(provider, statement.month.span, "EUR")
    assert [line.amount for line in lines] == [-6247, 126, -126, -126, 937, 5436]


def test_the_next_month_opens_with_what_this_one_closed_with(provider: Provider) -> None:
    pay_online(5800, "HA-1")
    services.release_escrow(booking_ref="HA-1", actor=ACTOR)
    month = read.this_month(provider)

    after = read.statement_of(provider, read.month_at(month.after, month.zone), "EUR").sums
    before = read.statement_of(provider, read.month_at(month.before, month.zone), "EUR").sums

    assert (before.opening, before.closing) == (0, 0)
    assert (after.opening, after.gross, after.closing) == (5436, 0, 5436)
    assert now_of(provider).sums.closing == 5436


def test_whatever_happens_the_sums_are_the_balance(provider: Provider) -> None:
    dice = random.Random(7)
    for number in range(30):
        ref = f"HA-{number}"
        what = dice.randrange(5)
        if what == 0:
            cash(provider, ref, dice.randrange(100, 9000))
            if dice.random() < 0.3:
                services.reverse_counter_payment(booking_ref=ref, actor=ACTOR)
        elif what == 1:
            pay_out(ref)
            if dice.random() < 0.4 and (payout := Payout.objects.order_by("-pk").first()):
                services.fail_payout(payout_id=payout.public_id, failure="returned", actor=ACTOR)
        else:
            pay_online(dice.randrange(100, 9000), ref)
            services.release_escrow(booking_ref=ref, actor=ACTOR)

    statement = now_of(provider)
    sums = statement.sums
    assert sums.opening + sums.gross + sums.commission + sums.vat + sums.paid_out + sums.other == sums.closing
    assert sums.closing == provider_balance(provider.public_id, "EUR")
    lines = list(read.lines_of(provider, statement.month.span, "EUR"))
    assert sum(line.amount for line in lines) == sums.closing
    earned = read.earned_by_day(provider, statement.month, "EUR")
    assert sum(earned.values()) == sums.closing - sums.paid_out


def test_the_api_tells_the_same(provider: Provider) -> None:
    client = Client()
    client.force_login(make_member(provider, Role.MANAGER))
    for number in range(3):
        pay_online(1000, f"HA-{number}")
        services.release_escrow(booking_ref=f"HA-{number}", actor=ACTOR)
    pay_out("one")
    services.hold_payouts(provider=provider, reason="Three cases.", actor=ACTOR)
    month = read.this_month(provider).name
    base = f"/api/v1/provider/businesses/{provider.public_id}"

    def get(path: str, **query: Any) -> Any:
        answer = client.get(f"{base}/{path}", query)
        assert answer.status_code == 200, answer.content
        return answer.json()

    told = get(f"statements/{month}")
    assert (told["gross"], told["commission"], told["vat"], told["paid_out"]) == (3000, -150, -39, 0)
    assert told["closing"] == 2811  # what was planned came back with the hold
    first = get(f"statements/{month}/lines", limit=2)
    second = get(f"statements/{month}/lines", limit=9, cursor=first["next"])
    lines = [*first["items"], *second["items"]]
    assert sum(line["amount"] for line in lines) == told["closing"] - told["opening"]
    assert [(line["kind"], line["of"]) for line in lines[:2]] == [
        ("reversal", "payout"),
        ("payout", "payout"),
    ]
    assert [(row["status"], row["failure"]) for row in get("payouts")["items"]] == [("failed", "held")]
    balance = get("balance")
    assert (balance["balance"], balance["on_hold"], balance["vat_bp"]) == (2811, "Three cases.", 2550)
    assert client.get(f"{base}/statements/2099-01").status_code == 404
    assert client.get(f"{base}/statements/2026-13").status_code == 404
