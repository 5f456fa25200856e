"""The accounts that gateways keep for providers: opened, filled in on their pages, and paid to when they are ready."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.db import IntegrityError, transaction

from common import clock
from common.errors import InvalidInput
from common.models import AuditEntry, Event
from payments import gateways, services
from payments.enums import AccountKind, PayeeNeed, PayeeStatus, PayoutStatus, PayoutWay
from payments.errors import GatewayRefused, GatewayUnavailable, PayeesNotKept
from payments.gateways.base import PayeeOrder
from payments.gateways.stripe import StripeGateway
from payments.models import PayeeAccount, Payout
from payments.rules.payouts import Terms
from payments.sandbox import payees as sandbox
from payments.sandbox.models import SandboxPayout
from payments.selectors import balance, provider_balance
from payments.selectors.payees import payee_of, payees_gateway
from providers.models import Provider
from providers.rules.bank import by_iban
from providers.services.bank import set_bank_account
from tests.factories import make_outlet, make_user
from tests.payments.paying import ACTOR, open_online, pay_online
from tests.stripe_peer.fixtures import post, told
from tests.stripe_peer.server import SECRET, Fault, Peer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books")]
BACK, PAGE = "http://testserver/back", "http://testserver/page?expired=1"
BY_GATEWAY = Terms(way=PayoutWay.GATEWAY)


@pytest.fixture
def provider(db: None, monkeypatch: pytest.MonkeyPatch) -> Provider:
    found = make_outlet().provider
    monkeypatch.setattr("tests.payments.paying.PROVIDER", found.public_id)
    return found


@pytest.fixture
def stripe_alone(peer: Peer, settings: Any) -> Peer:
    """An installation that pays by Stripe and is no demonstration."""
    settings.DEMO = False
    return peer


def set_up(provider: Provider) -> str:
    return services.set_up_payee(provider=provider, return_url=BACK, expired_url=PAGE, actor=ACTOR)


def the_payee() -> PayeeAccount:
    return PayeeAccount.objects.get()


def news() -> list[tuple[str, str]]:
    rows = Event.objects.filter(subject_type="provider", type__startswith="provider.payee_").order_by("seq")
    return [(row.type, row.payload["status"]) for row in rows]


def pay_due(peer: Peer, amount: int = 10_000) -> list[Payout]:
    """Earn, and run the payouts when it is due."""
    payment = open_online(amount, method="stripe")
    peer.books.pay(payment.gateway_ref)
    told(peer)
    services.release_escrow(booking_ref=payment.booking_ref, actor=ACTOR)
    run()
    return list(Payout.objects.order_by("pk"))


def run(key: str = "one") -> None:
    with clock.at(clock.now() + timedelta(days=3, seconds=1)):
        services.start_run(key=key, actor=ACTOR)
        services.plan_runs()
        services.send_payouts()


def bank_of(provider: Provider) -> None:
    account = by_iban(holder="Kampaamo Söpö", iban="FI21 1234 5600 0007 85")
    set_bank_account(provider=provider, account=account, user=make_user())


def test_an_owner_sets_it_up_on_stripes_page_and_the_webhook_says_that_it_is_ready(
    stripe_alone: Peer, provider: Provider
) -> None:
    page = set_up(provider)

    row = the_payee()
    assert (row.status, row.gateway) == (PayeeStatus.MISSING, "stripe")
    assert row.needs == [PayeeNeed.BUSINESS, PayeeNeed.BANK, PayeeNeed.TERMS]
    assert row.due_by is not None
    assert stripe_alone.books.things[row.account]["metadata"] == {"provider": provider.public_id}
    assert stripe_alone.books.things[row.account]["country"] == "FI"

    answer = httpx.post(page)
    assert (answer.status_code, answer.headers["location"]) == (303, BACK)
    assert set(told(stripe_alone, copies=2)) == {200}

    row = the_payee()
    assert (row.status, row.needs, row.due_by) == (PayeeStatus.ENABLED, [], None)
    assert news() == [
        ("provider.payee_opened", "missing"),
        ("provider.payee_changed", "missing"),
        ("provider.payee_changed", "enabled"),
    ]
    assert AuditEntry.objects.filter(action="payee_opened", actor=ACTOR).count() == 1


def test_it_is_opened_once_though_the_answer_was_lost(stripe_alone: Peer, provider: Provider) -> None:
    stripe_alone.faults.append(Fault("POST /v1/accounts", status=500, times=2))
    with pytest.raises(GatewayUnavailable):
        set_up(provider)
    assert the_payee().account == ""

    first = set_up(provider)

    assert set_up(provider) != first  # each link opens once
    assert len(stripe_alone.books.all("account")) == 1
    assert PayeeAccount.objects.count() == 1


def test_a_link_that_was_opened_leads_back_to_our_page(stripe_alone: Peer, provider: Provider) -> None:
    page = set_up(provider)
    assert httpx.get(page).status_code == 200

    again = httpx.get(page)

    assert (again.status_code, again.headers["location"]) == (303, PAGE)


def test_a_poll_finds_what_no_webhook_told(stripe_alone: Peer, provider: Provider) -> None:
    set_up(provider)
    stripe_alone.books.settle_account(the_payee().account)

    with clock.at(clock.now() + timedelta(minutes=2, seconds=1)):
        assert services.check_payees() == 1
        assert services.check_payees() == 0

    assert the_payee().status == PayeeStatus.ENABLED


@pytest.mark.parametrize(
    ("change", "status", "needs"),
    [
        ({"disabled_reason": "under_review"}, PayeeStatus.REVIEW, []),
        ({"disabled_reason": "rejected.fraud"}, PayeeStatus.REJECTED, []),
        (
            {
                "past_due": ["individual.verification.document", "person_1.verification.additional_document"],
                "currently_due": ["owners.email", "company.tax_id", "individual.dob.day", "something.new"],
                "disabled_reason": "requirements.past_due",
            },
            PayeeStatus.MISSING,
            [PayeeNeed.DOCUMENT, PayeeNeed.OWNERS, PayeeNeed.TAX_ID, PayeeNeed.PERSON, PayeeNeed.OTHER],
        ),
    ],
)
def test_stripes_words_become_ours(
    stripe_alone: Peer, change: dict[str, Any], status: PayeeStatus, needs: list[PayeeNeed]
) -> None:
    gateway = StripeGateway()
    account = gateway.open_payee(PayeeOrder("prv_1", "FI", "key-1")).account
    stripe_alone.books.settle_account(account)
    assert gateway.payee(account=account).status == PayeeStatus.ENABLED
    thing = stripe_alone.books.require(account, [])
    thing["requirements"].update(change)

    state = gateway.payee(account=account)

    assert (state.status, list(state.needs)) == (status, needs)


def test_ready_it_is_paid_by_a_transfer_and_not_before(stripe_alone: Peer, provider: Provider) -> None:
    services.set_payout_terms(provider=None, terms=BY_GATEWAY, actor=ACTOR)
    assert pay_due(stripe_alone) == []  # no account, and no bank account either: it waits
    assert provider_balance(provider.public_id, "EUR") == 9500
    set_up(provider)
    run("two")
    assert not Payout.objects.exists()

    stripe_alone.books.settle_account(the_payee().account)
    told(stripe_alone)
    run("three")

    payout = Payout.objects.get()
    assert (payout.status, payout.way, payout.destination) == ("paid", "gateway", the_payee().account)
    [transfer] = stripe_alone.books.all("transfer")
    assert (transfer["destination"], transfer["amount"]) == (the_payee().account, 9500)
    assert balance(AccountKind.GATEWAY, "stripe", "EUR") == -500


def test_until_it_is_ready_the_banks_file_pays(stripe_alone: Peer, provider: Provider) -> None:
    services.set_payout_terms(provider=None, terms=BY_GATEWAY, actor=ACTOR)
    bank_of(provider)
    set_up(provider)

    [payout] = pay_due(stripe_alone)

    assert (payout.way, payout.gateway, payout.status) == ("file", "", "planned")


def test_an_account_that_stops_to_be_ready_is_not_paid_to(stripe_alone: Peer, provider: Provider) -> None:
    services.set_payout_terms(provider=None, terms=BY_GATEWAY, actor=ACTOR)
    set_up(provider)
    stripe_alone.books.settle_account(the_payee().account)
    told(stripe_alone)
    payment = open_online(10_000, method="stripe")
    stripe_alone.books.pay(payment.gateway_ref)
    told(stripe_alone)
    services.release_escrow(booking_ref=payment.booking_ref, actor=ACTOR)
    with clock.at(clock.now() + timedelta(days=3, seconds=1)):
        services.start_run(key="one", actor=ACTOR)
        services.plan_runs()
        stripe_alone.books.require(the_payee().account, ["individual.verification.document"])
        told(stripe_alone)
        services.send_payouts()

    payout = Payout.objects.get()
    assert (payout.status, payout.failure) == (PayoutStatus.FAILED, "account_not_ready")
    assert provider_balance(provider.public_id, "EUR") == 9500
    assert stripe_alone.books.all("transfer") == []


def test_closed_at_stripe_it_counts_as_turned_down(stripe_alone: Peer, provider: Provider) -> None:
    set_up(provider)
    row = the_payee()
    del stripe_alone.books.things[row.account]

    assert post(*stripe_alone.signed({**_account_event(row.account), "account": row.account})) == 200

    assert the_payee().status == PayeeStatus.REJECTED


def _account_event(account: str) -> dict[str, Any]:
    return {
        "id": "evt_1",
        "type": "account.updated",
        "data": {"object": {"object": "account", "id": account}},
    }


def test_what_happens_to_payments_at_a_providers_account_is_none_of_ours(
    stripe_alone: Peer, provider: Provider
) -> None:
    payment = open_online(5800, method="stripe")
    stripe_alone.asked.clear()
    theirs = {
        "id": "evt_2",
        "account": "acct_somebody",
        "type": "payment_intent.succeeded",
        "data": {"object": {"object": "payment_intent", "metadata": {"payment": payment.public_id}}},
    }

    assert post(*stripe_alone.signed(theirs)) == 200
    assert post(*stripe_alone.signed(theirs | {"id": "evt_3"}, secret="whsec_forged")) == 400

    assert stripe_alone.asked == []


def test_both_endpoints_secrets_are_taken(stripe_alone: Peer, settings: Any) -> None:
    event = _account_event("acct_nobodys")
    assert post(*stripe_alone.signed(event, secret=SECRET)) == 200
    settings.STRIPE_CONNECT_SECRET = ""
    assert post(*stripe_alone.signed(event | {"id": "evt_9", "account": "acct_nobodys"})) == 400


def test_an_account_that_operators_name_is_asked_about_before_it_is_paid_to(
    stripe_alone: Peer, provider: Provider
) -> None:
    made = stripe_alone.books.create_account({"capabilities": {"transfers": {"requested": True}}})["id"]
    stripe_alone.books.settle_account(made)
    services.set_payout_terms(
        provider=provider, terms=Terms(way=PayoutWay.GATEWAY, destination=made), actor=ACTOR
    )
    assert the_payee().status == PayeeStatus.MISSING

    assert services.check_payees() == 1

    assert the_payee().status == PayeeStatus.ENABLED
    # The owner has set up another one since; the same terms saved again leave it.
    PayeeAccount.objects.update(account="acct_of_the_owner")
    services.set_payout_terms(
        provider=provider, terms=Terms(way=PayoutWay.GATEWAY, destination=made, minimum=5), actor=ACTOR
    )
    assert the_payee().account == "acct_of_the_owner"
    PayeeAccount.objects.update(account=made)
    other = make_outlet().provider
    with pytest.raises(InvalidInput):
        services.set_payout_terms(
            provider=other, terms=Terms(way=PayoutWay.GATEWAY, destination=made), actor=ACTOR
        )
    assert payee_of(other, "stripe") is None


def test_the_database_refuses_an_account_of_two_and_ready_without_one(provider: Provider) -> None:
    PayeeAccount.objects.create(provider=provider, gateway="stripe", account="acct_1")
    with pytest.raises(IntegrityError, match="payee_account_is_one_providers"), transaction.atomic():
        PayeeAccount.objects.create(provider=make_outlet().provider, gateway="stripe", account="acct_1")
    with pytest.raises(IntegrityError, match="payee_enabled_has_an_account"), transaction.atomic():
        PayeeAccount.objects.create(provider=provider, gateway="sandbox", status="enabled")


def test_where_no_gateway_keeps_accounts_nothing_is_set_up(provider: Provider, settings: Any) -> None:
    settings.DEMO = False

    assert payees_gateway() is None
    with pytest.raises(PayeesNotKept):
        set_up(provider)


@pytest.mark.parametrize("name", ["counter"])
def test_the_counter_keeps_none(name: str) -> None:
    gateway = gateways.get(name)
    with pytest.raises(GatewayRefused):
        gateway.payee(account="acct_1")
    with pytest.raises(GatewayRefused):
        gateway.open_payee(PayeeOrder("prv_1", "FI", "k"))
    with pytest.raises(GatewayRefused):
        gateway.payee_page(account="acct_1", return_url=BACK, expired_url=PAGE)


def test_the_sandbox_needs_none_and_pays_only_to_a_verified_one_once_there_is_one(provider: Provider) -> None:
    services.set_payout_terms(provider=None, terms=BY_GATEWAY, actor=ACTOR)
    pay_online(10_000, "HA-1")
    services.release_escrow(booking_ref="HA-1", actor=ACTOR)
    page = set_up(provider)
    row = the_payee()
    assert page.endswith(f"/sandbox/payee/{row.account}")
    sandbox.act(row.account, "ask_document")
    row = services.sync_payee(payee=row.public_id) or row
    assert row.needs == [PayeeNeed.DOCUMENT]
    run()
    assert not Payout.objects.exists()

    sandbox.act(row.account, "verify")
    services.sync_payee(payee=row.public_id)
    run("two")

    assert Payout.objects.get().status == PayoutStatus.PAID
    assert SandboxPayout.objects.get().destination == row.account
