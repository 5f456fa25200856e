"""Invoices' work in the background, by the clock."""

from procrastinate.contrib.django import app

from invoices.services.commission import close_months


@app.periodic(cron="30 5 * * *", periodic_id="commission-invoices")
@app.task(name="invoices.commission", queueing_lock="invoices.commission")
def commission(timestamp: int) -> None:
    """Each day at 05:30 UTC: the documents of the commission of months that are over."""
    close_months()
