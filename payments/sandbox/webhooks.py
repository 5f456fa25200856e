"""Sending webhooks over HTTP, again and again until they are answered with 2xx."""

from datetime import timedelta

import httpx
from django.conf import settings
from django.db import transaction
from procrastinate.contrib.django import app

from common import clock
from payments.sandbox.models import SandboxDelivery
from payments.sandbox.signing import HEADER, sign

# Named, not imported: tasks stand above services.
TASK = "sandbox.deliver_webhooks"
TIMEOUT_S = 5
# A worker that dies while sending leaves its delivery to the others after this long.
LEASE = timedelta(seconds=30)
MAX_TRIES = 12


def deliver_after_commit(delay: timedelta = timedelta()) -> None:
    """Have the worker look for what is due, `delay` after the open transaction commits."""
    seconds = int(delay.total_seconds())
    job = app.configure_task(TASK, schedule_in={"seconds": seconds}) if seconds else app.configure_task(TASK)
    transaction.on_commit(lambda: job.defer(), robust=True)


def deliver_due() -> int:
    """Send every delivery whose time has come; answers how many. Any number of workers may run this."""
    with transaction.atomic():
        due = list(
            SandboxDelivery.objects.select_for_update(skip_locked=True)
            .filter(next_try_at__lte=clock.now())
            .order_by("next_try_at", "pk")[:100]
        )
        SandboxDelivery.objects.filter(pk__in=[delivery.pk for delivery in due]).update(
            next_try_at=clock.now() + LEASE
        )
    for delivery in due:
        _deliver(delivery)
    return len(due)


def _deliver(delivery: SandboxDelivery) -> None:
    body = delivery.body.encode()
    signature = sign(secret=settings.SANDBOX_SECRET, body=body, timestamp=int(clock.now().timestamp()))
    status = None
    try:
        answer = httpx.post(
            settings.SANDBOX_WEBHOOK_URL,
            content=body,
            headers={"Content-Type": "application/json", HEADER: signature},
            timeout=TIMEOUT_S,
        )
        status = answer.status_code
    except httpx.HTTPError:
        pass  # no answer: tried again below
    now = clock.now()
    done = status is not None and 200 <= status < 300
    tries = delivery.tries + 1
    again = None if done or tries >= MAX_TRIES else now + timedelta(seconds=min(2**tries, 300))
    SandboxDelivery.objects.filter(pk=delivery.pk).update(
        tries=tries, last_status=status, delivered_at=now if done else None, next_try_at=again
    )
    if again:
        deliver_after_commit(again - now)
