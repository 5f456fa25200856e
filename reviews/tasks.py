"""What the worker does for reviews by the clock."""

from procrastinate.contrib.django import app

from reviews.services import invitations


@app.periodic(cron="*/10 * * * *", periodic_id="invite-to-review")
@app.task(name="reviews.invite_due", queueing_lock="reviews.invite_due")
def invite_due(timestamp: int) -> None:
    """Ask the customers of visits that were closed some hours ago."""
    while invitations.invite_due() == invitations.BATCH:
        pass
