"""Thousands of webhooks, each three times, in any order, with forged ones among them: as if told once, in order."""

import json
import os
import random
from collections.abc import Iterable
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum
from django.test import Client

from common import clock
from payments import services
from payments.models import Dispute, LedgerEntry, Payment, Refund, WebhookReceipt
from payments.sandbox import service as sandbox
from payments.sandbox.models import SandboxDelivery
from payments.sandbox.signing import sign
from tests.payments.paying import ACTOR, PROVIDER

pytestmark = [pytest.mark.proof, pytest.mark.django_db]

FULL = os.environ.get("PROOF") == "full"
EVENTS, FORGED = (5_000, 1_000) if FULL else (60, 15)
SECRET = "a-secret-of-the-tests"
# What becomes of a payment: what its customer and their bank do.
LIVES: dict[str, list[str]] = {
    "paid": ["pay"],
    "disordered": ["pay_disordered"],
    "stepped up": ["step_up", "pay"],
    "declined": ["step_up", "decline"],
    "given up": ["cancel"],
    "refunded": ["pay", "refund"],
    "into a wallet": ["pay", "into_wallet"],
    "and on from there": ["pay", "into_wallet", "on"],
    "won": ["pay", "dispute", "win"],
    "lost": ["pay", "dispute", "lose"],
    "held": ["pay"],
    "lapsed": ["pay", "lapse"],
    "taken": ["pay", "take"],
}


def begun(name: str, number: int) -> None:
    """A payment on our side as it was before anybody told of it, and its whole life at the gateway."""
    ref, hold = f"HA-{number}", name in ("held", "lapsed", "taken")
    payment = services.prepare_payment(
        booking_ref=ref,
        provider_id=PROVIDER,
        amount=1000 + number,
        method="sandbox",
        currency="EUR",
        actor=ACTOR,
        hold=hold,
    )
    payment = services.start_payment(payment, actor=ACTOR)
    for action in LIVES[name]:
        if action == "into_wallet":
            services.sync_payment(payment_id=payment.public_id)
            services.refund_payment(
                booking_ref=ref, amount=700, reason="t", actor=ACTOR, key="w", wallet=f"usr_{number}"
            )
        elif action in ("refund", "on"):
            # We asked for it, and the process died before it heard the answer.
            services.sync_payment(payment_id=payment.public_id)
            [asked] = (
                services.refund_payment(booking_ref=ref, amount=300, reason="t", actor=ACTOR, key="k")
                if action == "refund"
                else services.send_wallet_back(
                    user_id=f"usr_{number}", currency="EUR", amount=300, actor=ACTOR
                )
            )
            sandbox.create_refund(
                intent_id=payment.gateway_ref,
                reference=asked.public_id,
                amount=300,
                idempotency_key=str(asked.idempotency_key),
            )
        elif action == "lapse":
            sandbox.cancel_intent(payment.gateway_ref)
        elif action == "take":
            services.sync_payment(payment_id=payment.public_id)
            services.take_hold(booking_ref=ref, amount=500, actor=ACTOR)
            sandbox.capture_intent(payment.gateway_ref, amount=500)
        else:
            sandbox.act(payment.gateway_ref, action)


def world() -> list[bytes]:
    """So many events in the order in which they happened."""
    names, number = list(LIVES), 0
    while SandboxDelivery.objects.count() < EVENTS:
        for _ in range(len(names) if EVENTS - SandboxDelivery.objects.count() > 2 * len(names) else 1):
            begun(names[number % len(names)], number)
            number += 1
    return [body.encode() for body in SandboxDelivery.objects.order_by("pk").values_list("body", flat=True)]


def forged(bodies: list[bytes], chance: random.Random) -> Iterable[tuple[bytes, str]]:
    """Messages that nobody may believe: of another secret, altered after they were signed, too old, unsigned."""
    now = int(clock.now().timestamp())
    for n in range(FORGED):
        event = json.loads(chance.choice(bodies))
        event["intent"] |= {"status": "succeeded", "amount": 1, "captured": 1, "revision": 99}
        false = json.dumps(event | {"id": f"evt_forged{n}"}).encode()
        right = sign(secret=SECRET, body=chance.choice(bodies), timestamp=now)
        yield (
            false,
            chance.choice(
                [
                    sign(secret="a guess", body=false, timestamp=now),
                    right,
                    sign(secret=SECRET, body=false, timestamp=now - 301),
                    "",
                ]
            ),
        )


def send(client: Client, body: bytes, signature: str) -> int:
    answer = client.post(
        "/webhooks/sandbox", body, content_type="application/json", headers={"Sandbox-Signature": signature}
    )
    return int(answer.status_code)


def signed(body: bytes) -> tuple[bytes, str]:
    return body, sign(secret=SECRET, body=body, timestamp=int(clock.now().timestamp()))


def state() -> dict[str, Any]:
    """Everything that money depends on."""
    accounts = LedgerEntry.objects.values_list("account__kind", "account__owner", "currency")
    return {
        "payments": list(
            Payment.objects.order_by("pk").values_list("public_id", "status", "amount", "refunded")
        ),
        "refunds": list(Refund.objects.order_by("pk").values_list("public_id", "status")),
        "disputes": sorted(Dispute.objects.values_list("gateway_ref", "status", "amount")),
        "books": sorted(accounts.annotate(sum=Sum("amount"))),
    }


def test_told_thrice_in_any_order_with_forged_ones_among_it_all_ends_the_same() -> None:
    chance, client = random.Random(5), Client()
    bodies = world()
    with transaction.atomic():
        assert {send(client, *signed(body)) for body in bodies} == {200}
        ordered = state()
        transaction.set_rollback(True)
    assert state() != ordered

    told = [(*signed(body), 200) for body in bodies for _ in range(3)]
    told += [(body, signature, 400) for body, signature in forged(bodies, chance)]
    chance.shuffle(told)
    answers = [(send(client, body, signature), expected) for body, signature, expected in told]

    assert [answer for answer in answers if answer[0] != answer[1]] == []
    assert state() == ordered
    assert services.verify() == []
    assert WebhookReceipt.objects.count() == len(bodies)
    assert not WebhookReceipt.objects.filter(event_id__startswith="evt_forged").exists()
