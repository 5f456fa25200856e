"""Files over HTTP: public pictures, and what goes with every file."""

from typing import Any

import pytest
from django.test import Client

from common import uploads
from common.models import StoredFile
from providers.enums import ProviderStatus
from providers.models import Provider, StaffMember
from providers.services.staff import set_photo
from tests.factories import make_outlet, make_staff
from tests.uploads.pdfs import pdf
from tests.uploads.pictures import saved, two_halves
from tests.uploads.sending import sent

pytestmark = pytest.mark.django_db


def picture(**more: Any) -> StoredFile:
    return uploads.take_picture(sent(saved(two_halves())), **more)


def get(stored: StoredFile, **headers: str) -> Any:
    return Client().get(f"/pictures/{stored.public_id}", headers=headers)


def test_a_photo_is_public_while_its_person_is() -> None:
    person = make_staff(make_outlet())
    photo = picture()

    assert get(photo).status_code == 404
    set_photo(staff=person, photo=photo, actor="user:usr_1")
    assert get(photo).status_code == 200
    Provider.objects.update(status=ProviderStatus.SUSPENDED)
    assert get(photo).status_code == 404


def test_a_photo_comes_with_headers_that_keep_it_a_picture() -> None:
    photo = picture()
    make_staff(make_outlet(), photo=photo)

    answer = get(photo)

    assert answer.content == uploads.read(photo)
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Cache-Control"] == "private, max-age=31536000, immutable"
    assert get(photo, **{"If-None-Match": answer["ETag"]}).status_code == 304


def test_a_private_picture_has_no_address_whoever_uses_it() -> None:
    photo = picture(private=True)
    make_staff(make_outlet(), photo=photo)

    assert get(photo).status_code == 404


def test_a_document_has_no_address() -> None:
    stored = uploads.take_document(sent(saved(two_halves())))
    make_staff(make_outlet(), photo=stored)

    assert get(stored).status_code == 404


def test_a_document_is_given_to_be_saved_and_kept_nowhere() -> None:
    stored = uploads.take_document(sent(pdf()))

    answer = uploads.respond(stored, download_name='../licence"; x=1')

    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'attachment; filename=".. licence\\"; x=1.pdf"'
    assert answer["Cache-Control"] == "no-store"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_a_new_photo_takes_the_place_of_the_old_one() -> None:
    person = make_staff(make_outlet())
    first, second = picture(), picture()

    set_photo(staff=person, photo=first, actor="user:usr_1")
    set_photo(staff=person, photo=second, actor="user:usr_1")

    assert list(StoredFile.objects.all()) == [second]
    assert StaffMember.objects.get().photo == second


def test_a_photo_can_be_taken_away() -> None:
    person = make_staff(make_outlet())
    set_photo(staff=person, photo=picture(), actor="user:usr_1")

    set_photo(staff=person, photo=None, actor="user:usr_1")

    assert not StoredFile.objects.exists()
    assert StaffMember.objects.get().photo is None
