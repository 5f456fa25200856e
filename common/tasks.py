"""Jobs that every app needs: giving an event to a handler, and tidying up."""

import logging

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from common import idempotency
from common.events import handler_named
from common.logs import kind
from common.models import Event
from common.uploads import rationing, sizes, storage

log = logging.getLogger(__name__)

# Seconds until the next attempt: a mail server that restarts, a gateway's bad hour, a bad half day.
WAITS = (5, 15, 60, 300, 900, 3600, 6 * 3600, 12 * 3600)


class Backoff(BaseRetryStrategy):
    """Try again after each of WAITS, then give up and say so."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if job.attempts >= len(WAITS):
            log.critical(
                "gave up after %s attempts: %s %s: %s",
                job.attempts + 1,
                job.task_name,
                job.task_kwargs,
                kind(exception),
            )
            return None
        wait = WAITS[job.attempts]
        log.warning("%s %s failed, again in %s s: %s", job.task_name, job.task_kwargs, wait, kind(exception))
        return RetryDecision(retry_in={"seconds": wait})


@app.task(name="common.deliver", retry=Backoff())
def deliver(event_id: int, handler: str) -> None:
    """Give the event to the handler of that dotted name. Raises LookupError when there is none."""
    run = handler_named(handler)
    if run is None:
        raise LookupError(f"no handler {handler}")
    run(Event.objects.get(pk=event_id))


@app.periodic(cron="37 * * * *", periodic_id="forget-idempotency-keys")
@app.task(name="common.forget_idempotency_keys", queueing_lock="common.forget_idempotency_keys")
def forget_idempotency_keys(timestamp: int) -> None:
    """Delete the answers kept for repeated requests once they are 24 hours old."""
    idempotency.forget_old()


@app.periodic(cron="43 * * * *", periodic_id="sweep-files")
@app.task(name="common.sweep_files", queueing_lock="common.sweep_files")
def sweep_files(timestamp: int) -> None:
    """Remove uploads that nothing uses since a day, such as those of a request that was refused in the end, and
    forget who sent how many by then."""
    rationing.forget_old()
    if swept := storage.sweep():
        log.info("%s unused uploads removed", swept)


@app.periodic(cron="* * * * * */5", periodic_id="picture-sizes")
@app.task(name="common.make_picture_sizes", queueing_lock="common.make_picture_sizes")
def make_picture_sizes(timestamp: int) -> None:
    """Make the sizes of the public pictures that came since, a batch at a time: what else waits has its turn, too."""
    for pk in sizes.waiting():
        sizes.make(pk)
