"""Photos of people: sent by managers, seen by everybody."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from common.models import StoredFile
from providers.models import StaffMember
from tests.factories import PIXEL, make_picture
from tests.providers.conftest import Business

pytestmark = pytest.mark.django_db


def file(content: bytes = PIXEL) -> SimpleUploadedFile:
    return SimpleUploadedFile("me.png", content, content_type="image/png")


def page_of(business: Business) -> str:
    return f"/provider/{business.provider.public_id}/staff/{business.person.public_id}/"


def send(business: Business, **fields: Any) -> Any:
    browser = Client()
    browser.force_login(business.manager)
    return browser.post(f"{page_of(business)}photo/", fields, follow=True)


def photo(business: Business) -> StoredFile | None:
    return StaffMember.objects.get(pk=business.person.pk).photo


def test_a_manager_sends_a_photo_and_everybody_sees_it(business: Business) -> None:
    page = send(business, photo=file())

    found = photo(business)
    assert found is not None
    assert "The photo is shown." in page.content.decode()
    outlet = Client().get(f"/o/{business.outlet.public_id}", follow=True).content.decode()
    assert f'src="/pictures/{found.public_id}"' in outlet
    assert Client().get(f"/pictures/{found.public_id}").status_code == 200
    assert Client().get(f"/api/v1/outlets/{business.outlet.public_id}").json()["staff"][0]["photo"] == (
        f"/pictures/{found.public_id}"
    )


@pytest.mark.parametrize(
    ("content", "said"), [(b"<svg/>", "This kind of file is not taken"), (None, "Choose a file")]
)
def test_what_is_no_picture_is_refused_in_words(business: Business, content: bytes | None, said: str) -> None:
    page = send(business, **({"photo": file(content)} if content else {}))

    assert said in page.content.decode()
    assert photo(business) is None


def test_a_photo_is_taken_away(business: Business) -> None:
    send(business, photo=file())

    page = send(business, remove="1")

    assert "The photo is gone." in page.content.decode()
    assert photo(business) is None
    assert not StoredFile.objects.exists()


def test_an_app_sends_a_photo_once(business: Business) -> None:
    headers = {"Authorization": f"Bearer {business._token(business.manager, None)}", "Idempotency-Key": "k"}
    url = f"/api/v1/provider/staff/{business.person.public_id}/photo"

    answers = [Client().post(url, {"photo": file()}, headers=headers) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert StoredFile.objects.count() == 1
    assert business.call(business.manager, "DELETE", url.removeprefix("/api/v1")).status_code == 204
    assert photo(business) is None


def test_the_api_refuses_what_is_no_picture(business: Business) -> None:
    headers = {
        "Authorization": f"Bearer {business._token(business.manager, None)}",
        "Idempotency-Key": str(uuid4()),
    }

    answer = Client().post(
        f"/api/v1/provider/staff/{business.person.public_id}/photo",
        {"photo": file(b"%PDF-1.7 not a picture")},
        headers=headers,
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "upload_type_refused")
    assert photo(business) is None


def test_a_photo_of_another_business_cannot_be_given_by_form(business: Business) -> None:
    """No field takes a file's id: what was sent is all that can be shown."""
    elsewhere = make_picture()
    browser = Client()
    browser.force_login(business.manager)

    browser.post(page_of(business), {"name": "Aino", "language": "en", "photo": elsewhere.public_id})

    assert photo(business) is None
