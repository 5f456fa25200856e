"""The bytes, below MEDIA_ROOT: one file each under a random name, encrypted when private.

A file is written before its row is committed and removed after its row is gone, so that a row always has its
bytes; what a rolled back transaction or a crash leaves is swept (`sweep`).
"""

import os
import secrets
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, ForeignKey, OuterRef
from django.db.models.signals import post_delete
from django.dispatch import receiver

from common import clock, crypto
from common.models import StoredFile

# Longer than any request, form or transaction lasts.
ORPHAN_AFTER = timedelta(days=1)


def folder() -> Path:
    """Where the files are."""
    return Path(settings.MEDIA_ROOT) / "files"


def path_of(name: str) -> Path:
    """The file of that name; two characters of it are its folder."""
    return folder() / name[:2] / name


def write(content: bytes, *, private: bool) -> str:
    """Keep `content` and answer its new name."""
    name = secrets.token_hex(20)
    _put(path_of(name), crypto.encrypt_bytes(content) if private else content)
    return name


def read(stored: StoredFile) -> bytes:
    """The clean content, decrypted. Raises FileNotFoundError when the bytes are gone."""
    content = path_of(stored.name).read_bytes()
    return crypto.decrypt_bytes(content) if stored.is_private else content


def size_name(stored: StoredFile, width: int, ending: str) -> str:
    """The name of a size of a picture (common.uploads.sizes), beside the picture's own."""
    return f"{stored.name}-{width}.{ending}"


def write_size(stored: StoredFile, width: int, ending: str, content: bytes) -> None:
    """Keep a size of a public picture."""
    _put(path_of(size_name(stored, width, ending)), content)


def read_size(stored: StoredFile, width: int, ending: str) -> bytes:
    """A size of a public picture. Raises FileNotFoundError when the bytes are gone."""
    return path_of(size_name(stored, width, ending)).read_bytes()


def rotate(stored: StoredFile) -> None:
    """Encrypt a private file with the ring's first key. The caller holds the row's lock."""
    path = path_of(stored.name)
    _put(path, crypto.rotate(path.read_bytes()))


def sweep() -> int:
    """Remove what nothing uses any more since a day: rows that no row refers to, files without a row.

    Answers how many files went.
    """
    for stored in _unused():
        stored.delete()
    before = time.time() - ORPHAN_AFTER.total_seconds()
    old = {path.name: path for path in _files() if _is_older(path, before)}
    # A size goes with the picture it is made of, whose name it begins with.
    of = {name: name.partition("-")[0] for name in old}
    known = set(StoredFile.objects.filter(name__in=set(of.values())).values_list("name", flat=True))
    orphans = [name for name in old if of[name] not in known]
    for name in orphans:
        old[name].unlink(missing_ok=True)
    return len(orphans)


def _unused() -> Iterator[StoredFile]:
    """The rows of more than a day ago that no foreign key of any model points at."""
    rows = StoredFile.objects.filter(created_at__lt=clock.now() - ORPHAN_AFTER)
    for relation in StoredFile._meta.get_fields(include_hidden=True):
        field = getattr(relation, "field", None)
        if relation.auto_created and not relation.concrete and isinstance(field, ForeignKey):
            rows = rows.exclude(Exists(field.model._base_manager.filter(**{field.attname: OuterRef("pk")})))
    return rows.iterator()


def _files() -> Iterator[Path]:
    return (path for path in folder().glob("??/*") if path.is_file())


def _is_older(path: Path, before: float) -> bool:
    """Whether it was written before that time (Unix seconds). What somebody has removed by now is of no age."""
    try:
        return path.stat().st_mtime < before
    except FileNotFoundError:
        return False


def _put(path: Path, content: bytes) -> None:
    """Whole or not at all: written beside its place, then moved there."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.rename(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


@receiver(post_delete, sender=StoredFile, dispatch_uid="common.uploads.remove_bytes")
def _remove_bytes(instance: StoredFile, **kwargs: Any) -> None:
    path = path_of(instance.name)

    def remove() -> None:
        path.unlink(missing_ok=True)
        for size in path.parent.glob(f"{instance.name}-*"):
            size.unlink(missing_ok=True)

    transaction.on_commit(remove)
