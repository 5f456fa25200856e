"""A customer's wallet over the API: what is in it, page by page how it moved, and what goes back."""

import json
import uuid
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from payments import services
from payments.models import Refund
from payments.selectors.wallets import wallet_balance
from tests.factories import make_user
from tests.payments.paying import BOOKING, PROVIDER, pay_online

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books")]
OPERATOR = "user:usr_0000000000000009"


@pytest.fixture
def user(db: None) -> User:
    """60.00 that a business gave, and 8.00 that came back from a payment."""
    user = make_user()
    given = {"booking_ref": "HA-GIVEN", "provider_id": PROVIDER, "amount": 6000, "currency": "EUR"}
    services.compensate(**given, user_id=user.public_id, actor=OPERATOR)
    pay_online(5800)
    services.refund_payment(
        booking_ref=BOOKING, amount=800, reason="t", actor=OPERATOR, key="k", wallet=user.public_id
    )
    return user


@pytest.fixture
def helmi(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def send_back(client: Client, amount: int, key: str) -> Any:
    return client.post(
        "/api/v1/me/wallet/send-back",
        json.dumps({"currency": "EUR", "amount": amount}),
        content_type="application/json",
        headers={"Idempotency-Key": key},
    )


def test_what_is_in_it_and_how_it_moved(helmi: Client) -> None:
    found = helmi.get("/api/v1/me/wallet").json()
    assert found == {"items": [{"currency": "EUR", "balance": 6800, "returnable": 800}], "payouts": []}

    first = helmi.get("/api/v1/me/wallet/movements?limit=1").json()
    second = helmi.get(f"/api/v1/me/wallet/movements?limit=1&cursor={first['next']}").json()

    assert [(line["kind"], line["booking"], line["amount"]) for line in first["items"] + second["items"]] == [
        ("refund_paid", BOOKING, 800),
        ("compensation", "HA-GIVEN", 6000),
    ]
    assert second["next"] is None


def test_what_came_from_a_payment_goes_back_once(helmi: Client, user: User) -> None:
    key = str(uuid.uuid4())
    refused = send_back(helmi, 801, str(uuid.uuid4()))
    sent, again = send_back(helmi, 800, key), send_back(helmi, 800, key)

    assert (refused.status_code, refused.json()["code"]) == (409, "refund_too_much")
    assert sent.json() == again.json()
    assert sent.json()["refunds"] == [Refund.objects.get(from_wallet=user.public_id).public_id]
    assert wallet_balance(user.public_id, "EUR") == 6000
