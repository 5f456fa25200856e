"""Pictures of outlets: sent by managers, in their order, at most twelve, seen while the outlet is public."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client

from common import clock
from common.models import AuditEntry, Event, StoredFile
from common.uploads import sizes
from providers.enums import ProviderStatus
from providers.errors import PictureOrderStale, PicturesTooMany
from providers.models import Outlet, OutletPicture, Provider
from providers.selectors.pictures import covers, pictures_of
from providers.services import pictures as services
from providers.tasks import forget_removed_pictures
from tests.factories import PIXEL, make_outlet_picture, make_picture
from tests.providers.conftest import Business

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def file(content: bytes = PIXEL) -> SimpleUploadedFile:
    return SimpleUploadedFile("shop.png", content, content_type="image/png")


def manager(business: Business) -> Client:
    browser = Client()
    browser.force_login(business.manager)
    return browser


def page_of(business: Business) -> str:
    return f"/provider/{business.provider.public_id}/outlets/{business.outlet.public_id}/pictures/"


def press(business: Business, picture: OutletPicture, do: str, **more: str) -> str:
    path = f"/provider/{business.provider.public_id}/pictures/{picture.public_id}/"
    return manager(business).post(path, {"do": do, **more}, follow=True).content.decode()


def order(outlet: Outlet) -> list[str]:
    return [row.public_id for row in pictures_of(outlet)]


def three(business: Business) -> list[OutletPicture]:
    stored = make_picture()
    return [make_outlet_picture(business.outlet, stored=stored) for _ in range(3)]


def test_a_manager_shows_a_picture_and_everybody_sees_it(business: Business) -> None:
    page = manager(business).post(page_of(business), {"picture": file(), "alt": " Two chairs "}, follow=True)

    picture = OutletPicture.objects.get()
    assert "The picture is shown." in page.content.decode()
    assert (picture.position, picture.alt) == (0, "Two chairs")
    shop = Client().get(f"/o/{business.outlet.public_id}", follow=True).content.decode()
    assert f'src="/pictures/{picture.file.public_id}" alt="Two chairs"' in shop
    sizes.make(picture.file_id)
    shown = Client().get(f"/api/v1/outlets/{business.outlet.public_id}").json()["pictures"]
    assert shown == [
        {
            "id": picture.public_id,
            "url": f"/pictures/{picture.file.public_id}",
            "alt": "Two chairs",
            "width": 1,
            "height": 1,
            "sizes": [
                {
                    "width": 1,
                    "avif": f"/pictures/{picture.file.public_id}/1.avif",
                    "webp": f"/pictures/{picture.file.public_id}/1.webp",
                }
            ],
        }
    ]
    assert AuditEntry.objects.filter(action="picture.add", object_id=picture.public_id).exists()
    assert Event.objects.filter(type="pictures.changed", outlet_id=business.outlet.public_id).exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<svg onload='x()'/>", "This kind of file is not taken"),
        (None, "Choose a file"),
        (PIXEL[:40], "damaged"),
    ],
)
def test_what_is_no_picture_is_refused_in_words(business: Business, content: bytes | None, said: str) -> None:
    fields = {"picture": file(content)} if content else {}

    page = manager(business).post(page_of(business), fields, follow=True).content.decode()

    assert said in page
    assert not OutletPicture.objects.exists()
    assert not StoredFile.objects.exists()


def test_a_refused_picture_leaves_no_file(business: Business) -> None:
    Outlet.objects.filter(pk=business.outlet.pk).update(archived_at=clock.now())

    manager(business).post(page_of(business), {"picture": file()})

    assert not StoredFile.objects.exists()


def test_buttons_move_the_cover(business: Business) -> None:
    a, b, c = three(business)

    assert "Moved." in press(business, c, "up")
    assert order(business.outlet) == [a.public_id, c.public_id, b.public_id]
    press(business, a, "down")
    assert order(business.outlet) == [c.public_id, a.public_id, b.public_id]
    press(business, c, "up")
    assert covers([business.outlet.public_id]) == {business.outlet.public_id: c.file}


def test_a_removed_picture_can_be_put_back_for_a_day(business: Business) -> None:
    a, b, c = three(business)

    assert "You can put it back below" in press(business, a, "remove")
    assert order(business.outlet) == [b.public_id, c.public_id]
    press(business, a, "restore")
    assert order(business.outlet) == [b.public_id, c.public_id, a.public_id]

    press(business, a, "remove")
    with clock.at(clock.now() + timedelta(hours=25)):
        forget_removed_pictures(0)
    assert not OutletPicture.objects.filter(pk=a.pk).exists()


def test_words_are_asked_for_and_a_default_stands_in(business: Business) -> None:
    a, *_ = three(business)

    pictures = Client().get(f"/o/{business.outlet.public_id}/pictures").content.decode()
    assert f'alt="{business.outlet.name}, picture 3"' in pictures
    press(business, a, "", alt="The door")
    assert 'alt="The door"' in Client().get(f"/o/{business.outlet.public_id}/pictures").content.decode()


def test_the_database_lets_no_thirteenth_and_no_two_in_one_place(business: Business) -> None:
    stored = make_picture()
    for _ in range(12):
        make_outlet_picture(business.outlet, stored=stored)

    with pytest.raises(PicturesTooMany):
        make_outlet_picture(business.outlet, stored=stored)
    rows = OutletPicture.objects
    with pytest.raises(IntegrityError, match="twelve"), transaction.atomic():
        rows.create(outlet=business.outlet, file=stored, position=12)
    with (
        pytest.raises(IntegrityError, match="per_place"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        rows.filter(position=3).update(position=4)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError, match="unless_removed"), transaction.atomic():
        rows.filter(position=3).update(removed_at=clock.now())


def test_an_order_names_every_picture_once(business: Business) -> None:
    a, b, c = (each.public_id for each in three(business))

    for wrong in ([a, b], [a, b, c, c], [a, a, b], [a, b, "pic_other"]):
        with pytest.raises(PictureOrderStale):
            services.order_pictures(outlet=business.outlet, order=wrong, actor=business.actor)
    services.order_pictures(outlet=business.outlet, order=[c, b, a], actor=business.actor)

    assert order(business.outlet) == [c, b, a]


def test_only_pictures_of_public_outlets_are_served(business: Business) -> None:
    picture = make_outlet_picture(business.outlet)
    sizes.make(picture.file_id)
    urls = [f"/pictures/{picture.file.public_id}", f"/pictures/{picture.file.public_id}/1.webp"]
    assert [Client().get(url).status_code for url in urls] == [200, 200]

    Provider.objects.filter(pk=business.provider.pk).update(status=ProviderStatus.SUSPENDED)

    assert [Client().get(url).status_code for url in [*urls, "/pictures/fil_none"]] == [404, 404, 404]
    own = f"/provider/{business.provider.public_id}/pictures/{picture.public_id}/file"
    assert manager(business).get(own).status_code == 200, "members see what they prepare"
    assert Client().get(own).status_code == 302


def test_an_app_sends_orders_and_removes(business: Business) -> None:
    path = f"/provider/outlets/{business.outlet.public_id}/pictures"
    a, b = (make_outlet_picture(business.outlet).public_id for _ in range(2))

    answer = business.call(business.manager, "PUT", f"{path}/order", {"order": [b, a]})
    assert [each["id"] for each in answer.json()["items"]] == [b, a]
    stale = business.call(business.manager, "PUT", f"{path}/order", {"order": [b]})
    assert (stale.status_code, stale.json()["code"]) == (409, "picture_order_stale")
    assert business.call(business.manager, "DELETE", f"/provider/pictures/{b}").status_code == 204
    assert [each["id"] for each in business.call(business.staff, "GET", path).json()["removed"]] == [b]
    assert business.call(business.staff, "DELETE", f"/provider/pictures/{a}").status_code == 403
    assert business.call(business.stranger, "GET", path).status_code == 404


def test_an_app_sends_a_picture_with_its_words_or_without(business: Business) -> None:
    path = f"/api/v1/provider/outlets/{business.outlet.public_id}/pictures"
    token = business._token(business.manager, None)
    for fields, alt in (({"alt": "The door"}, "The door"), ({}, "")):
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}
        answer = Client().post(path, {"picture": file(), **fields}, headers=headers)
        assert (answer.status_code, answer.json()["alt"]) == (201, alt)


def test_a_workplace_has_its_own_styles(business: Business) -> None:
    head = manager(business).get(page_of(business)).content.decode().partition("</head>")[0]

    assert re.search(r'<link rel="stylesheet" href="[^"]*/work-[^"]+\.css">', head)
    assert ".css" not in "".join(re.findall(r"<script[^>]*>", head)), "a sheet is no script"
