"""What the worker does for bookings by the clock."""

from procrastinate.contrib.django import app

from bookings.services import busy_calendars, expiry, keeping, offers, queue_closing, waitlist


@app.periodic(cron="* * * * * */10", periodic_id="expire-holds")
@app.task(name="bookings.expire_holds", queueing_lock="bookings.expire_holds")
def expire_holds(timestamp: int) -> None:
    """End the holds whose time is over."""
    while expiry.expire_holds() == expiry.BATCH:
        pass


@app.periodic(cron="* * * * * */10", periodic_id="unanswered-requests")
@app.task(name="bookings.decline_unanswered", queueing_lock="bookings.decline_unanswered")
def decline_unanswered(timestamp: int) -> None:
    """Decline the requests whose time to be answered is over."""
    while expiry.decline_unanswered():
        pass


@app.periodic(cron="* * * * * */5", periodic_id="waitlists")
@app.task(name="bookings.offer_what_is_free", queueing_lock="bookings.offer_what_is_free")
def offer_what_is_free(timestamp: int) -> None:
    """Offer what has become free to who waits."""
    offers.offer_what_is_free()


@app.periodic(cron="11 * * * *", periodic_id="waitlists-past")
@app.task(name="bookings.end_waits", queueing_lock="bookings.end_waits")
def end_waits(timestamp: int) -> None:
    """End the entries of waitlists whose days are over."""
    waitlist.end_past()


@app.periodic(cron="* * * * * */2", periodic_id="cancellations")
@app.task(name="bookings.finish_cancellations", queueing_lock="bookings.finish_cancellations")
def finish_cancellations(timestamp: int) -> None:
    """Carry out the cancellations that nobody took back."""
    while expiry.finish_cancellations():
        pass


@app.periodic(cron="* * * * *", periodic_id="missed-visits")
@app.task(name="bookings.count_missed", queueing_lock="bookings.count_missed")
def count_missed(timestamp: int) -> None:
    """What nobody of the business came to, and it did not deny, goes back."""
    while expiry.count_missed():
        pass


@app.periodic(cron="* * * * *", periodic_id="queues-close")
@app.task(name="bookings.close_queues", queueing_lock="bookings.close_queues")
def close_queues(timestamp: int) -> None:
    """End the walk-in queues of outlets that have closed, and forget who waited."""
    while queue_closing.close_queues() == queue_closing.BATCH:
        pass


@app.periodic(cron="*/5 * * * *", periodic_id="end-of-visits")
@app.task(name="bookings.end_visits", queueing_lock="bookings.end_visits")
def end_visits(timestamp: int) -> None:
    """Complete what nobody marked, close what nobody confirmed."""
    while expiry.complete_unmarked() or expiry.close_completed():
        pass


@app.periodic(cron="* * * * * */5", periodic_id="open-time-due")
@app.task(name="bookings.keep_open_time", queueing_lock="bookings.keep_open_time")
def keep_open_time(timestamp: int) -> None:
    """Make open time anew where hours, people or services changed, and roll it forward with the days."""
    while keeping.keep_due() == keeping.BATCH:
        pass


@app.periodic(cron="* * * * * */10", periodic_id="busy-calendars")
@app.task(
    name="bookings.read_calendars", lock="bookings.read_calendars", queueing_lock="bookings.read_calendars"
)
def read_calendars(timestamp: int) -> None:
    """Read the calendars of other programs whose time has come. Slow servers hold up one job, never all that there are
    room for."""
    while busy_calendars.read_due() == busy_calendars.BATCH:
        pass


@app.periodic(cron="7 * * * *", periodic_id="open-time-past")
@app.task(name="bookings.forget_open_time", queueing_lock="bookings.forget_open_time")
def forget_open_time(timestamp: int) -> None:
    """Delete the kept open time of days that are over, and the changes that no remembered list can have missed."""
    keeping.forget_past()
    keeping.forget_changes()
