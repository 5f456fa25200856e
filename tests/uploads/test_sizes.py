"""The sizes that screens need of public pictures: made once, never larger, served and removed with their picture."""

from io import BytesIO
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from PIL import Image

from common import uploads
from common.models import StoredFile
from common.tasks import make_picture_sizes
from common.uploads import sizes, storage
from tests.factories import make_outlet, make_outlet_picture
from tests.uploads.pdfs import pdf
from tests.uploads.pictures import saved, two_halves
from tests.uploads.sending import sent

pytestmark = pytest.mark.django_db


def taken(width: int = 700, height: int = 350) -> StoredFile:
    return uploads.take_picture(sent(saved(two_halves(width, height))))


def files(media: Path) -> list[str]:
    return sorted(path.name for path in media.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("width", "made"),
    [
        (100, [100]),
        (160, [160]),
        (700, [160, 320, 640, 700]),
        (1440, [160, 320, 640, 960, 1440]),
        (2048, [160, 320, 640, 960, 1440]),
    ],
)
def test_no_size_is_larger_than_the_picture_or_than_screens_need(width: int, made: list[int]) -> None:
    assert sizes.widths_for(width) == made


def test_the_worker_makes_the_sizes_of_public_pictures_alone(media: Path) -> None:
    public, private = taken(), uploads.take_picture(sent(saved(two_halves())), private=True)
    document = uploads.take_document(sent(pdf()))

    make_picture_sizes(0)

    assert StoredFile.objects.get(pk=public.pk).widths == [160, 320, 640, 700]
    assert set(
        StoredFile.objects.filter(pk__in=[private.pk, document.pk]).values_list("widths", flat=True)
    ) == {None}
    assert len(files(media)) == 3 + 8
    assert not sizes.waiting()
    assert not sizes.make(public.pk), "once is enough"


def test_a_picture_whose_bytes_are_gone_is_not_tried_for_ever(media: Path) -> None:
    stored = taken()
    storage.path_of(stored.name).unlink()

    make_picture_sizes(0)

    assert StoredFile.objects.get(pk=stored.pk).widths == []


def test_the_database_keeps_sizes_to_public_pictures() -> None:
    stored = uploads.take_picture(sent(saved(two_halves())), private=True)

    with pytest.raises(IntegrityError, match="only_public_pictures_have_sizes"), transaction.atomic():
        StoredFile.objects.filter(pk=stored.pk).update(widths=[])


@pytest.mark.parametrize("ending", ["avif", "webp"])
def test_a_size_is_served_with_its_picture_and_kept_by_browsers(ending: str) -> None:
    outlet = make_outlet()
    picture = make_outlet_picture(outlet, stored=taken())
    sizes.make(picture.file_id)
    url = f"/pictures/{picture.file.public_id}/320.{ending}"

    answer = Client().get(url)

    assert answer["Content-Type"] == f"image/{ending}"
    assert answer["Cache-Control"] == "private, max-age=31536000, immutable"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert Image.open(BytesIO(answer.content)).size == (320, 160)
    assert Client().get(url, headers={"If-None-Match": answer["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    "size", ["321.avif", "320.jpg", "320.AVIF", "99999999999999999999.webp", "320.avif/"]
)
def test_a_size_that_is_not_there_is_not_found(size: str) -> None:
    picture = make_outlet_picture(make_outlet(), stored=taken())
    sizes.make(picture.file_id)

    assert Client().get(f"/pictures/{picture.file.public_id}/{size}").status_code == 404


def test_sizes_go_with_their_picture(media: Path, django_capture_on_commit_callbacks: object) -> None:
    stored = taken()
    sizes.make(stored.pk)

    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]  # pytest-django's fixture
        uploads.delete(stored)

    assert files(media) == []
