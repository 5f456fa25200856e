"""The sandbox as a company of its own: its page, its keys, its slow payments."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client

from common import clock
from payments import services
from payments.enums import PaymentStatus, PayoutResult
from payments.errors import GatewayRefused
from payments.gateways.base import PayoutOrder
from payments.gateways.sandbox import SandboxGateway
from payments.sandbox import service as sandbox
from payments.sandbox.models import SandboxDelivery, SandboxIntent, SandboxPayout, SandboxRefund
from payments.sandbox.wire import SandboxError, Wire
from tests.payments.paying import open_online

pytestmark = pytest.mark.django_db


def create(amount: int = 5800, key: str = "key-1") -> Wire:
    return sandbox.create_intent(
        merchant="Hereabouts",
        reference="pay_1",
        amount=amount,
        currency="EUR",
        return_url="http://testserver/back",
        idempotency_key=key,
    )


def test_a_key_opens_one_intent() -> None:
    assert create() == create()
    assert create(key="key-2")["id"] != create()["id"]


def test_a_key_with_another_amount_is_refused() -> None:
    create(5800)

    with pytest.raises(SandboxError, match="idempotency_mismatch"):
        create(5900)


def test_a_key_refunds_once() -> None:
    intent = create()["id"]
    sandbox.act(intent, "pay")

    for _ in range(2):
        sandbox.create_refund(intent_id=intent, reference="ref_1", amount=4000, idempotency_key="r1")

    assert SandboxRefund.objects.count() == 1
    with pytest.raises(SandboxError, match="not_refundable"):
        sandbox.create_refund(intent_id=intent, reference="ref_2", amount=1801, idempotency_key="r2")


def test_an_unpaid_intent_cannot_be_refunded() -> None:
    with pytest.raises(SandboxError, match="not_refundable"):
        sandbox.create_refund(intent_id=create()["id"], reference="ref_1", amount=1, idempotency_key="r1")


@pytest.mark.parametrize(
    ("action", "status", "deliveries"),
    [
        ("pay", "succeeded", 1),
        ("pay_twice", "succeeded", 2),
        ("pay_disordered", "succeeded", 2),
        ("pay_slowly", "processing", 1),
        ("decline", "declined", 1),
        ("cancel", "canceled", 1),
    ],
)
def test_each_button_does_what_it_says_and_goes_back(action: str, status: str, deliveries: int) -> None:
    payment = open_online()

    answer = Client().post(f"/sandbox/pay/{payment.gateway_ref}", {"action": action})

    assert (answer.status_code, answer["Location"]) == (302, payment.return_url)
    assert SandboxIntent.objects.get().status == status
    assert SandboxDelivery.objects.count() == deliveries


def test_a_double_click_pays_once() -> None:
    payment = open_online()

    for _ in range(2):
        Client().post(f"/sandbox/pay/{payment.gateway_ref}", {"action": "pay"})

    assert SandboxDelivery.objects.count() == 1
    assert SandboxIntent.objects.get().revision == 2


def test_a_slow_payment_goes_through_after_ten_seconds() -> None:
    payment = open_online()
    sandbox.act(payment.gateway_ref, "pay_slowly")
    assert services.sync_payment(payment_id=payment.public_id).status == PaymentStatus.PENDING
    assert sandbox.settle_slow() == 0

    with clock.at(clock.now() + timedelta(seconds=11)):
        assert sandbox.settle_slow() == 1

    assert services.sync_payment(payment_id=payment.public_id).status == PaymentStatus.CAPTURED


def test_the_page_wants_its_own_form_and_a_known_button() -> None:
    payment = open_online()
    url = f"/sandbox/pay/{payment.gateway_ref}"

    assert Client(enforce_csrf_checks=True).post(url, {"action": "pay"}).status_code == 403
    assert Client().post(url, {"action": "steal"}).status_code == 400
    assert Client().get("/sandbox/pay/pi_unknown").status_code == 404
    assert SandboxIntent.objects.get().status == "requires_payment"


def test_the_page_shows_the_amount_and_the_buttons_only_while_they_work() -> None:
    payment = open_online(5800)
    url = f"/sandbox/pay/{payment.gateway_ref}"

    open_page = Client().get(url).content.decode()
    sandbox.act(payment.gateway_ref, "decline")
    closed_page = Client().get(url).content.decode()

    assert "€58.00" in open_page
    assert 'value="pay"' in open_page
    assert 'value="pay"' not in closed_page
    assert payment.return_url in closed_page


def test_a_key_pays_a_provider_once_and_a_closed_account_takes_nothing() -> None:
    gateway = SandboxGateway()
    order = PayoutOrder("out_1", "acct_1", 5510, "EUR", "po-1")

    paid = [gateway.pay_out(order) for _ in range(2)]

    assert paid[0] == paid[1]
    assert paid[0].result == PayoutResult.PAID
    assert SandboxPayout.objects.get().amount == 5510
    for other in (replace(order, amount=5511), replace(order, destination="closed", idempotency_key="po-2")):
        with pytest.raises(GatewayRefused):
            gateway.pay_out(other)
    assert SandboxPayout.objects.count() == 1
