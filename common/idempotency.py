"""Requests that a client may repeat are done once (draft-ietf-httpapi-idempotency-key-header).

The scope of a key is the caller, the method and the path. Only 2xx answers are kept and replayed; another body
with the same key is refused, and a second request is told to wait while the first one runs.
"""

import hashlib
import json
import uuid
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction

from common import clock, crypto
from common.again import again
from common.errors import (
    IdempotencyKeyInvalid,
    IdempotencyKeyMissing,
    IdempotencyKeyReused,
    StillRunning,
)
from common.models import IdempotencyRecord

KEPT = timedelta(hours=24)
LEASE = timedelta(seconds=60)


def checked_key(key: str | None, *, caller: str) -> tuple[str, str]:
    """The scope and key of a request. `caller` is "" when anonymous: then the key must be a UUID and is the scope.

    Raises IdempotencyKeyMissing, IdempotencyKeyInvalid.
    """
    if not key:
        raise IdempotencyKeyMissing
    if len(key) > 255 or not key.isprintable():
        raise IdempotencyKeyInvalid
    if caller:
        return caller, key
    try:
        return "anonymous", str(uuid.UUID(key))
    except ValueError as error:
        raise IdempotencyKeyInvalid from error


def once(
    *,
    caller: str,
    key: str | None,
    method: str,
    path: str,
    body: bytes,
    run: Callable[[], tuple[int, Any]],
    together: bool = False,
) -> tuple[int, Any, bool]:
    """Run `run` unless this request has an answer already; answers (status, JSON value, replayed).

    Call it outside a transaction. `run` raises or answers a non-2xx status: nothing is kept, the key is free.
    With `together`, what `run` does and its answer are one transaction: a process that dies leaves both or
    neither, and of two that run, because the first was slower than its lease, one counts. Then `run` must not
    talk to the network (common/again.py runs it anew with what it lacks), nor keep anything of what it refuses.
    Raises IdempotencyKeyMissing, IdempotencyKeyInvalid, IdempotencyKeyReused, StillRunning.
    """
    scope, key = checked_key(key, caller=caller)
    body_hash = hashlib.sha256(body).hexdigest()
    where = {"scope": scope, "key": key, "method": method, "path": path}
    record = _claim(where, body_hash)
    if record.status is not None:
        return record.status, json.loads(crypto.decrypt(bytes(record.response or b""))), True
    # Ours as long as the lease is: whoever took over from a slow request keeps its own answer.
    ours = IdempotencyRecord.objects.filter(pk=record.pk, leased_until=record.leased_until)

    def attempt() -> tuple[int, Any]:
        with transaction.atomic() if together else nullcontext():
            status, answer = run()
            done = 200 <= status < 300
            kept = done and ours.update(
                status=status, response=crypto.encrypt(json.dumps(answer)), leased_until=None
            )
            if together and done and not kept:
                raise StillRunning
            return status, answer

    try:
        status, answer = again(attempt)
    except BaseException:
        ours.delete()
        raise
    if not 200 <= status < 300:
        ours.delete()
    return status, answer, False


def _claim(where: dict[str, str], body_hash: str) -> IdempotencyRecord:
    lease = clock.now() + LEASE
    try:
        with transaction.atomic():
            return IdempotencyRecord.objects.create(**where, body_hash=body_hash, leased_until=lease)
    except IntegrityError:
        pass
    with transaction.atomic():
        record = IdempotencyRecord.objects.select_for_update().filter(**where).first()
        if record is None:
            raise StillRunning
        if record.created_at < clock.database_now() - KEPT:
            record.delete()
            return IdempotencyRecord.objects.create(**where, body_hash=body_hash, leased_until=lease)
        if record.body_hash != body_hash:
            raise IdempotencyKeyReused
        if record.status is None:
            if record.leased_until and record.leased_until > clock.now():
                raise StillRunning
            record.leased_until = lease
            record.save(update_fields=["leased_until"])
        return record


def forget_old() -> int:
    """Delete the records older than 24 hours; answers how many."""
    # Rows are dated by the database, whose clock the claim asks, too.
    deleted, _ = IdempotencyRecord.objects.filter(created_at__lt=clock.DatabaseNow() - KEPT).delete()
    return deleted
