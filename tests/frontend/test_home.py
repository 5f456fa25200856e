"""The landing page: true times, true counts, the reader's own place."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common import clock
from providers.enums import ProviderStatus
from providers.services.listing import refresh_provider
from tests import factories as make
from tests.frontend.town import NOW, make_addresses, make_shop, tuesday


@pytest.fixture(autouse=True)
def town(db: None) -> Iterator[None]:
    with tuesday():
        make_addresses()
        yield


def test_the_street_shows_real_times_and_plates_hold_them(client: Client) -> None:
    shop = make_shop(name="Salon Tuuli")
    page = client.get("/")
    words = page.content.decode()
    assert "SALON TUULI" in words, "its sign on the street"
    assert ">9:00</text>" in words, "its time over the door"
    assert f"{shop.public_id}:" in words
    assert "Lit now, near Helsinki" in words
    assert 'form="hold"' in words


def test_the_heading_says_now_only_when_it_is(client: Client) -> None:
    make_shop()
    with clock.at(NOW - timedelta(hours=4)):
        words = client.get("/").content.decode()
    assert "Free next, near Helsinki" in words
    assert "Lit now" not in words


def test_the_cards_are_of_different_kinds_when_they_can(client: Client) -> None:
    for n in range(3):
        make_shop(n, category="hair", name=f"Hair {n}")
    make_shop(500, category="nails", name="Nails")
    make_shop(600, category="wash", name="Wash")
    assert [card.name for card in client.get("/").context["cards"]] == ["Hair 0", "Nails", "Wash"]


def test_tiles_count_the_outlets_of_what_is_below_them(client: Client) -> None:
    beauty = make.make_category("beauty")
    make.make_category("hair", parent=beauty)
    make.make_category("nails", parent=beauty)
    both = make_shop(category="hair")
    make.make_service(both, category=make.make_category("nails"))
    make_shop(category="nails")
    hidden = make_shop(category="nails")
    hidden.provider.status = ProviderStatus.SUSPENDED
    hidden.provider.save(update_fields=["status"])
    refresh_provider(hidden.provider_id)
    [tile] = client.get("/").context["tiles"]
    assert (tile.name, tile.count, tile.url) == ("Beauty", 2, "/find/beauty")
    assert client.get(tile.url).status_code == 200


def test_the_place_one_searched_near_is_remembered(client: Client) -> None:
    make_shop()
    client.post("/search", {"near": "Kalevankatu 12"})
    page = client.get("/")
    words = page.content.decode()
    assert "near Kalevankatu" in words
    assert 'value="Kalevankatu 12, 00100 Helsinki"' in words
    assert "lat=60.167&amp;lng=24.940&amp;where=Kalevankatu" in words
    [tile] = page.context["tiles"]
    assert tile.url == "/search?category=hair&lat=60.167&lng=24.940&where=Kalevankatu"
    assert "Kalevankatu 12" not in Client().get("/").content.decode()


def test_an_empty_town_is_still_a_page(client: Client) -> None:
    make.make_category("hair")
    page = client.get("/")
    assert page.status_code == 200
    assert page.context["cards"] == []
    assert "Lit now" not in page.content.decode()


def test_a_page_takes_as_many_statements_for_three_as_for_one(client: Client) -> None:
    counts = []
    for added in (1, 2):
        for _ in range(added):
            make_shop()
        client.get("/")  # the tree of categories and the town are remembered now
        with CaptureQueriesContext(connection) as queries:
            page = client.get("/")
        counts.append(len(queries))
    assert len(page.context["cards"]) == 3
    assert counts == [6, 6], (
        "the matches, the rules, what is busy, the counts of the tiles, the covers, and the commission"
    )


@pytest.mark.parametrize(
    ("path", "statements"), [("/for-providers", 1), ("/how-we-rank", 0), ("/help", 0), ("/privacy", 0)]
)
def test_pages_to_read_need_no_database_but_for_the_commission(
    client: Client, path: str, statements: int
) -> None:
    with CaptureQueriesContext(connection) as queries:
        page = client.get(path)
    assert page.status_code == 200
    assert len(queries) == statements
    assert b"<style" not in page.content
    assert b"style=" not in page.content


def test_how_we_rank_says_the_numbers_that_search_uses(client: Client) -> None:
    words = client.get("/how-we-rank").content.decode()
    assert "within 20 km" in words
    assert "By the first free start, then by distance." in words
    assert "14 days ahead" in words


def test_what_one_looked_at_is_remembered_on_the_device_until_cleared(client: Client) -> None:
    shops = [make_shop(n, name=f"Shop {n}") for n in range(3)]
    assert "You looked at these" not in client.get("/").content.decode()
    for shop in shops:
        client.get(f"/o/{shop.public_id}", follow=True)
    cookie = client.cookies["seen"]
    assert cookie.value == ".".join(shop.public_id for shop in reversed(shops))
    assert cookie["httponly"]
    assert [card.name for card in client.get("/").context["seen"]] == ["Shop 2", "Shop 1", "Shop 0"]
    assert "seen" not in client.session
    client.cookies["seen"] = f"x.{shops[0].public_id}.out_gone.{shops[0].public_id}'"
    assert [card.name for card in client.get("/").context["seen"]] == ["Shop 0"]
    client.post("/seen/clear")
    assert client.get("/").context["seen"] == []
