"""What the worker does for people by the clock."""

from procrastinate.contrib.django import app

from accounts.services import erasures, exports


@app.periodic(cron="*/5 * * * *", periodic_id="erase-due")
@app.task(name="accounts.erase_due", queueing_lock="accounts.erase_due")
def erase_due(timestamp: int) -> None:
    """Erase those whose days to undo it are over."""
    erasures.erase_due()


@app.periodic(cron="23 * * * *", periodic_id="forget-exports")
@app.task(name="accounts.forget_exports", queueing_lock="accounts.forget_exports")
def forget_exports(timestamp: int) -> None:
    """Delete the downloads whose week is over."""
    exports.forget_exports()
