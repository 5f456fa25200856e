"""Stripe by its own SDK, unmodified, over real HTTP: against our peer, and against Stripe's test mode with a key."""

import json
import os
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from common import clock
from payments import gateways, services
from payments.enums import (
    AccountKind,
    Movement,
    PaymentHint,
    PaymentStatus,
    PayoutResult,
    RefundStatus,
)
from payments.errors import GatewayRefused, GatewayUnavailable, WebhookInvalid
from payments.gateways.base import CaptureOrder, PaymentOrder, PayoutOrder, RefundOrder
from payments.gateways.stripe import StripeGateway
from payments.gateways.stripe import wire as module
from payments.models import Dispute, LedgerTransaction, Payment, WebhookReceipt
from payments.selectors import balance, held_amount, on_card_amount
from tests.payments.paying import ACTOR, BOOKING, PROVIDER, event_types, open_online
from tests.stripe_peer import books as cards
from tests.stripe_peer.fixtures import post, told
from tests.stripe_peer.server import SECRET, Fault, Peer

REAL_KEY = os.environ.get("STRIPE_TEST_KEY", "")

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books")]


@dataclass
class Here:
    """Whichever Stripe is asked. Only at the peer can the customer's side be played without a browser."""

    peer: Peer | None


@pytest.fixture(params=["peer", "test mode"])
def stripe_(request: pytest.FixtureRequest, settings: Any) -> Here:
    if request.param == "peer":
        return Here(request.getfixturevalue("peer"))
    if not REAL_KEY.startswith("sk_test_"):
        pytest.skip("STRIPE_TEST_KEY is not set: Stripe's test mode is not asked")
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = REAL_KEY, SECRET
    settings.STRIPE_API_URL = "https://api.stripe.com"
    return Here(None)


def order(reference: str = "pay_1", amount: int = 5800, *, hold: bool = False, key: str = "") -> PaymentOrder:
    return PaymentOrder(reference, amount, "EUR", "http://testserver/back", key or f"key-{reference}", hold)


def opened(peer: Peer, *, hold: bool = False, amount: int = 5800) -> Payment:
    payment = services.prepare_payment(
        booking_ref=BOOKING,
        provider_id=PROVIDER,
        amount=amount,
        method="stripe",
        currency="EUR",
        actor=ACTOR,
        return_url="http://testserver/bookings/there",
        hold=hold,
    )
    return services.start_payment(payment, actor=ACTOR)


def an_account(peer: Peer) -> str:
    """One of a provider's that Stripe pays to."""
    made = peer.books.create_account({"capabilities": {"transfers": {"requested": True}}})
    return str(peer.books.settle_account(made["id"])["id"])


def test_without_a_key_nobody_can_pay_by_stripe(settings: Any) -> None:
    settings.STRIPE_SECRET_KEY = ""

    assert "stripe" not in gateways.methods()
    assert Client().post("/webhooks/stripe", data=b"{}", content_type="application/json").status_code == 404


def test_a_key_opens_one_page_and_another_amount_is_refused(stripe_: Here) -> None:
    gateway, key = StripeGateway(), f"key-{clock.now().timestamp()}"

    first = gateway.create(order(key=key))

    assert gateway.create(order(key=key)) == first
    assert (first.status, first.amount, first.currency) == (PaymentStatus.PENDING, 5800, "EUR")
    assert first.reference == "pay_1"
    assert first.redirect_url.startswith("http")
    with pytest.raises(GatewayRefused):
        gateway.create(order(amount=5900, key=key))
    assert gateway.fetch(gateway_ref=first.gateway_ref).status == PaymentStatus.PENDING
    assert gateway.cancel(gateway_ref=first.gateway_ref).status == PaymentStatus.CANCELLED


def test_what_nobody_paid_cannot_be_refunded_or_taken(stripe_: Here) -> None:
    gateway = StripeGateway()
    state = gateway.create(order(key=f"key-{clock.now().timestamp()}"))

    with pytest.raises(GatewayRefused):
        gateway.refund(RefundOrder("ref_1", state.gateway_ref, 100, "EUR", "r-1"))
    with pytest.raises(GatewayRefused):
        gateway.capture(CaptureOrder("pay_1", state.gateway_ref, 100, "EUR", "c-1"))


def test_an_unknown_payment_is_refused_and_a_wrong_key_is_waited_for(stripe_: Here, settings: Any) -> None:
    with pytest.raises(GatewayRefused):
        StripeGateway().fetch(gateway_ref="cs_test_unknown")

    settings.STRIPE_SECRET_KEY = "sk_test_wrong"
    with pytest.raises(GatewayUnavailable):
        StripeGateway().create(order(key="key-wrong"))


def test_paid_on_stripes_page_a_signed_webhook_captures_it_once(peer: Peer) -> None:
    payment = opened(peer)
    peer.books.pay(payment.gateway_ref)

    assert set(told(peer, copies=2)) == {200}

    payment.refresh_from_db()
    assert payment.status == PaymentStatus.CAPTURED
    assert held_amount(BOOKING) == 5800
    assert event_types(payment) == ["payment.opened", "payment.captured"]


def test_a_poll_finds_what_no_webhook_told(peer: Peer) -> None:
    payment = opened(peer)
    peer.books.pay(payment.gateway_ref)

    with clock.at(clock.now() + timedelta(seconds=31)):
        assert services.check_payments() == 1

    payment.refresh_from_db()
    assert payment.status == PaymentStatus.CAPTURED


@pytest.mark.parametrize(
    ("card", "hint"), [(cards.DECLINED, PaymentHint.DECLINED), (cards.EXPIRED, PaymentHint.EXPIRED_CARD)]
)
def test_a_declined_card_leaves_the_page_open_and_another_one_pays(
    peer: Peer, card: str, hint: PaymentHint
) -> None:
    payment = opened(peer)
    peer.books.pay(payment.gateway_ref, card)
    told(peer)
    payment.refresh_from_db()
    assert (payment.status, payment.hint) == (PaymentStatus.PENDING, hint)

    peer.books.pay(payment.gateway_ref)
    told(peer)

    payment.refresh_from_db()
    assert (payment.status, payment.hint) == (PaymentStatus.CAPTURED, "")


@pytest.mark.parametrize("confirmed", [True, False])
def test_the_customers_bank_asks_them_to_confirm(peer: Peer, confirmed: bool) -> None:
    payment = opened(peer)
    peer.books.pay(payment.gateway_ref, cards.STEP_UP)
    told(peer)
    payment.refresh_from_db()
    assert (payment.status, payment.hint) == (PaymentStatus.PENDING, PaymentHint.STEP_UP)

    peer.books.step_up(payment.gateway_ref, confirmed=confirmed)
    told(peer)

    payment.refresh_from_db()
    assert payment.status == (PaymentStatus.CAPTURED if confirmed else PaymentStatus.PENDING)
    assert payment.hint == ("" if confirmed else PaymentHint.DECLINED)


def test_closing_a_payment_closes_the_page(peer: Peer) -> None:
    payment = opened(peer)
    services.cancel_open_payments(booking_ref=BOOKING, actor=ACTOR)

    services.sync_payment(payment_id=payment.public_id)

    assert peer.books.things[payment.gateway_ref]["status"] == "expired"
    with pytest.raises(cards.StripeError):
        peer.books.pay(payment.gateway_ref)


def test_paid_just_before_it_was_closed_it_counts_as_paid(peer: Peer) -> None:
    payment = opened(peer)
    peer.books.pay(payment.gateway_ref)
    services.cancel_open_payments(booking_ref=BOOKING, actor=ACTOR)

    assert services.sync_payment(payment_id=payment.public_id).status == PaymentStatus.CAPTURED


def _refund(amount: int, key: str = "why") -> Any:
    [refund] = services.refund_payment(
        booking_ref=BOOKING, amount=amount, reason="test", actor=ACTOR, key=key
    )
    services.carry_out_refund(refund_id=refund.public_id)
    refund.refresh_from_db()
    return refund


def test_a_refund_is_made_once_though_stripe_has_forgotten_the_key(peer: Peer) -> None:
    payment = opened(peer)
    peer.books.pay(payment.gateway_ref)
    told(peer)
    peer.faults.append(Fault("POST /v1/refunds", status=500, times=2))

    refund = _refund(2000)
    assert refund.status == RefundStatus.REQUESTED  # Stripe did it, and answered 500
    peer.answers.clear()
    services.carry_out_refund(refund_id=refund.public_id)

    refund.refresh_from_db()
    assert refund.status == RefundStatus.DONE
    assert [each["amount"] for each in peer.books.all("refund")] == [2000]
    assert balance(AccountKind.GATEWAY, "stripe", "EUR") == -3800


def test_more_than_was_paid_is_not_refunded(peer: Peer) -> None:
    gateway = StripeGateway()
    state = gateway.create(order())
    peer.books.pay(state.gateway_ref)

    done = gateway.refund(RefundOrder("ref_1", state.gateway_ref, 5800, "EUR", "r-1"))
    assert done.status == RefundStatus.DONE
    with pytest.raises(GatewayRefused):
        gateway.refund(RefundOrder("ref_2", state.gateway_ref, 1, "EUR", "r-2"))

    assert gateway.fetch(gateway_ref=state.gateway_ref).refunds == (done,)


@pytest.mark.parametrize(
    "fault",
    [
        Fault("POST /v1/checkout/sessions", when="before", status=500, times=2),
        Fault("POST /v1/checkout/sessions", status=500, times=2),
        Fault("POST /v1/checkout/sessions", status=0, times=2),
        Fault("POST /v1/checkout/sessions", pause_s=0.6, times=2),
        Fault("POST /v1/checkout/sessions", when="before", status=429, times=2),
    ],
    ids=["500 before", "500 after", "no answer", "slow", "too many"],
)
def test_stripe_that_does_not_answer_is_asked_again_with_the_same_key(
    peer: Peer, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TIMEOUT_S", 0.3)
    module.client.cache_clear()
    peer.faults.append(replace(fault))
    payment = services.prepare_payment(
        booking_ref=BOOKING,
        provider_id=PROVIDER,
        amount=5800,
        method="stripe",
        currency="EUR",
        actor=ACTOR,
        return_url="http://testserver/there",
    )
    try:
        with pytest.raises(GatewayUnavailable):
            services.start_payment(payment, actor=ACTOR)
        for fault in peer.faults:
            fault.times = 0
        payment = services.start_payment(payment, actor=ACTOR)
    finally:
        module.client.cache_clear()

    assert payment.status == PaymentStatus.PENDING
    assert len(peer.books.all("checkout.session")) == 1


def test_held_on_the_card_a_part_is_taken_and_the_rest_let_go(peer: Peer) -> None:
    payment = opened(peer, hold=True)
    peer.books.pay(payment.gateway_ref)
    told(peer)
    payment.refresh_from_db()
    assert payment.status == PaymentStatus.AUTHORISED
    assert timedelta(days=6) < payment.authorised_until - clock.now() <= timedelta(days=7)
    assert (on_card_amount(BOOKING), held_amount(BOOKING)) == (5800, 0)

    services.take_hold(booking_ref=BOOKING, amount=2900, actor=ACTOR)
    peer.faults.append(Fault(r"POST /v1/payment_intents/\w+/capture", status=500, times=2))
    with pytest.raises(GatewayUnavailable):
        services.sync_payment(payment_id=payment.public_id)
    payment = services.sync_payment(payment_id=payment.public_id)

    assert (payment.status, payment.amount, payment.authorised_amount) == (PaymentStatus.CAPTURED, 2900, 5800)
    assert (on_card_amount(BOOKING), held_amount(BOOKING)) == (0, 2900)
    told(peer, copies=2)
    assert LedgerTransaction.objects.count() == 1


def test_what_is_held_is_let_go_and_what_lapsed_cannot_be_taken(peer: Peer) -> None:
    payment = opened(peer, hold=True)
    intent = peer.books.pay(payment.gateway_ref)
    told(peer)

    services.release_hold(booking_ref=BOOKING, actor=ACTOR)
    services.sync_payment(payment_id=payment.public_id)
    assert intent["status"] == "canceled"

    second = opened(peer, hold=True)
    lapsed = peer.books.pay(second.gateway_ref)
    told(peer)
    services.take_hold(booking_ref=BOOKING, amount=5800, actor=ACTOR)
    peer.books.lapse(lapsed["id"])

    second = services.sync_payment(payment_id=second.public_id)

    assert (second.status, second.hint) == (PaymentStatus.CANCELLED, PaymentHint.LAPSED)
    assert not LedgerTransaction.objects.exists()


def test_a_chargeback_is_heard_of_and_given_back_when_it_is_won(peer: Peer) -> None:
    payment = opened(peer)
    intent = peer.books.pay(payment.gateway_ref, cards.DISPUTED)
    told(peer, copies=2)
    assert held_amount(BOOKING) == 0

    peer.books.decide(Dispute.objects.get().gateway_ref, won=True)
    told(peer, copies=2)

    assert held_amount(BOOKING) == 5800
    assert Dispute.objects.get().status == "won"
    kinds = list(LedgerTransaction.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["capture", "chargeback", "chargeback_won"]
    assert intent["id"]


def test_a_provider_is_paid_out_once_and_never_more_than_there_is(peer: Peer) -> None:
    gateway = StripeGateway()
    peer.books.pay(gateway.create(order()).gateway_ref)
    account = an_account(peer)
    sent = PayoutOrder("out_1", account, 4000, "EUR", "po-1")
    peer.faults.append(Fault("POST /v1/transfers", status=500, times=2))
    with pytest.raises(GatewayUnavailable):
        gateway.pay_out(sent)
    peer.answers.clear()  # more than a day later

    paid = gateway.pay_out(sent)

    assert (paid.result, paid.amount, paid.currency) == (PayoutResult.PAID, 4000, "EUR")
    assert len(peer.books.all("transfer")) == 1
    for wrong in (
        PayoutOrder("out_2", account, 4000, "EUR", "po-2"),
        PayoutOrder("out_3", "acct_unknown", 100, "EUR", "po-3"),
    ):
        with pytest.raises(GatewayRefused):
            gateway.pay_out(wrong)


def test_the_report_of_a_day_names_what_moved(peer: Peer) -> None:
    gateway = StripeGateway()
    state = gateway.create(order())
    intent = peer.books.pay(state.gateway_ref)
    gateway.refund(RefundOrder("ref_1", state.gateway_ref, 800, "EUR", "r-1"))
    gateway.pay_out(PayoutOrder("out_1", an_account(peer), 1000, "EUR", "po-1"))
    dispute = peer.books.dispute(intent["id"], amount=5000)
    today = datetime.now(tz=UTC).date()

    lines = gateway.report(today)

    assert {(line.moved, line.reference, line.amount) for line in lines} == {
        (Movement.CAPTURE, "pay_1", 5800),
        (Movement.REFUND_PAID, "ref_1", -800),
        (Movement.PAYOUT, "out_1", -1000),
        (Movement.CHARGEBACK, dispute["id"], -5000),
    }
    assert sum(line.fee for line in lines) == 25 + 87 + 1500
    assert gateway.report(today - timedelta(days=1)) == []


def test_an_altered_amount_captures_nothing_and_is_told_once(peer: Peer) -> None:
    payment = opened(peer)
    peer.books.things[payment.gateway_ref]["amount_total"] = 58
    peer.books.pay(payment.gateway_ref)

    told(peer, copies=2)

    payment.refresh_from_db()
    assert payment.status == PaymentStatus.PENDING
    assert event_types(payment) == ["payment.opened", "payment.mismatch"]


def test_another_currency_captures_nothing(peer: Peer) -> None:
    payment = opened(peer)
    peer.books.things[payment.gateway_ref]["currency"] = "sek"
    peer.books.pay(payment.gateway_ref)

    told(peer)

    payment.refresh_from_db()
    assert payment.status == PaymentStatus.PENDING
    assert payment.mismatch_at is not None


def _event() -> dict[str, Any]:
    return {
        "id": "evt_1",
        "object": "event",
        "type": "payment_intent.succeeded",
        "data": {"object": {"object": "payment_intent", "metadata": {"payment": "pay_unknown"}}},
    }


@pytest.mark.parametrize(
    ("secret", "age_s", "change", "why"),
    [
        ("whsec_of_another", 0, b"", "forged"),
        (SECRET, 330, b"", "stale"),
        (SECRET, 0, b" ", "altered"),
    ],
)
def test_a_webhook_with_a_wrong_signature_is_refused_unread(
    peer: Peer, secret: str, age_s: int, change: bytes, why: str
) -> None:
    body, signature = peer.signed(_event(), secret=secret, at=int(time.time()) - age_s)

    assert post(body + change, signature) == 400, why
    assert not WebhookReceipt.objects.exists()
    assert peer.asked == []


@pytest.mark.parametrize("header", ["", "t=,v1=", "nonsense", "t=1,v1=ü", "v1=00", "t=9999999999,v0=00"])
def test_a_webhook_with_no_form_of_signature_is_refused(peer: Peer, header: str) -> None:
    with pytest.raises(WebhookInvalid):
        StripeGateway().verify_webhook(headers={"Stripe-Signature": header}, body=b"{}")


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"id": "e"}', b'{"id": "e", "data": {"object": 1}}'])
def test_a_signed_webhook_of_another_form_is_refused(peer: Peer, body: bytes) -> None:
    import hashlib
    import hmac

    stamp = int(time.time())
    mac = hmac.new(SECRET.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()

    assert post(body, f"t={stamp},v1={mac}") == 400


def test_a_webhook_about_nobody_or_a_payment_of_another_gateway_is_taken_and_ignored(peer: Peer) -> None:
    elsewhere = open_online(booking_ref="HA-1")
    event = _event()
    assert post(*peer.signed(event)) == 200
    event = json.loads(
        json.dumps(event).replace("pay_unknown", elsewhere.public_id).replace("evt_1", "evt_2")
    )
    assert post(*peer.signed(event)) == 200
    assert post(*peer.signed({**event, "id": "evt_3", "data": {"object": {"object": "balance"}}})) == 200
    assert peer.asked == []
    assert WebhookReceipt.objects.filter(processed_at__isnull=False).count() == 3


def test_a_webhook_that_comes_while_stripe_is_away_may_come_again(peer: Peer) -> None:
    payment = opened(peer)
    peer.books.pay(payment.gateway_ref)
    [*_, event] = peer.unsent()
    fault = Fault("GET .*", when="before", status=500, times=99)
    peer.faults.append(fault)
    assert post(*peer.signed(event)) == 503

    fault.times = 0
    assert post(*peer.signed(event)) == 200

    payment.refresh_from_db()
    assert payment.status == PaymentStatus.CAPTURED
