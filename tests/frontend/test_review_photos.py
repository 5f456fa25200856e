"""The photos of a review on its author's pages and at the operators' desk."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.principals import Principal
from accounts.services import create_token
from reviews.enums import Reason
from reviews.models import Review
from reviews.services import moderation
from tests.bookings.conftest import Shop
from tests.factories import make_review, make_review_photo, make_user
from tests.frontend.test_review_pages import GOOD, as_guest, as_user, text
from tests.reviews.conftest import Visit, contact, shop, visit
from tests.signing_in import make_operator, sign_in
from tests.uploads.pictures import saved, two_halves

__all__ = ["contact", "shop", "visit"]

pytestmark = pytest.mark.django_db


def picture() -> SimpleUploadedFile:
    return SimpleUploadedFile("photo.jpg", saved(two_halves()))


def test_photos_are_sent_once_and_taken_away(visit: Visit) -> None:
    access = visit()
    client, path = as_guest(access), f"/b/{access.booking.ref}/review"
    key = client.get(path).context["key"]
    for _ in range(2):
        answer = client.post(path, {**GOOD, "key": key, "photos": [picture(), picture()]})
        assert answer.status_code == 302
    first, second = Review.objects.get().photos.select_related("file")
    other = client.post(path, {**GOOD, "key": key, "photos": [SimpleUploadedFile("photo.jpg", b"other")]})
    assert other.status_code == 422, "another file under the same key is another request"
    assert Review.objects.get().photos.count() == 2

    page = client.get(f"{path}?change=1").content.decode()
    assert f'name="without" value="{first.file.public_id}"' in page
    sent = {**GOOD, "key": str(uuid4()), "without": first.file.public_id, "photos": [picture()]}
    assert client.post(path, sent).status_code == 302
    photos = Review.objects.get().photos
    assert photos.count() == 2
    assert photos.filter(pk=second.pk).exists()


@pytest.mark.parametrize("files", [[b"<html>"], [b""], [b"1", b"2", b"3", b"4", b"5"]])
def test_a_refused_file_leaves_the_words_on_the_form(visit: Visit, files: list[bytes]) -> None:
    access = visit()
    sent = [SimpleUploadedFile("photo.jpg", content) for content in files]
    words = {**GOOD, "text": "Words that stay.", "key": str(uuid4()), "photos": sent}
    answer = as_guest(access).post(f"/b/{access.booking.ref}/review", words)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["photos"]
    assert "Words that stay." in text(answer)
    assert 'value="4" id="id_punctuality_3" checked' in answer.content.decode()
    assert not Review.objects.exists()


def test_operators_and_the_author_see_those_of_a_hidden_review(shop: Shop, visit: Visit) -> None:
    access = visit()
    review = make_review(access.booking)
    photo = make_review_photo(review, b"a picture of the floor")
    moderation.hide(review=review, reason=Reason.PRIVATE, operator=make_user(is_operator=True))
    source = f"/b/{access.booking.ref}/review/photos/{photo.file.public_id}"
    operator, author, owner = sign_in(Client(), make_operator()), as_guest(access), as_user(shop.owner.user)
    desk = f"/provider/{shop.outlet.provider.public_id}/reviews/{review.public_id}/"
    pages: dict[Any, str] = {
        operator: f"/desk/reviews/{review.public_id}/",
        author: f"/b/{access.booking.ref}/review",
        owner: desk,
    }
    for client, path in pages.items():
        assert f'src="{source}"' in client.get(path).content.decode()
        file = client.get(source)
        assert (file.status_code, file.content) == (200, b"a picture of the floor")
        assert "no-store" in file["Cache-Control"]
        assert client.get(f"{source}x").status_code == 404
    assert Client().get(source).status_code == 404
    assert Client().get(f"/pictures/{photo.file.public_id}").status_code == 404


def test_over_the_api(visit: Visit) -> None:
    user = make_user()
    access = visit(Principal(user=user))
    review = make_review(access.booking)
    _, secret = create_token(user=user, name="app", scopes=["bookings:read", "bookings:write"])
    app = {"Authorization": f"Bearer {secret}"}
    path = f"/api/v1/bookings/{access.booking.ref}/review/photos"
    headers = {**app, "Idempotency-Key": str(uuid4())}
    for _ in range(2):
        answer = Client().post(path, {"photo": picture()}, headers=headers)
        assert answer.status_code == 201
    (told,) = answer.json()["photos"]
    assert review.photos.get().file.public_id == told["id"]
    headers = {**app, "Idempotency-Key": str(uuid4())}
    nothing = Client().post(path, {}, headers=headers)
    assert (nothing.status_code, nothing.json()["code"]) == (422, "upload_empty")
    for status in (204, 404):
        assert Client().delete(f"{path}/{told['id']}", headers=app).status_code == status
    assert not review.photos.exists()
