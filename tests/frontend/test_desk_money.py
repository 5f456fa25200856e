"""Operators set rates, run payouts, fetch the bank's file, mark what arrived, and hold who is not to be paid."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from common import clock
from common.models import AuditEntry
from payments import services
from payments.enums import AccountKind, TransactionKind
from payments.models import CommissionRule, CommissionVat, Payout, PayoutRun
from payments.rules.commission import RateTier
from payments.rules.payouts import Terms
from payments.selectors.payouts import hold_on, terms_of
from payments.selectors.shares import general_bp, rate_for
from payments.services.ledger import Account, Cause, Line, post
from providers.models import Provider, Service
from providers.rules.bank import by_iban
from providers.services.bank import set_bank_account
from tests.factories import make_outlet, make_service, make_user
from tests.frontend.booking_steps import text
from tests.signing_in import sign_in

RATE = {"rate": "8", "from_1": "1000", "rate_1": "6.5", "intro": "0", "intro_until": "2030-01-31"}


@pytest.fixture
def operator(db: None) -> Client:
    client = Client()
    sign_in(client, User.objects.create_superuser(email="operator@example.com"))
    return client


@pytest.fixture
def service(db: None) -> Service:
    return make_service(make_outlet())


@pytest.fixture
def paid(service: Service, settings: Any) -> PayoutRun:
    """A run with one payout, for the bank's file."""
    settings.PAYOUT_HOLDER, settings.PAYOUT_IBAN = "Market", "FI2112345600000785"
    provider = service.provider
    account = by_iban(holder="Shop", iban="FI2112345600000785")
    set_bank_account(provider=provider, account=account, user=make_user())
    post(
        kind=TransactionKind.RELEASE,
        booking_ref="HA-1",
        entries=[
            Line(Account(AccountKind.GATEWAY, "sandbox"), -9500, "EUR"),
            Line(Account(AccountKind.PAYABLE, provider.public_id), 9500, "EUR"),
        ],
        actor="system",
        cause=Cause("payment", "pay_1"),
    )
    with clock.at(clock.now() + timedelta(days=4)):
        run = services.start_run(key="one", actor="system")
        services.plan_runs()
    return run


def status(provider: Provider) -> str:
    return Payout.objects.get(provider=provider).status


def change(operator: Client, path: str, form: dict[str, str]) -> str:
    """Send the form, and send it again once it was seen whom it touches; answers what was seen."""
    page = operator.get(path).content.decode()
    version = re.findall(r'name="version" value="([^"]*)"', page)[0]
    seen = operator.post(path, {**form, "version": version})
    assert seen.status_code == 200
    token = re.findall(r'name="seen" value="([^"]*)"', seen.content.decode())[0]
    assert operator.post(path, {**form, "version": version, "seen": token}).status_code == 302
    return text(seen)


def test_rates_are_set_for_everybody_a_category_and_a_business(operator: Client, service: Service) -> None:
    provider, slug = service.provider, service.category.slug
    edit = "/desk/commission/edit/"

    assert "1 business pays 7 % instead of 5 %." in change(operator, edit, {"rate": "7"})
    assert "1 business pays 9.5 % instead of 7 %." in change(
        operator, f"{edit}?category={slug}", {"rate": "9.5"}
    )
    assert "1 business pays 0 % instead of 9.5 %." in change(
        operator, f"{edit}?provider={provider.public_id}", RATE
    )
    assert "Nobody who offers something now" in change(operator, edit, {"rate": "6"})
    change(operator, edit, {"rate": "7"})

    assert general_bp() == 700
    assert rate_for(None, service.category_id).rate_bp == 950
    own = rate_for(provider, service.category_id)
    assert (own.rate_bp, own.tiers, own.intro_bp) == (800, (RateTier(100_000, 650),), 0)
    shown = text(operator.get("/desk/commission/"))
    for words in ("7 %", "9.5 %", "8 %", "6.5 % from 1,000 a month", "0 % until"):
        assert words in shown
    assert 'value="1000"' in operator.get(f"{edit}?provider={provider.public_id}").content.decode()
    for _ in range(2):
        change(operator, f"{edit}?provider={provider.public_id}", {"do": "drop"})
    assert CommissionRule.objects.count() == 2
    assert AuditEntry.objects.filter(action__startswith="commission.", chained=True).count() == 6


@pytest.mark.parametrize(
    "wrong",
    [
        {"rate": "51"},
        {"rate": "-1"},
        {"rate": ""},
        {"from_2": "10"},
        {"from_2": "1000", "rate_2": "5"},
        {"intro_until": ""},
    ],
)
def test_a_rate_that_makes_no_sense_is_refused(operator: Client, wrong: dict[str, str]) -> None:
    assert operator.post("/desk/commission/edit/", {**RATE, **wrong}).status_code == 422
    assert not CommissionRule.objects.exists()


def test_a_stale_rate_is_refused_and_what_was_seen_is_what_is_done(
    operator: Client, service: Service
) -> None:
    edit = "/desk/commission/edit/"
    page = operator.get(edit).content.decode()
    [version] = re.findall(r'name="version" value="([^"]*)"', page)
    seen = operator.post(edit, {"rate": "7", "version": version}).content.decode()
    [token] = re.findall(r'name="seen" value="([^"]*)"', seen)

    make_service(make_outlet())
    again = operator.post(edit, {"rate": "7", "version": version, "seen": token})
    assert "2 businesses pay 7 % instead of 5 %." in text(again)
    assert not CommissionRule.objects.exists()

    change(operator, edit, {"rate": "9"})
    stale = operator.post(edit, {"rate": "7", "version": version, "seen": token})
    assert stale.status_code == 422
    assert "This rate has been changed meanwhile." in text(stale)
    assert general_bp() == 900


def test_a_rate_says_what_it_was_and_is_taken_back(operator: Client, service: Service) -> None:
    whose = f"?provider={service.provider.public_id}&category={service.category.slug}"
    edit = f"/desk/commission/edit/{whose}"
    change(operator, edit, RATE)
    change(operator, edit, {"rate": "9.5"})

    page = text(operator.get(edit))
    assert re.search(
        r"8 % → 9\.5 %.* before .*6\.5 % from 1,000 a month.*no rate of its own → 8 %", page, re.S
    )
    listed = text(operator.get("/desk/commission/"))
    assert re.search(rf"{service.provider.name} ?, Hair .*8 % → 9\.5 %", listed, re.S)
    links = re.findall(r'href="(/desk/commission/edit/[^"]*back=\d+)"', operator.get(edit).content.decode())
    newest, oldest = map(html.unescape, links)

    filled = operator.get(newest)
    assert "The form shows how it was before" in text(filled)
    assert re.search(r'name="rate" value="8(\.00?)?"', filled.content.decode())
    assert "pays 0 % instead of 9.5 %" in change(operator, newest, RATE)
    before = rate_for(service.provider, service.category_id)
    assert (before.rate_bp, before.tiers, before.intro_bp) == (800, (RateTier(100_000, 650),), 0)

    assert "there was no rate here, and the next one above counted. Remove the rate" in text(
        operator.get(oldest)
    )
    change(operator, oldest, {"do": "drop"})
    assert rate_for(service.provider, service.category_id).rate_bp == 500
    assert "and the next one above counted. So it is now." in text(operator.get(oldest))


def test_another_rates_change_is_not_taken_back_here(operator: Client, service: Service) -> None:
    change(operator, "/desk/commission/edit/", {"rate": "9"})
    own = f"/desk/commission/edit/?provider={service.provider.public_id}"
    entry = AuditEntry.objects.get(action="commission.set")

    assert operator.get(f"/desk/commission/edit/?back={entry.pk}").status_code == 200
    assert operator.get(f"{own}&back={entry.pk}").status_code == 404
    for wrong in ("0", "x", "9" * 30, "٣"):
        assert operator.get("/desk/commission/edit/", {"back": wrong}).status_code == 404


def test_vat_is_set_by_country(operator: Client) -> None:
    where = "/desk/commission/"
    assert operator.post(where, {"do": "vat", "country": "XX", "rate": "25.5"}).status_code == 422
    assert operator.post(where, {"do": "vat", "country": "FI", "rate": "0"}).status_code == 422
    assert operator.post(where, {"do": "vat", "country": "fi", "rate": "25.5"}).status_code == 302
    assert CommissionVat.objects.get().rate_bp == 2550
    operator.post(where, {"do": "drop_vat", "country": "FI"})
    assert not CommissionVat.objects.exists()


def test_a_run_is_begun_and_terms_are_set(operator: Client) -> None:
    for _ in range(2):
        assert operator.post("/desk/payouts/", {"do": "run", "key": "k"}).status_code == 302
    assert PayoutRun.objects.count() == 1
    assert (
        operator.post(
            "/desk/payouts/", {"do": "terms", "after_days": "8", "minimum": "10", "way": "file"}
        ).status_code
        == 422
    )
    operator.post("/desk/payouts/", {"do": "terms", "after_days": "7", "minimum": "10.50", "way": "hand"})
    assert terms_of(None) == Terms(7, 1050, "hand")
    assert "Being made" in text(operator.get("/desk/payouts/"))


def test_the_file_is_fetched_and_what_arrived_is_marked(
    operator: Client, paid: PayoutRun, service: Service
) -> None:
    where = f"/desk/payouts/{paid.public_id}/"
    assert "€95.00" in text(operator.get(where))

    answer = operator.post(f"{where}file/")
    assert answer["Content-Type"] == "application/xml"
    assert b"FI2112345600000785" in answer.content
    assert status(service.provider) == "sent"
    operator.post(where, {"do": "all_paid"})
    assert status(service.provider) == "paid"
    # All of it has ended: the file is gone.
    assert operator.post(f"{where}file/").status_code == 302

    payout = Payout.objects.get()
    operator.post(where, {"do": "failed", "payout": payout.public_id})
    assert status(service.provider) == "failed"
    operator.post(where, {"do": "paid", "payout": payout.public_id})
    assert status(service.provider) == "failed"
    assert operator.post(where, {"do": "paid", "payout": "pyo_other"}).status_code == 404


def test_a_business_is_held_with_a_reason_and_freed(
    operator: Client, paid: PayoutRun, service: Service
) -> None:
    provider = service.provider
    where = f"/desk/providers/{provider.public_id}/money/"

    assert operator.post(where, {"do": "hold", "reason": ""}).status_code == 422
    assert operator.post(where, {"do": "hold", "reason": "Three cases."}).status_code == 302
    assert status(provider) == "failed"
    assert "Three cases." in text(operator.get("/desk/payouts/"))
    assert operator.post(where, {"do": "hold", "reason": "Again."}).status_code == 422
    operator.post(where, {"do": "free"})
    assert hold_on(provider) is None

    terms = {"do": "terms", "after_days": "1", "minimum": "0", "way": "gateway", "destination": "acct_1"}
    operator.post(where, terms)
    assert terms_of(provider) == Terms(1, 0, "gateway", "acct_1")
    operator.post(where, {"do": "drop_terms"})
    assert terms_of(provider) == Terms()
