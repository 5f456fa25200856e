"""The end of a walk-in queue: when the outlet closes, whoever waited is forgotten."""

from datetime import datetime

from django.db import transaction

from bookings.enums import QueueState
from bookings.models import QueueEntry
from bookings.selectors import queue as selectors
from bookings.services.queue_entry import change
from common import clock
from common.actors import SYSTEM

BATCH = 200


def close_queues() -> int:
    """End the places whose outlet has closed, and forget who had them; answers how many. Run by the clock.

    Where the hours of the day became longer meanwhile, they go on. Any number of workers may run it.
    """
    now = clock.now()
    due = QueueEntry.objects.filter(closes_at__lte=now).exclude(name="")
    done = 0
    for pk in due.order_by("pk").values_list("pk", flat=True)[:BATCH]:
        with transaction.atomic():
            entry = (
                QueueEntry.objects.select_for_update(of=("self",), skip_locked=True)
                .select_related("outlet__provider")
                .filter(pk=pk, closes_at__lte=now)
                .first()
            )
            if entry is not None:
                _close(entry, now)
                done += 1
    return done


def _close(entry: QueueEntry, now: datetime) -> None:
    waits = entry.state == QueueState.WAITING
    later = selectors.closing_of(entry.outlet, now) if waits else None
    same_day = later is not None and _day(entry, later) == _day(entry, entry.closes_at)
    if later is not None and same_day:
        entry.closes_at = later
        entry.save(update_fields=["closes_at"])
        return
    entry.links.all().delete()
    blank = {"name": "", "phone": "", "email": ""}
    if waits:
        fields = {"state": QueueState.CLOSED, "ended_at": now, **blank}
        change(entry, "queue.closed", actor=SYSTEM, fields=fields)
    else:
        QueueEntry.objects.filter(pk=entry.pk).update(**blank)


def _day(entry: QueueEntry, at: datetime) -> object:
    """The local day that an outlet's closing belongs to."""
    return (at - selectors.NIGHT).astimezone(entry.outlet.zone).date()
