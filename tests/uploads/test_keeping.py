"""Where the bytes are, who could read them there, and when they go."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.management import call_command
from django.db import IntegrityError, transaction

from common import clock, uploads
from common.models import StoredFile, UploadAttempt
from common.tasks import sweep_files
from common.uploads import looking, rationing, storage
from common.uploads.errors import UploadBusy, UploadDamaged, UploadRefused, UploadTooManyToday
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


def test_who_has_to_wait_for_a_turn_is_sent_away_soon(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    turns = threading.BoundedSemaphore(1)
    monkeypatch.setattr(looking, "_turns", turns)
    monkeypatch.setattr(looking, "PATIENCE_S", 0.01)
    turns.acquire()

    with pytest.raises(UploadBusy) as busy:
        uploads.take_picture(sent(saved(two_halves())))
    turns.release()

    assert (busy.value.status, busy.value.retry_after) == (503, 10)
    assert uploads.take_picture(sent(saved(two_halves()))).mime == "image/jpeg"
    assert turns.acquire(blocking=False), "the turn has been given back"


def test_a_file_that_is_refused_gives_its_turn_back(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "_turns", threading.BoundedSemaphore(1))
    monkeypatch.setattr(looking, "PATIENCE_S", 0.01)

    for _ in range(2):
        with pytest.raises(UploadDamaged):
            uploads.take_picture(sent(saved(two_halves(640, 480))[:4000]))


def test_a_look_yields_to_the_site() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from common.filework.__main__ import bound; bound(); import os; print(os.nice(0))",
        ],
        capture_output=True,
        check=True,
        cwd=settings.BASE_DIR,
    )
    assert int(done.stdout) == min(os.nice(0) + 10, 19)


def test_somebody_sends_so_many_files_a_day_taken_or_not(
    media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rationing, "MOST_A_DAY", 2)
    uploads.take_picture(sent(saved(two_halves())), by="user:a")
    with pytest.raises(UploadRefused):
        uploads.take_document(sent(b"nothing"), by="user:a")

    with pytest.raises(UploadTooManyToday) as refused:
        uploads.take_document(sent(pdf()), by="user:a")

    assert refused.value.status == 429
    assert StoredFile.objects.count() == 1
    uploads.take_picture(sent(saved(two_halves())), by="user:b")
    with clock.at(clock.now() + timedelta(hours=25)):
        uploads.take_picture(sent(saved(two_halves())), by="user:a")
        sweep_files(0)
        assert [(row.who, row.at) for row in UploadAttempt.objects.all()] == [("user:a", clock.now())]


def test_a_file_that_somebody_else_removes_ends_no_sweep(
    media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, old = (uploads.take_picture(sent(saved(two_halves()))) for _ in range(2))
    StoredFile.objects.filter(pk=old.pk).delete()
    age(storage.path_of(old.name), 2)
    listed = storage._files

    def vanishing() -> Iterator[Path]:
        for path in sorted(listed(), key=lambda each: each.name != gone.name):
            if path.name == gone.name:
                path.unlink()
            yield path

    monkeypatch.setattr(storage, "_files", vanishing)

    assert storage.sweep() == 1
    assert files(media) == []
