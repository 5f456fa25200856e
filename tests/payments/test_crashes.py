"""A process that is killed between the gateway's answer and the commit leaves no orphan and moves nothing twice."""

import os
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connections

from common import clock
from payments import gateways, services
from payments.enums import PaymentStatus, RefundStatus
from payments.gateways.stripe import StripeGateway, wire
from payments.gateways.stripe import gateway as module
from payments.models import Payment, Refund
from payments.services import gateway_state, ledger, refunds
from tests.payments.paying import ACTOR, PROVIDER
from tests.stripe_peer.server import Peer

pytestmark = [pytest.mark.proof, pytest.mark.django_db(transaction=True)]

KILLS = 200 if os.environ.get("PROOF") == "full" else 24

# Where the process is killed: right after this has returned, or right before it is called.
POINTS: dict[str, tuple[Any, str, bool]] = {
    "before the answer": (StripeGateway, "_found", False),
    "after the deed": (module, "asked", True),
    "the booking is locked": (gateway_state, "lock_owner", True),
    "the payment is locked": (gateway_state, "lock_payment", True),
    "posted": (gateway_state, "post", True),
    "told": (gateway_state, "tell", True),
    "the refund's locks": (refunds, "lock_payment", True),
    "entries written": (ledger, "_move_balances", True),
}


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def in_a_process_that_dies(deed: Callable[[], object], point: str) -> bool:
    """Do it in a child that is killed at the point; answers whether it came so far."""
    pid = os.fork()
    if pid == 0:
        # Nothing here may return to the tests, nor touch what the parent has open.
        try:
            for connection in connections.all(initialized_only=True):
                connection.connection = None
            wire.client.cache_clear()
            owner, name, after = POINTS[point]
            real = getattr(owner, name)

            def deadly(*args: Any, **kwargs: Any) -> Any:
                if not after:
                    die()
                answer = real(*args, **kwargs)
                die()
                return answer

            setattr(owner, name, deadly)
            deed()
        finally:
            os._exit(0)
    _pid, status = os.waitpid(pid, 0)
    return os.WIFSIGNALED(status)


def prepared(ref: str, *, hold: bool = False) -> Payment:
    return services.prepare_payment(
        booking_ref=ref,
        provider_id=PROVIDER,
        amount=5800,
        method="stripe",
        currency="EUR",
        actor=ACTOR,
        return_url="http://testserver/there",
        hold=hold,
    )


def opened(peer: Peer, ref: str, *, hold: bool = False, paid: bool = True) -> Payment:
    payment = services.start_payment(prepared(ref, hold=hold), actor=ACTOR)
    if paid:
        peer.books.pay(payment.gateway_ref)
    return payment


def opening(peer: Peer, ref: str) -> Callable[[], object]:
    payment = prepared(ref)
    return lambda: services.start_payment(payment, actor=ACTOR)


def capturing(peer: Peer, ref: str) -> Callable[[], object]:
    payment = opened(peer, ref)
    return lambda: services.sync_payment(payment_id=payment.public_id)


def authorising(peer: Peer, ref: str) -> Callable[[], object]:
    payment = opened(peer, ref, hold=True)
    return lambda: services.sync_payment(payment_id=payment.public_id)


def taking(peer: Peer, ref: str) -> Callable[[], object]:
    payment = opened(peer, ref, hold=True)
    services.sync_payment(payment_id=payment.public_id)
    services.take_hold(booking_ref=ref, amount=2900, actor=ACTOR)
    return lambda: services.sync_payment(payment_id=payment.public_id)


def refunding(peer: Peer, ref: str) -> Callable[[], object]:
    services.sync_payment(payment_id=opened(peer, ref).public_id)
    [refund] = services.refund_payment(booking_ref=ref, amount=800, reason="t", actor=ACTOR, key="k")
    return lambda: services.carry_out_refund(refund_id=refund.public_id)


def sending_on(peer: Peer, ref: str) -> Callable[[], object]:
    """What was chosen to be in the wallet goes to the card after all."""
    services.sync_payment(payment_id=opened(peer, ref).public_id)
    services.refund_payment(
        booking_ref=ref, amount=800, reason="t", actor=ACTOR, key="k", wallet=f"usr_{ref}"
    )
    [refund] = services.send_wallet_back(user_id=f"usr_{ref}", currency="EUR", amount=500, actor=ACTOR)
    return lambda: services.carry_out_refund(refund_id=refund.public_id)


def closing(peer: Peer, ref: str) -> Callable[[], object]:
    payment = opened(peer, ref, paid=False)
    services.cancel_open_payments(booking_ref=ref, actor=ACTOR)
    return lambda: services.sync_payment(payment_id=payment.public_id)


DEEDS: list[tuple[Callable[[Peer, str], Callable[[], object]], str]] = [
    (opening, PaymentStatus.PENDING),
    (capturing, PaymentStatus.CAPTURED),
    (authorising, PaymentStatus.AUTHORISED),
    (taking, PaymentStatus.CAPTURED),
    (refunding, PaymentStatus.CAPTURED),
    (sending_on, PaymentStatus.CAPTURED),
    (closing, PaymentStatus.CANCELLED),
]


def test_killed_anywhere_it_is_put_right_within_a_minute(peer: Peer) -> None:
    rounds = [(deed, status, point) for point in POINTS for deed, status in DEEDS]
    expected: dict[str, str] = {}
    killed, number = 0, 0
    while killed < KILLS:
        deed, status, point = rounds[number % len(rounds)]
        ref = f"HA-{number}"
        killed += in_a_process_that_dies(deed(peer, ref), point)
        expected[ref] = status
        number += 1
    began = time.monotonic()

    # The worker that was started again, a minute later.
    with clock.at(clock.now() + timedelta(seconds=60)):
        while services.check_payments():
            pass
        while services.retry_refunds():
            pass

    assert time.monotonic() - began < 60
    assert {each.booking_ref: str(each.status) for each in Payment.objects.all()} == expected
    assert set(Refund.objects.values_list("status", flat=True)) <= {RefundStatus.DONE}
    # Neither an orphan nor a double at the gateway.
    sessions = [each["client_reference_id"] for each in peer.books.all("checkout.session")]
    assert sorted(sessions) == sorted(Payment.objects.values_list("public_id", flat=True))
    made = [each["metadata"]["refund"] for each in peer.books.all("refund")]
    assert sorted(made) == sorted(Refund.objects.filter(wallet="").values_list("public_id", flat=True))
    assert services.verify() == []
    assert gateways.get("stripe").remote
    assert services.compare_day(gateway="stripe", day=datetime.now(tz=UTC).date()) == 0
