"""How pages are found: addresses by language, maps of the site, what search engines and messengers are told."""

import json
import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client
from PIL import Image
from psycopg.types.range import TimestamptzRange

from common import clock
from common.models import Event
from providers.enums import ProviderStatus
from providers.models import Closure, HoursOverride, Outlet, Provider
from providers.selectors.listed import listed_outlets
from tests import factories as make
from tests.frontend.test_outlet import make_review
from tests.frontend.town import NOW, make_addresses, make_shop, tuesday

SITE = "http://testserver"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
LINK = "{http://www.w3.org/1999/xhtml}link"
# What Google's documentation requires or we promise of each kind (developers.google.com/search/docs).
REQUIRED = {
    "HairSalon": {"name", "address", "url", "image", "geo", "openingHoursSpecification", "priceRange"},
    "PostalAddress": {"streetAddress", "addressLocality", "addressCountry"},
    "GeoCoordinates": {"latitude", "longitude"},
    "OpeningHoursSpecification": {"opens", "closes"},
    "Offer": {"price", "priceCurrency", "itemOffered"},
    "Service": {"name"},
    "AggregateRating": {"ratingValue", "reviewCount"},
    "Review": {"author", "reviewRating", "datePublished"},
    "Rating": {"ratingValue"},
    "Person": {"name"},
    "BreadcrumbList": {"itemListElement"},
    "ListItem": {"position", "name"},
    "ItemList": {"itemListElement"},
    "WebSite": {"name", "url", "potentialAction"},
    "SearchAction": {"target", "query-input"},
    "EntryPoint": {"urlTemplate"},
}


@pytest.fixture(autouse=True)
def town(db: None) -> Iterator[None]:
    with tuesday():
        make_addresses()
        yield


def page(client: Client, path: str) -> str:
    answer = client.get(path, follow=True)
    assert answer.status_code == 200
    return str(answer.content.decode())


def linked(text: str) -> dict[str, Any]:
    """The linked data of a page by type, every part of it checked for what it needs."""
    found = [
        json.loads(each) for each in re.findall(r'<script type="application/ld\+json">(.*?)</script>', text)
    ]
    for each in found:
        assert each["@context"] == "https://schema.org"
        check(each)
    return {each["@type"]: each for each in found}


def check(value: Any) -> None:
    if isinstance(value, list):
        for each in value:
            check(each)
    elif isinstance(value, dict):
        kind = value["@type"]
        assert REQUIRED[kind] <= value.keys(), f"{kind} lacks {REQUIRED[kind] - value.keys()}"
        for each in value.values():
            check(each)


def locations(client: Client, path: str) -> list[str]:
    return [str(each.text) for each in ElementTree.fromstring(client.get(path).content).iter(f"{MAP}loc")]


def test_each_language_has_an_address_and_each_names_all(client: Client) -> None:
    english, chinese = page(client, "/help"), page(client, "/help?lang=zh-hans")

    for text, own in ((english, f"{SITE}/help"), (chinese, f"{SITE}/help?lang=zh-hans")):
        assert f'<link rel="canonical" href="{own}">' in text
        assert f'hreflang="en" href="{SITE}/help"' in text
        assert f'hreflang="zh-Hans" href="{SITE}/help?lang=zh-hans"' in text
        assert f'hreflang="x-default" href="{SITE}/help"' in text
    assert '<html lang="zh-Hans"' in chinese
    assert '<html lang="en"' in page(client, "/help"), "it is kept nowhere"
    assert '<html lang="en"' in page(client, "/help?lang=tlh")


@pytest.mark.parametrize(
    "path", ["/", "/help", "/for-providers", "/how-we-rank", "/privacy", "/terms", "/find/hair"]
)
def test_every_public_page_has_a_title_a_description_and_one_address(client: Client, path: str) -> None:
    make_shop()
    pages = [page(client, f"{path}{query}") for query in ("", "?utm_source=mail")]

    for text in pages:
        assert len(re.findall(r"<title>[^<]+</title>", text)) == 1
        assert re.search(r'<meta name="description" content="[^"]{20,}">', text)
        assert re.findall(r'<link rel="canonical" href="([^"]+)">', text) == [SITE + path]
        assert "noindex" not in text


def test_what_answers_to_parameters_is_not_listed(client: Client) -> None:
    make_shop()
    assert '<meta name="robots" content="noindex">' in page(client, "/search?category=hair")


def test_the_map_lists_public_outlets_in_both_languages_with_their_last_change(client: Client) -> None:
    shop, hidden = make_shop(name="Salon Tuuli"), make_shop(50, name="Gone")
    Provider.objects.filter(pk=hidden.provider_id).update(status=ProviderStatus.SUSPENDED)
    changed = NOW + timedelta(hours=1)
    for n, at in enumerate((NOW, changed), 1):
        Event.objects.create(
            subject_type="provider",
            subject_id=shop.provider.public_id,
            seq=1000 + n,
            type="catalogue.changed",
            actor="system",
            outlet_id=shop.public_id,
            at=at,
        )

    parts = locations(client, "/sitemap.xml")
    assert parts[0] == f"{SITE}/sitemap-pages.xml"
    (part,) = {each.removeprefix(SITE) for each in parts[1:]}
    root = ElementTree.fromstring(client.get(part).content)
    own = f"{SITE}/o/{shop.public_id}/salon-tuuli"
    assert [each.findtext(f"{MAP}loc") for each in root] == [own, f"{own}?lang=zh-hans"]
    assert [other.get("hreflang") for other in root[0].iter(LINK)] == ["en", "zh-Hans", "x-default"]
    assert datetime.fromisoformat(str(root[0].findtext(f"{MAP}lastmod"))) == max(
        changed, Outlet.objects.get(pk=shop.pk).created_at
    )
    assert client.get("/sitemap-outlets-99999.xml").status_code == 404


def test_the_map_of_pages_lists_categories_that_somebody_offers(client: Client) -> None:
    make_shop()
    make.make_category("nails")

    listed = locations(client, "/sitemap-pages.xml")

    assert f"{SITE}/" in listed
    assert f"{SITE}/find/hair" in listed
    assert f"{SITE}/find/hair?lang=zh-hans" in listed
    assert not any("nails" in each for each in listed)


def test_a_part_takes_two_statements_whatever_it_lists(django_assert_num_queries: Any) -> None:
    for n in range(3):
        make_shop(n)
    part = Outlet.objects.latest("pk").pk // 10_000
    with django_assert_num_queries(1):
        assert len(listed_outlets(part, 10_000)) >= 1
    with django_assert_num_queries(2):
        Client().get(f"/sitemap-outlets-{part}.xml")


def test_robots_are_told_where_the_map_is_and_what_is_nobodys_business(client: Client) -> None:
    text = client.get("/robots.txt").content.decode()

    assert f"Sitemap: {SITE}/sitemap.xml" in text
    for path in ("/account/", "/provider/", "/desk/", "/api/"):
        assert f"Disallow: {path}\n" in text


def test_an_outlet_says_in_schema_orgs_words_what_its_page_says(client: Client) -> None:
    shop = make_shop(name="Salon <Tuuli>", phone="+358401234567", description="Cuts & care.")
    make_review(shop)
    HoursOverride.objects.create(outlet=shop, date=date(2026, 12, 23), opens=time(10), closes=time(14))
    start, end = datetime(2026, 12, 19, tzinfo=shop.zone), datetime(2026, 12, 21, 12, tzinfo=shop.zone)
    Closure.objects.create(outlet=shop, period=TimestamptzRange(start, end))
    found = linked(page(client, f"/o/{shop.public_id}"))

    data = found["HairSalon"]
    assert data["name"] == "Salon <Tuuli>"
    assert data["telephone"] == "+358401234567"
    assert data["priceRange"] == "€50"
    assert data["makesOffer"][0]["price"] == "50.00"
    assert data["review"][0]["author"] == {"@type": "Person", "name": "Helmi V."}
    assert data["image"] == [f"{SITE}/o/{shop.public_id}/preview.png"]
    special = [
        (each["validFrom"], each["opens"], each["closes"])
        for each in data["specialOpeningHoursSpecification"]
    ]
    assert special == [
        ("2026-12-23", "10:00", "14:00"),
        ("2026-12-19", "00:00", "00:00"),
        ("2026-12-20", "00:00", "00:00"),
    ]
    way = [each["item"] for each in found["BreadcrumbList"]["itemListElement"]]
    assert way[:2] == [f"{SITE}/", f"{SITE}/find/hair"]


def test_the_start_and_a_category_say_what_they_are(client: Client) -> None:
    shop = make_shop(name="Salon Tuuli")

    assert linked(page(client, "/"))["WebSite"]["potentialAction"]["query-input"].startswith("required")
    found = linked(page(client, "/find/hair"))
    assert [each["name"] for each in found["ItemList"]["itemListElement"]] == [shop.name]
    assert client.get("/find/none").status_code == 404


def test_a_shared_link_shows_a_picture_with_the_name(client: Client) -> None:
    shop = make_shop(name="Salon Tuuli 美容")
    path = f"/o/{shop.public_id}/preview.png"
    assert f'<meta property="og:image" content="{SITE}{path}">' in page(client, f"/o/{shop.public_id}")

    drawn = client.get(path)
    assert drawn["Content-Type"] == "image/png"
    assert Image.open(BytesIO(drawn.content)).size == (1200, 630)
    make.make_outlet_picture(shop)
    assert client.get(path).content != drawn.content, "its photo is shown"
    assert Image.open(BytesIO(client.get("/preview.png").content)).size == (1200, 630)
    Outlet.objects.filter(pk=shop.pk).update(archived_at=clock.now())
    assert client.get(path).status_code == 404
