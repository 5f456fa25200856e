"""Webhooks: forged, stale, twice, out of order, too long; and the sandbox sending them for real."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from common import clock, events
from common.errors import NotFound
from payments import services
from payments.enums import PaymentStatus
from payments.models import LedgerTransaction, Payment, WebhookReceipt
from payments.sandbox import service as sandbox
from payments.sandbox import webhooks
from payments.sandbox.models import SandboxDelivery
from payments.sandbox.signing import sign
from payments.selectors import held_amount, open_payment_of
from tests.payments.paying import BOOKING, event_types, open_online

SECRET = "a-secret-of-the-tests"

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books")]


def send(body: bytes, *, secret: str = SECRET, age_s: int = 0, header: str | None = None) -> Any:
    timestamp = int(clock.now().timestamp()) - age_s
    signature = sign(secret=secret, body=body, timestamp=timestamp) if header is None else header
    return Client(enforce_csrf_checks=True).post(
        "/webhooks/sandbox",
        data=body,
        content_type="application/json",
        headers={"Sandbox-Signature": signature},
    )


def paid_event() -> tuple[Payment, bytes]:
    """A payment that was paid on the sandbox's page, and the webhook that says so, not yet sent."""
    payment = open_online()
    sandbox.act(payment.gateway_ref, "pay")
    return payment, SandboxDelivery.objects.get().body.encode()


def status_of(payment: Payment) -> str:
    payment.refresh_from_db()
    return payment.status


def test_a_signed_webhook_captures_and_is_kept_encrypted() -> None:
    payment, body = paid_event()

    assert send(body).status_code == 200

    assert status_of(payment) == PaymentStatus.CAPTURED
    receipt = WebhookReceipt.objects.get()
    assert receipt.processed_at is not None
    assert receipt.body.encode() == body
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM payments_webhookreceipt")
        assert payment.public_id.encode() not in bytes(cursor.fetchone()[0])


def test_a_webhook_delivered_again_answers_200_and_changes_nothing() -> None:
    payment, body = paid_event()

    assert [send(body).status_code for _ in range(3)] == [200, 200, 200]

    assert event_types(payment) == ["payment.opened", "payment.captured"]
    assert WebhookReceipt.objects.count() == 1
    assert LedgerTransaction.objects.count() == 1


def test_a_webhook_that_was_kept_but_not_applied_is_applied_by_the_next_delivery() -> None:
    payment, body = paid_event()
    WebhookReceipt.objects.create(gateway="sandbox", event_id=json.loads(body)["id"], body=body.decode())

    assert send(body).status_code == 200

    assert status_of(payment) == PaymentStatus.CAPTURED


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"secret": "another"}, "forged"),
        ({"age_s": 330}, "stale"),
        ({"age_s": -330}, "from the future"),
        ({"header": ""}, "unsigned"),
        ({"header": "t=,v1="}, "empty"),
        ({"header": "t=abc,v1=00"}, "no time"),
        ({"header": "t=1,v1=ü"}, "no hex"),
        ({"header": "nonsense"}, "no form"),
    ],
)
def test_a_webhook_with_a_wrong_signature_is_refused_unread(given: dict[str, Any], why: str) -> None:
    payment, body = paid_event()

    answer = send(body, **given)

    assert answer.status_code == 400, why
    assert answer.json()["code"] == "webhook_invalid"
    assert status_of(payment) == PaymentStatus.PENDING
    assert not WebhookReceipt.objects.exists()


def test_an_altered_webhook_is_refused() -> None:
    payment, body = paid_event()
    header = sign(secret=SECRET, body=body, timestamp=int(clock.now().timestamp()))

    assert send(body.replace(b"5800", b"0001"), header=header).status_code == 400
    assert status_of(payment) == PaymentStatus.PENDING


@pytest.mark.parametrize(
    "body", [b"", b"not json", b"[]", b'{"id": "evt_1"}', b'{"id": "e", "intent": {}}', b"\xff"]
)
def test_a_signed_webhook_of_another_form_is_refused(body: bytes) -> None:
    assert send(body).status_code == 400
    assert not WebhookReceipt.objects.exists()


def test_a_webhook_that_is_too_long_is_refused() -> None:
    answer = send(b"x" * (64 * 1024 + 1))

    assert (answer.status_code, answer.json()["code"]) == (413, "webhook_too_large")


def test_a_webhook_for_an_unknown_gateway_is_not_found() -> None:
    assert Client().post("/webhooks/nobody", data=b"{}", content_type="application/json").status_code == 404
    assert Client().get("/webhooks/sandbox").status_code == 405


def test_a_sandbox_webhook_outside_a_demonstration_is_not_found(settings: Any) -> None:
    payment, body = paid_event()
    settings.DEMO = False

    assert send(body).status_code == 404
    assert status_of(payment) == PaymentStatus.PENDING


def test_the_counter_takes_no_webhooks() -> None:
    answer = Client().post("/webhooks/counter", data=b"{}", content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (400, "webhook_invalid")


def test_a_webhook_about_a_payment_of_somebody_else_is_taken_and_ignored() -> None:
    payment, body = paid_event()

    assert send(body.replace(payment.public_id.encode(), b"pay_0000000000000000")).status_code == 200
    assert status_of(payment) == PaymentStatus.PENDING


def test_a_webhook_that_a_subscriber_refuses_is_not_taken_and_may_come_again() -> None:
    payment, body = paid_event()
    refusals = [NotFound()]

    @events.within_transaction("payment.captured")
    def hears(event: events.Event) -> None:
        if refusals:
            raise refusals.pop()

    assert send(body).status_code == 404
    assert status_of(payment) == PaymentStatus.PENDING
    assert not LedgerTransaction.objects.exists()

    assert send(body).status_code == 200
    assert status_of(payment) == PaymentStatus.CAPTURED


def test_a_subscriber_may_ask_the_money_back_in_the_capturing_transaction() -> None:
    payment, body = paid_event()

    @events.within_transaction("payment.captured")
    def too_late(event: events.Event) -> None:
        services.refund_payment(
            booking_ref=BOOKING, amount=5800, reason="too_late", actor="system", key=event.subject_id
        )

    assert send(body).status_code == 200

    assert event_types(payment) == ["payment.opened", "payment.captured", "refund.requested"]
    assert held_amount(BOOKING) == 0


def test_webhooks_in_the_wrong_order_end_captured() -> None:
    payment = open_online()
    sandbox.act(payment.gateway_ref, "pay_disordered")
    processing, succeeded = SandboxDelivery.objects.order_by("pk")
    assert succeeded.next_try_at < processing.next_try_at

    for delivery in (succeeded, processing):
        assert send(delivery.body.encode()).status_code == 200

    assert status_of(payment) == PaymentStatus.CAPTURED
    assert event_types(payment) == ["payment.opened", "payment.captured"]


@pytest.mark.django_db(transaction=True)
def test_the_sandbox_delivers_over_http_twice_what_it_was_told_to(live_server: Any, settings: Any) -> None:
    settings.SANDBOX_WEBHOOK_URL = f"{live_server.url}/webhooks/sandbox"
    payment = open_online()
    sandbox.act(payment.gateway_ref, "pay_twice")

    assert webhooks.deliver_due() == 2
    assert webhooks.deliver_due() == 0

    assert status_of(payment) == PaymentStatus.CAPTURED
    assert list(SandboxDelivery.objects.values_list("last_status", "next_try_at")) == [(200, None)] * 2
    assert WebhookReceipt.objects.count() == 1
    assert event_types(payment) == ["payment.opened", "payment.captured"]


def test_a_delivery_that_nobody_takes_is_tried_again_and_given_up_in_the_end(settings: Any) -> None:
    settings.SANDBOX_WEBHOOK_URL = "http://127.0.0.1:1/webhooks/sandbox"
    paid_event()
    webhooks.deliver_due()
    delivery = SandboxDelivery.objects.get()
    assert (delivery.tries, delivery.last_status, delivery.delivered_at) == (1, None, None)
    assert delivery.next_try_at > clock.now()

    SandboxDelivery.objects.update(tries=webhooks.MAX_TRIES - 1)
    with clock.at(clock.now() + timedelta(minutes=10)):
        webhooks.deliver_due()

    delivery.refresh_from_db()
    assert delivery.next_try_at is None


def test_a_payment_that_no_webhook_told_of_is_found_by_asking() -> None:
    payment, _ = paid_event()
    assert services.check_payments() == 0  # not before its time

    with clock.at(clock.now() + timedelta(seconds=31)):
        assert services.check_payments() == 1

    assert status_of(payment) == PaymentStatus.CAPTURED


def test_asking_becomes_rarer_and_an_abandoned_payment_is_closed() -> None:
    payment = open_online()
    now = clock.now()
    with clock.at(now + timedelta(seconds=31)):
        assert services.check_payments() == 1
        assert services.check_payments() == 0
    payment.refresh_from_db()
    assert payment.checks == 1

    with clock.at(now + timedelta(hours=25)):
        services.check_payments()

    assert status_of(payment) == PaymentStatus.CANCELLED
    assert payment.next_check_at is None
    assert sandbox.get_intent(payment.gateway_ref)["status"] == "canceled"
    assert open_payment_of(BOOKING) is None
