"""What the worker does for reviews by the clock."""

from procrastinate.contrib.django import app

from reviews.services import invitations, quality


@app.periodic(cron="*/10 * * * *", periodic_id="invite-to-review")
@app.task(name="reviews.invite_due", queueing_lock="reviews.invite_due")
def invite_due(timestamp: int) -> None:
    """Ask the customers of visits that were closed some hours ago."""
    while invitations.invite_due() == invitations.BATCH:
        pass


@app.periodic(cron="20 3 * * *", periodic_id="quality-by-the-clock")
@app.task(name="reviews.watch_quality", queueing_lock="reviews.watch_quality")
def watch_quality(timestamp: int) -> None:
    """See, once a day, who fell under a threshold by time alone, or rose over it again."""
    quality.look_by_the_clock()
