"""The sandbox's own work in the background."""

from procrastinate.contrib.django import app

from payments.sandbox import bank, service, webhooks


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


@app.periodic(cron="50 3 * * *", periodic_id="sandbox-bank")
@app.task(name="sandbox.pay_bank", queueing_lock="sandbox.pay_bank")
def pay_bank(timestamp: int) -> None:
    """Each night: send to the merchant's bank what has been there for some days."""
    bank.pay_bank()
