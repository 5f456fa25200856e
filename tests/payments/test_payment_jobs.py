"""What the worker runs for payments: known to the queue by name, put there after commit."""

from datetime import timedelta
from typing import Any

import pytest
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from common import clock, events
from payments import events as types
from payments import handlers, services, tasks
from payments.enums import PaymentStatus, RefundStatus
from payments.sandbox import service as sandbox
from payments.sandbox import tasks as sandbox_tasks
from payments.sandbox import webhooks
from payments.sandbox.models import SandboxIntent
from tests.payments.paying import ACTOR, BOOKING, open_online, pay_online

pytestmark = pytest.mark.django_db


def test_paying_on_the_sandboxs_page_queues_its_delivery_only_after_commit(
    django_capture_on_commit_callbacks: Any,
) -> None:
    payment = open_online()
    before = ProcrastinateJob.objects.filter(task_name=webhooks.TASK).count()

    with django_capture_on_commit_callbacks(execute=True):
        sandbox.act(payment.gateway_ref, "pay_slowly")
        assert ProcrastinateJob.objects.filter(task_name=webhooks.TASK).count() == before

    jobs = ProcrastinateJob.objects.filter(task_name=webhooks.TASK).order_by("-id")[:2]
    assert [job.scheduled_at is not None for job in jobs] == [True, False]  # in ten seconds, and at once
    assert webhooks.TASK in app.tasks


def test_the_periodic_tasks_do_what_is_due() -> None:
    paid, refunded = open_online(booking_ref="HA-1"), pay_online()
    sandbox.act(paid.gateway_ref, "pay")
    [refund] = services.refund_payment(booking_ref=BOOKING, amount=100, reason="test", actor=ACTOR, key="one")

    with clock.at(clock.now() + timedelta(minutes=1)):
        tasks.check_payments(timestamp=0)
        tasks.retry_refunds(timestamp=0)

    paid.refresh_from_db()
    refund.refresh_from_db()
    assert (paid.status, refund.status) == (PaymentStatus.CAPTURED, RefundStatus.DONE)
    assert refunded.pk == refund.payment_id


def test_the_sandboxs_task_settles_slow_payments(settings: Any) -> None:
    settings.SANDBOX_WEBHOOK_URL = "http://127.0.0.1:1/nobody"
    payment = open_online()
    sandbox.act(payment.gateway_ref, "pay_slowly")

    with clock.at(clock.now() + timedelta(seconds=11)):
        sandbox_tasks.deliver_left_over(timestamp=0)

    assert SandboxIntent.objects.get().status == "succeeded"


def test_closing_a_payment_here_closes_it_at_the_gateway_after_commit() -> None:
    payment = open_online()
    services.cancel_open_payments(booking_ref=BOOKING, actor=ACTOR)
    event = events.Event.objects.get(type=types.CANCELLED)

    for _ in range(2):
        handlers.cancel_at_gateway(event)

    payment.refresh_from_db()
    assert payment.next_check_at is None
    assert SandboxIntent.objects.get().status == "canceled"


def test_each_handler_is_registered_for_its_event() -> None:
    for name in ("refund_at_gateway", "cancel_at_gateway"):
        assert events.handler_named(f"payments.handlers.{name}") is getattr(handlers, name)
