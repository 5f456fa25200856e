"""Short ways to a payment, and threads that start together."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection

from common.models import Event
from payments import services
from payments.enums import PaymentStatus
from payments.models import Payment
from payments.sandbox import service as sandbox

BOOKING = "HA-7K3M9-2QX5T"
PROVIDER = "prv_0000000000000001"
ACTOR = "user:usr_0000000000000001"


def open_online(
    amount: int = 5800, booking_ref: str = BOOKING, currency: str = "EUR", method: str = "sandbox"
) -> Payment:
    """A payment that waits for the customer: written, and made known to its gateway."""
    payment = services.prepare_payment(
        booking_ref=booking_ref,
        provider_id=PROVIDER,
        amount=amount,
        method=method,
        currency=currency,
        actor=ACTOR,
        return_url="http://testserver/bookings/there",
    )
    return services.start_payment(payment, actor=ACTOR)


def pay_online(amount: int = 5800, booking_ref: str = BOOKING) -> Payment:
    """A captured payment: opened, paid on the sandbox's page, asked about."""
    payment = open_online(amount, booking_ref)
    sandbox.act(payment.gateway_ref, "pay")
    return services.sync_payment(payment_id=payment.public_id)


def paid_amount(booking_ref: str) -> int:
    """What has been paid for the booking less what was asked back, in minor units, whatever the method."""
    paid = Payment.objects.filter(
        booking_ref=booking_ref, status=PaymentStatus.CAPTURED, reversed_at__isnull=True
    )
    return sum(payment.amount - payment.refunded for payment in paid)


def event_types(payment: Payment) -> list[str]:
    return list(
        Event.objects.filter(subject_type="payment", subject_id=payment.public_id)
        .order_by("seq")
        .values_list("type", flat=True)
    )


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls at once, each in a thread and connection of its own; answers results or exceptions."""
    barrier = threading.Barrier(len(calls))
    results: list[Any] = [None] * len(calls)

    def run(index: int, call: Callable[[], Any]) -> None:
        try:
            barrier.wait(timeout=10)
            results[index] = call()
        except Exception as error:
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index, call)) for index, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return results
