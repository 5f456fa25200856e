"""The pages on which a business takes in a spreadsheet: tried, confirmed once, and what stands in the way."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from providers.models import Service, Skill, StaffMember
from tests.frontend.test_provider_affected import accepted, base
from tests.frontend.test_provider_day import Shop, at_ten, booked, shop, text

__all__ = ["at_ten", "shop"]
pytestmark = pytest.mark.django_db

PRICES = "name;category;duration_min;price\r\nTrim;hair;45;35,50\r\n"


def tried(shop: Shop, kind: str, content: str) -> Any:
    file = SimpleUploadedFile("prices.csv", content.encode("utf-8-sig"))
    return shop.manager.post(f"{base(shop)}/tables/{kind}/", {"file": file})


def carried(answer: Any) -> dict[str, str]:
    """The fields of the form that confirms what was tried."""
    page = answer.content.decode()
    found = {name: re.search(rf'name="{name}" value="([^"]*)"', page) for name in ("tried", "version", "key")}
    assert all(found.values()), page
    return {name: value[1] for name, value in found.items() if value}


def test_a_file_is_tried_then_done_once_however_often_it_is_pressed(shop: Shop) -> None:
    url = f"{base(shop)}/tables/services/"
    before = Service.objects.count()
    answer = tried(shop, "services", PRICES)
    assert answer.status_code == 200
    assert "1 new" in text(answer)
    assert Service.objects.count() == before

    fields = carried(answer)
    first, second = shop.manager.post(url, fields), shop.manager.post(url, fields)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"] == f"{base(shop)}/services/"
    assert "1 added." in text(shop.manager.get(first["Location"]))
    assert Service.objects.filter(name="Trim", price_amount=3550).count() == 1
    assert Service.objects.count() == before + 1


def test_what_was_done_in_another_tab_is_not_done_again(shop: Shop) -> None:
    url = f"{base(shop)}/tables/services/"
    first, second = tried(shop, "services", PRICES), tried(shop, "services", PRICES)
    assert shop.manager.post(url, carried(first)).status_code == 302

    answer = shop.manager.post(url, carried(second))

    assert answer.status_code == 409
    assert "It changes nothing" in text(answer)
    assert Service.objects.filter(name="Trim").count() == 1


def test_another_file_with_the_version_of_the_one_tried_is_shown_not_done(shop: Shop) -> None:
    fields = carried(tried(shop, "services", PRICES))
    other = carried(tried(shop, "services", PRICES.replace("35,50", "3,55")))

    answer = shop.manager.post(f"{base(shop)}/tables/services/", {**fields, "tried": other["tried"]})

    assert answer.status_code == 409
    assert "This is what the file does now" in text(answer)
    assert not Service.objects.filter(name="Trim").exists()
    # What it shows now may be confirmed.
    assert shop.manager.post(f"{base(shop)}/tables/services/", carried(answer)).status_code == 302
    assert Service.objects.get(name="Trim").price_amount == 355


def test_what_is_wrong_stands_by_row_and_column(shop: Shop) -> None:
    answer = tried(shop, "services", PRICES + "Cut 2;moon;2;free\r\n")

    assert answer.status_code == 422
    words = text(answer)
    assert "3 things to put right" in words
    assert "Write a whole number from 5 to 1440." in words
    assert 'name="tried"' not in answer.content.decode()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Choose a file"),
        ({"rows": "PK\x03\x04"}, "This is an Excel workbook"),
        ({"rows": "name\tprice\n"}, "It has a head but no rows."),
    ],
)
def test_what_is_no_table_is_said(shop: Shop, fields: dict[str, str], words: str) -> None:
    answer = shop.manager.post(f"{base(shop)}/tables/services/", fields)
    assert answer.status_code == 422
    assert words in text(answer)


def test_rows_may_be_put_in_from_the_clipboard(shop: Shop) -> None:
    answer = shop.manager.post(f"{base(shop)}/tables/services/", {"rows": PRICES.replace(";", "\t")})
    assert answer.status_code == 200
    assert "1 new" in text(answer)


def test_visits_that_it_would_hit_are_listed_with_the_rows(shop: Shop) -> None:
    booking = booked(shop, 11, shop.aino)
    url = f"{base(shop)}/tables/people/"
    answer = tried(shop, "people", f"id;skills\r\n{shop.aino.public_id};-\r\n")
    assert answer.status_code == 409
    assert "This would hit 1 visit" in text(answer)
    assert f"visits/{booking.ref}/move" in answer.content.decode()

    assert shop.manager.post(url, carried(answer)).status_code == 409
    assert Skill.objects.filter(staff=shop.aino).exists()
    done = shop.manager.post(url, {**carried(answer), "acknowledge": accepted(answer)})
    assert done.status_code == 302
    assert not Skill.objects.filter(staff=shop.aino).exists()


def test_what_is_fetched_may_be_sent_back(shop: Shop) -> None:
    for ask in ("", "?for=excel"):
        file = shop.manager.get(f"{base(shop)}/tables/people.csv{ask}")
        assert file["Content-Type"] == "text/csv; charset=utf-8"
        sent = SimpleUploadedFile("people.csv", file.content)
        answer = shop.manager.post(f"{base(shop)}/tables/people/", {"file": sent})
        assert answer.status_code == 200
        assert "It changes nothing" in text(answer)
        assert f"{StaffMember.objects.count()} as they are" in text(answer)


def test_a_sheet_that_is_none_is_not_found(shop: Shop) -> None:
    assert shop.manager.get(f"{base(shop)}/tables/customers/").status_code == 404
    assert shop.manager.get(f"{base(shop)}/tables/customers.csv").status_code == 404
    bent = {"tried": "no base64", "version": "", "key": "1"}
    assert shop.manager.post(f"{base(shop)}/tables/services/", bent).status_code == 404
