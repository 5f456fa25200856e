"""An owner sets up the account to which the payment company pays the business."""

from typing import Any

import pytest
from django.test import Client

from payments.models import PayeeAccount
from payments.rules.payouts import Terms
from payments.sandbox import payees as sandbox
from payments.sandbox.models import SandboxPayee
from payments.services import set_payout_terms
from providers.enums import Role
from providers.models import Provider
from tests.factories import make_member, make_outlet
from tests.frontend.booking_steps import text
from tests.frontend.test_provider_bank import lately
from tests.signing_in import sign_in
from tests.stripe_peer.fixtures import peer, told
from tests.stripe_peer.server import Peer

__all__ = ["peer"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(settings: Any) -> Provider:
    settings.DEMO = True
    return make_outlet().provider


@pytest.fixture
def owner(provider: Provider) -> Client:
    return lately(make_member(provider))


def page(provider: Provider, rest: str = "account/") -> str:
    return f"/provider/{provider.public_id}/money/{rest}"


def test_in_the_demonstration_it_is_not_needed_and_can_be_tried(provider: Provider, owner: Client) -> None:
    assert "In this demonstration it is not needed to be paid." in text(owner.get(page(provider)))

    sent = owner.post(page(provider, "account/go-on/"))
    assert sent["Location"].startswith("/sandbox/payee/acct_")
    there = owner.get(sent["Location"])
    assert "To be paid by" in text(there)
    back = owner.post(sent["Location"], {"action": "ask_document"})
    shown = text(owner.get(back["Location"], follow=True))
    assert "Something is missing" in shown
    assert "A document that shows who they are" in shown

    back = owner.post(sent["Location"], {"action": "verify"})
    assert "Ready: payouts may go there" in text(owner.get(back["Location"], follow=True))
    assert "Your account at Sandbox payments ready" in text(owner.get(page(provider, "")))


def test_turned_down_it_says_so_and_the_bank_account_counts(provider: Provider, owner: Client) -> None:
    owner.post(page(provider, "account/go-on/"))
    sandbox.act(SandboxPayee.objects.get().public_id, "refuse")

    shown = text(owner.get(page(provider, "account/back/"), follow=True))

    assert "Sandbox payments does not pay this business" in shown


def test_by_stripe_the_money_page_says_what_is_in_the_way(
    provider: Provider, owner: Client, peer: Peer, settings: Any
) -> None:
    settings.DEMO = False
    set_payout_terms(provider=None, terms=Terms(way="gateway"), actor="system")
    money = text(owner.get(page(provider, "")))
    assert (
        "Your account at Stripe is not ready Until it is, your money waits here. See what is missing" in money
    )

    sent = owner.post(page(provider, "account/go-on/"))
    assert sent["Location"].startswith(f"{peer.url}/setup/")
    link = peer.books.all("account_link")[0]
    assert link["_return"] == f"http://testserver{page(provider, 'account/back/')}"
    assert "could be opened once only" in text(owner.get(link["_refresh"].removeprefix("http://testserver")))
    assert "The bank account to pay to" in text(owner.get(page(provider)))

    peer.books.settle_account(PayeeAccount.objects.get().account)
    told(peer)
    assert "The next payout goes there." in text(owner.get(page(provider)))
    assert "is not ready" not in text(owner.get(page(provider, "")))


def test_a_payment_company_that_is_away_is_said_and_changes_nothing(
    provider: Provider, owner: Client, peer: Peer, settings: Any
) -> None:
    settings.DEMO = False
    peer.stop()

    answer = owner.post(page(provider, "account/go-on/"), follow=True)

    assert "The payment service does not answer." in text(answer)
    assert PayeeAccount.objects.get().account == ""


def test_only_owners_who_signed_in_lately_and_only_where_there_is_one(
    provider: Provider, owner: Client, settings: Any
) -> None:
    manager = sign_in(Client(), make_member(provider, Role.MANAGER))
    assert manager.get(page(provider)).status_code == 403
    assert manager.get(page(provider, "")).status_code == 200
    settings.DEMO = False

    assert owner.get(page(provider)).status_code == 404
    assert owner.post(page(provider, "account/go-on/")).status_code == 404
    assert "Your account at" not in text(owner.get(page(provider, "")))


def test_the_balance_over_the_api_names_it(provider: Provider, owner: Client) -> None:
    base = f"/api/v1/provider/businesses/{provider.public_id}/balance"
    assert owner.get(base).json()["payee"] is None
    owner.post(page(provider, "account/go-on/"))

    payee = owner.get(base).json()["payee"]

    assert (payee["gateway"], payee["status"], payee["due_by"]) == ("sandbox", "missing", None)
    assert payee["needs"] == ["business", "person", "bank"]
