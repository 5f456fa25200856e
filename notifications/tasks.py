"""What the worker does for notifications by the clock."""

from procrastinate.contrib.django import app

from notifications import services


@app.periodic(cron="* * * * *", periodic_id="send-due-mails")
@app.task(name="notifications.send_due", queueing_lock="notifications.send_due")
def send_due(timestamp: int) -> None:
    """Try again what a mail server refused, and what a worker that died left behind."""
    services.send_due()


@app.periodic(cron="*/10 * * * *", periodic_id="remind-due")
@app.task(name="notifications.remind_due", queueing_lock="notifications.remind_due")
def remind_due(timestamp: int) -> None:
    """Remind of the visits of the next 24 hours."""
    services.remind_due()
