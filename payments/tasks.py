"""Payments' work in the background, by the clock."""

from procrastinate.contrib.django import app

from payments import services


@app.periodic(cron="* * * * * */15", periodic_id="check-payments")
@app.task(name="payments.check_payments", queueing_lock="payments.check_payments")
def check_payments(timestamp: int) -> None:
    """Every 15 seconds: ask gateways about payments that no webhook told of."""
    services.check_payments()


@app.periodic(cron="* * * * * */15", periodic_id="retry-refunds")
@app.task(name="payments.retry_refunds", queueing_lock="payments.retry_refunds")
def retry_refunds(timestamp: int) -> None:
    """Every 15 seconds: carry out refunds that were asked for and not done."""
    services.retry_refunds()
