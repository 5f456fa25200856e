"""What the worker does for people by the clock."""

from procrastinate.contrib.django import app

from accounts.services import erasures


@app.periodic(cron="*/5 * * * *", periodic_id="erase-due")
@app.task(name="accounts.erase_due", queueing_lock="accounts.erase_due")
def erase_due(timestamp: int) -> None:
    """Erase those whose days to undo it are over."""
    erasures.erase_due()
