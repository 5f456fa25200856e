"""What the queue itself needs: its own housekeeping, registered when procrastinate is ready.

The jobs of the apps stand in each app's `tasks.py`, which procrastinate finds by itself.
"""

import logging

from procrastinate import App, Blueprint, JobContext
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status
from procrastinate.utils import utcnow

log = logging.getLogger(__name__)
queue = Blueprint()

# A job that took its worker down with it this often is not tried again.
MAX_ATTEMPTS = 10
KEPT_HOURS = 30 * 24


def on_app_ready(app: App) -> None:
    """Called by procrastinate (PROCRASTINATE_ON_APP_READY) once its app exists."""
    app.add_tasks_from(queue, namespace="queue")


@queue.periodic(cron="* * * * *", periodic_id="recover-stalled")
@queue.task(name="recover_stalled", queueing_lock="queue.recover_stalled", pass_context=True)
async def recover_stalled(context: JobContext, timestamp: int) -> None:
    """Put back the jobs whose worker has not been heard of for 30 seconds."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        if job.attempts >= MAX_ATTEMPTS:
            log.error("job %s (%s) ended %s workers: given up", job.id, job.task_name, job.attempts)
            await manager.finish_job(job, status=Status.FAILED, delete_job=False)
            continue
        log.warning("job %s (%s) was left by a dead worker: tried again", job.id, job.task_name)
        try:
            await manager.retry_job(job, retry_at=utcnow())
        except ConnectorException:
            # Another job waits under the same queueing lock: that one does the work.
            await manager.finish_job(job, status=Status.FAILED, delete_job=False)


@queue.periodic(cron="17 3 * * *", periodic_id="forget-old-jobs")
@queue.task(name="forget_old_jobs", queueing_lock="queue.forget_old_jobs", pass_context=True)
async def forget_old_jobs(context: JobContext, timestamp: int) -> None:
    """Delete the failed jobs of more than 30 days ago; those that succeeded go at once."""
    await context.app.job_manager.delete_old_jobs(
        nb_hours=KEPT_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
    )
