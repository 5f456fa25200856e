"""How much anybody may send: each look costs seconds of a processor, and each paper is kept for a while."""

from datetime import timedelta

from django.db import transaction

from common import clock
from common.locks import lock_named
from common.models import UploadAttempt
from common.uploads.errors import UploadTooManyToday

MOST_A_DAY = 100
A_DAY = timedelta(hours=24)


@transaction.atomic
def count_one(*, by: str) -> None:
    """Note that `by` (an actor) sends a file now, whatever becomes of it. Raises UploadTooManyToday.

    Call it outside a transaction, else what is undone does not count.
    """
    lock_named("uploads", by)
    now = clock.now()
    if UploadAttempt.objects.filter(who=by, at__gt=now - A_DAY).count() >= MOST_A_DAY:
        raise UploadTooManyToday
    UploadAttempt.objects.create(who=by, at=now)


def forget_old() -> int:
    """Delete what no longer counts; answers how many rows."""
    deleted, _ = UploadAttempt.objects.filter(at__lte=clock.now() - A_DAY).delete()
    return deleted
