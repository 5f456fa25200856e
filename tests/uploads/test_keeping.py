"""Where the bytes are, who could read them there, and when they go."""

import os
import time
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import IntegrityError, transaction

from common import clock, uploads
from common.models import StoredFile
from common.tasks import sweep_files
from common.uploads import storage
from tests.factories import make_outlet, make_staff
from tests.uploads.pdfs import pdf
from tests.uploads.pictures import saved, two_halves
from tests.uploads.sending import sent

pytestmark = pytest.mark.django_db


def files(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


def age(path: Path, days: float) -> None:
    then = time.time() - days * 86_400
    os.utime(path, (then, then))


def make_old(stored: StoredFile) -> None:
    StoredFile.objects.filter(pk=stored.pk).update(created_at=clock.now() - timedelta(days=2))


def test_a_document_lies_encrypted_under_a_name_that_nobody_guesses(media: Path) -> None:
    stored = uploads.take_document(sent(pdf()))

    (path,) = files(media)
    assert uploads.read(stored).startswith(b"%PDF-")
    assert b"PDF" not in path.read_bytes()
    assert path.name == stored.name
    assert len(stored.name) == 40
    assert stored.public_id.removeprefix("fil_") not in str(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_picture_sent_as_a_document_is_private_too(media: Path) -> None:
    stored = uploads.take_document(sent(saved(two_halves())))

    assert (stored.kind, stored.mime, stored.is_private) == ("document", "image/jpeg", True)
    assert not files(media)[0].read_bytes().startswith(b"\xff\xd8")


def test_no_document_is_public() -> None:
    stored = uploads.take_document(sent(pdf()))

    with pytest.raises(IntegrityError), transaction.atomic():
        StoredFile.objects.filter(pk=stored.pk).update(is_private=False)


def test_keys_are_rotated_in_files_too(settings: Any) -> None:
    stored = uploads.take_document(sent(pdf()))
    public = uploads.take_picture(sent(saved(two_halves())))
    content, old = uploads.read(stored), settings.FIELD_KEYS
    new = [Fernet.generate_key().decode()]

    settings.FIELD_KEYS = [*new, *old]
    call_command("rotate_keys", stdout=StringIO())
    settings.FIELD_KEYS = new

    assert uploads.read(stored) == content
    assert uploads.read(public).startswith(b"\xff\xd8")
    settings.FIELD_KEYS = old
    with pytest.raises(ValueError, match="no key of the ring"):
        uploads.read(stored)


def test_bytes_go_after_the_row_and_not_before(media: Path, django_capture_on_commit_callbacks: Any) -> None:
    stored = uploads.take_picture(sent(saved(two_halves())))

    with django_capture_on_commit_callbacks(execute=True):
        uploads.delete(stored)
        assert len(files(media)) == 1

    assert files(media) == []


def test_a_row_removed_by_a_query_takes_its_bytes_along(
    media: Path, django_capture_on_commit_callbacks: Any
) -> None:
    uploads.take_picture(sent(saved(two_halves())))

    with django_capture_on_commit_callbacks(execute=True):
        StoredFile.objects.all().delete()

    assert files(media) == []


@pytest.mark.django_db(transaction=True)
def test_a_file_of_a_transaction_that_is_rolled_back_is_swept_after_a_day(media: Path) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        uploads.take_picture(sent(saved(two_halves())))
        raise ZeroDivisionError
    (path,) = files(media)

    sweep_files(0)
    assert files(media) == [path]
    age(path, 1.1)
    sweep_files(0)

    assert files(media) == []


def test_what_nothing_refers_to_is_swept_after_a_day(
    media: Path, django_capture_on_commit_callbacks: Any
) -> None:
    used, unused, fresh = (uploads.take_picture(sent(saved(two_halves()))) for _ in range(3))
    make_staff(make_outlet(), photo=used)
    make_old(used)
    make_old(unused)

    with django_capture_on_commit_callbacks(execute=True):
        sweep_files(0)

    assert set(StoredFile.objects.all()) == {used, fresh}
    assert {path.name for path in files(media)} == {used.name, fresh.name}


def test_what_a_killed_process_left_half_written_is_swept(media: Path) -> None:
    stored = uploads.take_picture(sent(saved(two_halves())))
    beside = storage.path_of(stored.name).with_name(f"{stored.name}.0a1b2c3d")
    beside.write_bytes(b"half")
    for path in files(media):
        age(path, 2)

    sweep_files(0)

    assert [path.name for path in files(media)] == [stored.name]
