"""Has a file looked through by a process of its own (common.filework)."""

import logging
import threading

from django.core.files.uploadedfile import UploadedFile

from common.apart import Ended, run_apart
from common.filework import MAX_BYTES, Clean
from common.filework.kinds import kind_of
from common.uploads.errors import (
    BY_CODE,
    UploadBusy,
    UploadEmpty,
    UploadRefused,
    UploadTooLarge,
    UploadTypeRefused,
)

log = logging.getLogger(__name__)

SECONDS = 20
# Each may take much memory for a moment: the threads of one web process take turns.
_turns = threading.BoundedSemaphore(2)
# Nobody waits long for a turn: a few slow files would soon have every thread waiting, and none left for the site.
PATIENCE_S = 2


def look_through(file: UploadedFile, *, wanted: str, longest_px: int) -> Clean:
    """The clean file. `wanted` is picture or document. Raises UploadRefused and its kinds."""
    content = _content(file)
    if kind_of(content) is None:
        raise UploadTypeRefused
    if not _turns.acquire(timeout=PATIENCE_S):
        raise UploadBusy
    try:
        head, clean = run_apart("common.filework", wanted, str(longest_px), content=content, seconds=SECONDS)
    except Ended:
        raise UploadRefused from None
    finally:
        _turns.release()
    if code := head.get("refused"):
        if why := head.get("why"):
            log.info("an upload of %s bytes could not be read: %s", len(content), why)
        raise BY_CODE[code]
    return Clean(content=clean, **head)


def _content(file: UploadedFile) -> bytes:
    if file.size is not None and file.size > MAX_BYTES:
        raise UploadTooLarge(max=MAX_BYTES)
    file.seek(0)
    content: bytes = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise UploadTooLarge(max=MAX_BYTES)
    if not content:
        raise UploadEmpty
    return content
