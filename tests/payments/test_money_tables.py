"""The operators' tables of money: shown to operators, changed by nobody."""

import pytest
from django.contrib import admin
from django.test import Client

from accounts.models import User
from payments import services
from payments.models import WebhookReceipt
from tests.payments.paying import ACTOR, BOOKING, pay_online
from tests.signing_in import sign_in

TABLES = [
    "commissionrule",
    "commissionvat",
    "ledgeraccount",
    "ledgertransaction",
    "payment",
    "payout",
    "payoutfile",
    "payouthold",
    "payoutrun",
    "payoutterms",
    "policybounds",
    "policyrule",
    "refund",
    "webhookreceipt",
]


@pytest.fixture
def operator(db: None) -> Client:
    client = Client()
    sign_in(client, User.objects.create_superuser(email="operator@example.com"))
    return client


def test_each_table_of_money_is_registered() -> None:
    registered = [
        model._meta.model_name for model in admin.site._registry if model._meta.app_label == "payments"
    ]

    assert sorted(str(name) for name in registered) == TABLES


@pytest.mark.parametrize("table", TABLES)
def test_an_operator_reads_and_changes_nothing(operator: Client, table: str) -> None:
    pay_online()
    services.refund_payment(booking_ref=BOOKING, amount=100, reason="test", actor=ACTOR, key="one")
    WebhookReceipt.objects.create(gateway="sandbox", event_id="evt_1", body="{}")
    model = next(m for m in admin.site._registry if m._meta.model_name == table)
    row = model._default_manager.first()

    assert operator.get(f"/admin/payments/{table}/").status_code == 200
    assert operator.get(f"/admin/payments/{table}/add/").status_code == 403
    if row:
        assert operator.get(f"/admin/payments/{table}/{row.pk}/change/").status_code == 200
        assert operator.post(f"/admin/payments/{table}/{row.pk}/delete/", {"post": "yes"}).status_code == 403
