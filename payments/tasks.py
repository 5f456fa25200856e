"""Payments' work in the background, by the clock."""

from datetime import UTC, datetime

from procrastinate.contrib.django import app

from common.actors import SYSTEM
from payments import services


@app.periodic(cron="* * * * * */15", periodic_id="check-payments")
@app.task(name="payments.check_payments", queueing_lock="payments.check_payments")
def check_payments(timestamp: int) -> None:
    """Every 15 seconds: ask gateways about payments that no webhook told of."""
    services.check_payments()


@app.periodic(cron="20 4 * * *", periodic_id="compare-gateways")
@app.task(name="payments.compare_gateways", queueing_lock="payments.compare_gateways")
def compare_gateways(timestamp: int) -> None:
    """Each night: what the gateways report of the last days, beside the ledger."""
    services.compare_days()


@app.periodic(cron="* * * * * */15", periodic_id="retry-refunds")
@app.task(name="payments.retry_refunds", queueing_lock="payments.retry_refunds")
def retry_refunds(timestamp: int) -> None:
    """Every 15 seconds: carry out refunds that were asked for and not done."""
    services.retry_refunds()


@app.periodic(cron="15 3 * * *", periodic_id="payout-run")
@app.task(name="payments.payout_run", queueing_lock="payments.payout_run")
def payout_run(timestamp: int) -> None:
    """Every day at 03:15 UTC: begin the day's payout run; the same day is the same run."""
    services.start_run(key=datetime.fromtimestamp(timestamp, UTC).date().isoformat(), actor=SYSTEM)


@app.periodic(cron="* * * * * */20", periodic_id="payouts")
@app.task(name="payments.payouts", queueing_lock="payments.payouts")
def payouts(timestamp: int) -> None:
    """Every 20 seconds: go on with runs that are not planned to their end, and have gateways send what is planned."""
    services.plan_runs()
    services.send_payouts()


@app.periodic(cron="*/2 * * * *", periodic_id="ledger-checkpoints")
@app.task(name="payments.ledger_checkpoints", queueing_lock="payments.ledger_checkpoints")
def ledger_checkpoints(timestamp: int) -> None:
    """Every two minutes: bring the checkpoints of balances up to date."""
    services.keep_checkpoints()


@app.periodic(cron="* * * * *", periodic_id="check-payees")
@app.task(name="payments.check_payees", queueing_lock="payments.check_payees")
def check_payees(timestamp: int) -> None:
    """Every minute: ask gateways about the accounts that they keep for providers, where no webhook told."""
    services.check_payees()


@app.periodic(cron="* * * * *", periodic_id="forget-cards")
@app.task(name="payments.forget_cards", queueing_lock="payments.forget_cards")
def forget_cards(timestamp: int) -> None:
    """Every minute: have gateways forget cards and people that they have not forgotten yet."""
    services.forget_at_gateways()
