"""The sandbox's own work in the background."""

from procrastinate.contrib.django import app

from payments.sandbox import service, webhooks


@app.task(name=webhooks.TASK)
def deliver_webhooks() -> None:
    """Let slow payments through, and send the webhooks that are due."""
    service.settle_slow()
    webhooks.deliver_due()


@app.periodic(cron="* * * * *", periodic_id="sandbox-left-over")
@app.task(name="sandbox.deliver_left_over", queueing_lock="sandbox.deliver_left_over")
def deliver_left_over(timestamp: int) -> None:
    """Each minute: what a worker that died left behind."""
    deliver_webhooks()
