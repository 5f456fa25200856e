"""Operators and money over the API: what they see is what there is, and what they do is done."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from accounts.services import create_token
from common import clock
from payments import services
from payments.enums import AccountKind, DifferenceKind, Movement, PayoutStatus, TransactionKind
from payments.models import GatewayDifference, Payout, PayoutRun
from payments.selectors import provider_balance
from payments.selectors.payouts import hold_on
from payments.services.ledger import Account, Cause, Line, post
from providers.models import Provider
from providers.rules.bank import by_iban
from providers.services.bank import set_bank_account
from tests.factories import make_outlet, make_user
from tests.signing_in import make_operator

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books")]


@pytest.fixture
def operator() -> User:
    return make_operator()


@pytest.fixture
def provider() -> Provider:
    """It has earned €95.00 a while ago."""
    found = make_outlet().provider
    account = by_iban(holder="Shop", iban="FI2112345600000785")
    set_bank_account(provider=found, account=account, user=make_user())
    post(
        kind=TransactionKind.RELEASE,
        booking_ref="HA-1",
        entries=[
            Line(Account(AccountKind.GATEWAY, "sandbox"), -10000, "EUR"),
            Line(Account(AccountKind.PAYABLE, found.public_id), 9500, "EUR"),
            Line(Account(AccountKind.COMMISSION, "marketplace"), 500, "EUR"),
        ],
        actor="system",
        cause=Cause("payment", "pay_1"),
    )
    return found


class App:
    """A program that has an operator's token."""

    def __init__(self, operator: User, *scopes: str) -> None:
        _token, self.secret = create_token(user=operator, name="books", scopes=scopes, as_operator=True)

    def __call__(self, method: str, path: str, body: Any = None, key: str = "") -> Any:
        headers = {"Authorization": f"Bearer {self.secret}", "Idempotency-Key": key or str(uuid4())}
        return Client().generic(
            method,
            f"/api/v1/desk/{path}",
            b"" if body is None else json.dumps(body).encode(),
            content_type="application/json",
            headers=headers,
        )


@pytest.fixture
def app(operator: User) -> App:
    return App(operator, "payouts:read", "payouts:write")


def planned(app: App) -> Payout:
    assert app("POST", "payout-runs").status_code == 201
    with clock.at(clock.now() + timedelta(days=8)):
        services.plan_runs()
    return Payout.objects.get()


def test_from_the_run_to_the_money_that_has_arrived(app: App, provider: Provider, settings: Any) -> None:
    settings.PAYOUT_HOLDER, settings.PAYOUT_IBAN = "Market", "FI2112345600000785"
    payout = planned(app)
    (run,) = app("GET", "payout-runs").json()["items"]
    assert (run["payouts"], run["open"], run["failed"]) == (1, 1, 0)
    assert app("GET", f"payout-runs/{run['id']}").json() == run
    (item,) = app("GET", f"payouts?run={run['id']}&status=planned").json()["items"]
    assert (item["business"]["id"], item["amount"], item["currency"]) == (provider.public_id, 9500, "EUR")
    assert app("GET", "payouts?status=paid").json()["items"] == []

    file = app("POST", f"payout-runs/{run['id']}/file")
    assert file["Content-Type"] == "application/xml"
    assert payout.public_id in file.content.decode()
    paid = app("POST", f"payouts/{payout.public_id}/paid")

    assert (paid.status_code, paid.json()["status"]) == (200, PayoutStatus.PAID)
    assert app("GET", f"payouts?business={provider.public_id}&status=paid").json()["items"] == [paid.json()]
    back = app("POST", f"payouts/{payout.public_id}/failed").json()
    assert (back["status"], back["failure"]) == ("failed", "returned")
    assert provider_balance(provider.public_id, "EUR") == 9500


def test_the_same_run_asked_for_twice_is_one(app: App) -> None:
    first = app("POST", "payout-runs", key="monday")
    again = app("POST", "payout-runs", key="monday")

    assert first.json() == again.json()
    assert PayoutRun.objects.count() == 1


def test_a_business_is_held_and_freed(app: App, provider: Provider) -> None:
    path = f"businesses/{provider.public_id}/payout-hold"
    assert app("PUT", path, {"reason": ""}).status_code == 422

    held = app("PUT", path, {"reason": "Three cases are open."})

    assert (held.status_code, held.json()["reason"]) == (200, "Three cases are open.")
    again = app("PUT", path, {"reason": "Again."})
    assert (again.status_code, again.json()["code"]) == (409, "payouts_held")
    assert app("GET", "payout-holds").json()["items"] == [held.json()]
    assert app("DELETE", path).status_code == 204
    assert app("DELETE", path).status_code == 204
    assert hold_on(provider) is None
    assert app("PUT", "businesses/prv_0000000000000000/payout-hold", {"reason": "No."}).status_code == 404


def test_a_difference_is_settled_with_a_note(app: App) -> None:
    found = GatewayDifference.objects.create(
        gateway="sandbox",
        day=clock.now().date(),
        kind=DifferenceKind.AMOUNT,
        moved=Movement.CAPTURE,
        reference="pay_1",
        currency="EUR",
        booked=100,
        reported=90,
        found_at=clock.now(),
    )
    (listed,) = app("GET", "differences").json()["items"]
    assert (listed["id"], listed["booked"], listed["reported"]) == (found.public_id, 100, 90)

    settled = app("POST", f"differences/{found.public_id}/settle", {"note": "Put right there."})

    assert settled.json()["note"] == "Put right there."
    again = app("POST", f"differences/{found.public_id}/settle", {"note": "Again."})
    assert (again.status_code, again.json()["code"]) == (409, "difference_settled")
    assert app("GET", "differences").json()["items"] == []
    assert len(app("GET", "differences?settled=true").json()["items"]) == 1


def test_the_money_of_the_marketplace(app: App, provider: Provider) -> None:
    found = app("GET", "money").json()

    assert found["balances"]["payable"] == 9500
    assert sum(found["balances"].values()) == 0
    assert (len(found["weeks"]), found["weeks"][-1]["commission"]) == (26, 500)


def test_who_only_reads_does_nothing_and_who_is_no_operator_any_more_sees_nothing(
    operator: User, provider: Provider
) -> None:
    reader = App(operator, "payouts:read")
    assert reader("GET", "payouts").status_code == 200
    assert reader("POST", "payout-runs").status_code == 404
    User.objects.filter(pk=operator.pk).update(is_operator=False, is_superuser=False)

    assert reader("GET", "payouts").status_code == 404
