"""Photos of reviews: taken all or none, seen by everybody only while the review is shown, gone with their author."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client

from bookings.selectors.access import Access
from common import privacy, uploads
from common.errors import NotFound
from common.models import StoredFile, UploadAttempt
from common.privacy import registry
from common.uploads import storage
from common.uploads.errors import UploadTypeRefused
from providers.enums import ProviderStatus
from providers.models import Provider
from providers.rules.ratings import Stars
from reviews.enums import Reason
from reviews.errors import ReviewHidden, ReviewPhotosTooMany
from reviews.models import Review, ReviewPhoto
from reviews.services import moderation, writing
from tests.bookings.conftest import Shop
from tests.factories import make_review_photo, make_user
from tests.reviews.conftest import Visit
from tests.uploads.pictures import saved, two_halves, with_position
from tests.uploads.sending import CANARY

GOOD = Stars(5, 4, 5)


def picture(content: bytes | None = None) -> SimpleUploadedFile:
    """A photo as a phone sends it, which says where it was taken."""
    return SimpleUploadedFile("IMG.jpg", content or saved(two_halves(), exif=with_position()))


def broken() -> SimpleUploadedFile:
    return SimpleUploadedFile("photo.jpg", b"<html>")


def write(access: Access, *files: SimpleUploadedFile) -> Review:
    return writing.write(access=access, stars=GOOD, text="Just right.", language="en", files=files)


def edit(access: Access, *files: SimpleUploadedFile, without: tuple[str, ...] = ()) -> Review:
    return writing.edit(
        access=access, stars=GOOD, text="Better.", language="en", files=files, without=without
    )


def kept() -> list[str]:
    """The names of all bytes that are there."""
    return sorted(path.name for path in storage._files())


def seen(photo: ReviewPhoto) -> int:
    return Client().get(f"/pictures/{photo.file.public_id}").status_code


def test_they_are_drawn_anew_and_shown(shop: Shop, visit: Visit) -> None:
    review = write(visit(), picture(), picture())
    photos = list(review.photos.select_related("file"))
    assert [photo.position for photo in photos] == [0, 1]
    for photo in photos:
        assert (photo.file.mime, photo.file.is_private) == ("image/jpeg", False)
        assert CANARY not in uploads.read(photo.file)
        assert seen(photo) == 200
    page = Client().get(f"/o/{shop.outlet.public_id}", follow=True).content.decode()
    for photo in photos:
        assert f'src="/pictures/{photo.file.public_id}"' in page
    assert 'width="64" height="32" loading="lazy"' in page
    assert 'alt="Photo 1 by Helmi V."' in page
    (told,) = Client().get(f"/api/v1/outlets/{shop.outlet.public_id}/reviews").json()["items"]
    assert [each["id"] for each in told["photos"]] == [photo.file.public_id for photo in photos]
    assert told["photos"][0]["url"] == f"/pictures/{photos[0].file.public_id}"


def test_when_one_is_refused_none_is_kept(visit: Visit, django_capture_on_commit_callbacks: Any) -> None:
    access, before = visit(), kept()
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(UploadTypeRefused):
        write(access, picture(), broken(), picture())
    assert not Review.objects.exists()
    assert not StoredFile.objects.exists()
    assert kept() == before
    assert UploadAttempt.objects.filter(who=f"booking:{access.booking.ref}").count() == 2, (
        "the third cost nothing"
    )


def test_four_at_most_before_anything_is_looked_through(visit: Visit) -> None:
    access = visit()
    with pytest.raises(ReviewPhotosTooMany):
        write(access, *[broken()] * 5)
    review = write(access)
    for _ in range(3):
        make_review_photo(review)
    with pytest.raises(ReviewPhotosTooMany):
        edit(access, broken(), broken())
    assert not UploadAttempt.objects.exists()
    edit(access, picture())
    assert review.photos.count() == 4


def test_the_database_counts_too(visit: Visit) -> None:
    review = write(visit())
    photos = [make_review_photo(review) for _ in range(4)]
    for position in (0, 4):
        with pytest.raises(IntegrityError), transaction.atomic():
            ReviewPhoto.objects.filter(pk=photos[1].pk).update(position=position)


def test_one_goes_and_another_takes_its_place(visit: Visit, django_capture_on_commit_callbacks: Any) -> None:
    access = visit()
    review = write(access)
    first, *_ = [make_review_photo(review) for _ in range(4)]
    other = make_review_photo(write(visit()))
    gone = (first.file.public_id, other.file.public_id)
    with django_capture_on_commit_callbacks(execute=True):
        edit(access, picture(), without=gone)
    assert review.photos.count() == 4
    assert (seen(first), seen(other)) == (404, 200), "nobody takes away another's"
    assert first.file.name not in kept()
    with pytest.raises(NotFound):
        writing.remove_photo(access=access, photo=other.file.public_id)


def test_a_hidden_review_shows_them_to_those_who_see_the_visit(shop: Shop, visit: Visit) -> None:
    access, operator = visit(), make_user(is_operator=True)
    review = write(access)
    photo = make_review_photo(review)
    moderation.hide(review=review, reason=Reason.SPAM, operator=operator)
    assert seen(photo) == 404
    with pytest.raises(ReviewHidden):
        edit(access, broken())
    moderation.restore(review=review, operator=operator)
    assert seen(photo) == 200
    Provider.objects.filter(pk=shop.outlet.provider_id).update(status=ProviderStatus.SUSPENDED)
    assert seen(photo) == 404


@pytest.mark.parametrize("asked", [frozenset(), frozenset({"reviews"})])
def test_they_are_handed_out_and_go_with_their_author(
    visit: Visit, asked: frozenset[str], django_capture_on_commit_callbacks: Any
) -> None:
    access = visit()
    review = write(access)
    photo = make_review_photo(review, b"canary picture")
    others = make_review_photo(write(visit()))
    subject = privacy.Subject(booking_pks={access.booking.pk}, asked_to_forget=asked)
    assert [file.read() for file in registry.files(subject)] == [b"canary picture"]
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        privacy.erase(subject)
    assert not review.photos.exists()
    assert seen(photo) == 404
    assert photo.file.name not in kept()
    assert others.file.name in kept()
