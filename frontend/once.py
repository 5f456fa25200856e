"""Forms that create or move something are done once, however often they are sent."""

import hashlib
import time
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from common import idempotency
from common.errors import StillRunning

PATIENCE_S = 8.0


def new_key() -> str:
    """A key for one form of one rendered page."""
    return str(uuid.uuid4())


def slot_key(nonce: str, slot: str) -> str:
    """The key of one time plate: nonce of the page and plate, so that each plate is its own request."""
    try:
        return str(uuid.uuid5(uuid.UUID(nonce), slot))
    except ValueError:
        return ""


def once(
    request: HttpRequest, key: str, run: Callable[[], dict[str, Any]], *, together: bool = False
) -> dict[str, Any]:
    """What `run` answers (JSON), done once for this key and form; a repeated form gets the first answer again.

    `together`: the work and its answer are one transaction (see common.idempotency.once). A double click waits
    for the first one to end. Raises what `run` raises, IdempotencyKeyMissing, IdempotencyKeyInvalid,
    IdempotencyKeyReused, StillRunning.
    """
    fields = sorted(
        (name, value)
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken"
        for value in values
    )
    fields += sorted((name, _digest(file)) for name, files in request.FILES.lists() for file in files)
    give_up = time.monotonic() + PATIENCE_S
    while True:
        try:
            _, answer, _ = idempotency.once(
                caller=request.principal.caller,  # type: ignore[attr-defined]  # set by the middleware
                key=key,
                method="POST",
                path=request.path,
                body=urlencode(fields).encode(),
                run=lambda: (200, run()),
                together=together,
            )
        except StillRunning:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.1)
        else:
            return dict(answer)


def _digest(file: UploadedFile) -> str:
    """What tells one file from another; the file is read from its beginning again after."""
    file.seek(0)
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()
