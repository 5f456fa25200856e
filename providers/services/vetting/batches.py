"""How the worker goes through rows: in pages, each row in a transaction of its own."""

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from django.db import transaction
from django.db.models import QuerySet

from providers.models import Document, Provider

log = logging.getLogger(__name__)
T = TypeVar("T", Document, Provider)
BATCH = 200


def paged(rows: QuerySet[T]) -> Iterator[T]:
    """All rows in pk order, BATCH at a time: one that cannot be brought forward keeps none behind it waiting."""
    last = 0
    while page := list(rows.filter(pk__gt=last).order_by("pk")[:BATCH]):
        yield from page
        last = page[-1].pk


def each(rows: Iterable[T], step: Callable[[T], bool]) -> int:
    """Take `step` with each row; answers how many it did. One that fails is logged and keeps no other waiting."""
    done = 0
    for row in rows:
        try:
            with transaction.atomic():
                done += step(row)
        except Exception:
            log.exception("%s %s could not be brought forward", row._meta.label, row.pk)
    return done
