"""The results: an address that says the search, a list that is whole, and errors beside their fields."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from psycopg.types.range import TimestamptzRange

from bookings.models import Allocation, Booking
from providers.models import Service
from tests import factories as make
from tests.frontend.town import LAT, LNG, NOW, make_addresses, make_shop, tuesday


@pytest.fixture(autouse=True)
def town(db: None) -> Iterator[None]:
    with tuesday():
        make_addresses()
        yield


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content[:300]
    return answer.content.decode()


def names(client: Client, address: str) -> list[str]:
    return [card.name for card in client.get(address).context["cards"]]


HERE = f"lat={LAT}&lng={LNG}&where=Kalevankatu"


def test_the_list_has_all_it_needs_without_the_map(client: Client) -> None:
    shop = make_shop(300, name="Salon Tuuli", rating_sum=9, rating_count=2)
    page = text(client, f"/search?{HERE}")
    service = Service.objects.get()
    assert "1 place" in page
    assert f"/o/{shop.public_id}/salon-tuuli" in page
    assert f"{shop.public_id}:{service.public_id}:2026-11-24T07:00:00Z" in page
    for words in ("300 m", "4 min walk", "4.5", "from €50", "1 h", "Near Kalevankatu. Nearest first."):
        assert words in page, words


def test_a_plate_of_the_list_holds_its_time(client: Client) -> None:
    make_shop()
    page = client.get(f"/search?{HERE}")
    [card] = page.context["cards"]
    sent = {"slot": card.slots[1].value, "nonce": page.context["nonce"], "back": "/search"}
    answer = client.post("/hold", sent)
    booking = Booking.objects.get()
    assert answer.headers["Location"] == f"/b/{booking.ref}/checkout"
    assert booking.starts_at == card.slots[1].start


def test_an_address_is_posted_and_only_its_neighbourhood_enters_the_address_bar(client: Client) -> None:
    make_shop()
    answer = client.post("/search", {"q": "cut", "near": "Kalevankatu 12", "when": "tomorrow"})
    assert answer.status_code == 302
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert query == {
        "q": ["cut"],
        "lat": ["60.167"],
        "lng": ["24.940"],
        "where": ["Kalevankatu"],
        "when": ["tomorrow"],
    }
    page = text(client, answer.headers["Location"])
    assert 'value="Kalevankatu 12, 00100 Helsinki"' in page, "the reader sees what they typed"
    assert "Kalevankatu 12" not in text(Client(), answer.headers["Location"]), "nobody else does"


def test_sending_the_form_again_keeps_the_place(client: Client) -> None:
    make_shop()
    first = client.post("/search", {"near": "Kalevankatu 12"}).headers["Location"]
    query = parse_qs(urlsplit(first).query)
    again = {"lat": query["lat"], "lng": query["lng"], "where": "Kalevankatu", "when": "today"}
    for typed in ("Kalevankatu", "Kalevankatu 12, 00100 Helsinki"):
        assert client.post("/search", {**again, "near": typed}).headers["Location"] == f"{first}&when=today"
    assert client.post("/search", {**again, "near": ""}).headers["Location"] == "/search?when=today"


def test_an_unknown_street_is_said_beside_the_field_and_nothing_typed_is_lost(client: Client) -> None:
    answer = client.post("/search", {"q": "Haircut", "near": "Qwxyzstrasse 9", "when": "evening"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'aria-describedby="near-error"' in page
    assert "We know no street of that name here." in page
    assert 'value="Haircut"' in page
    assert 'value="Qwxyzstrasse 9"' in page
    assert '<option value="evening" selected>' in page


def test_what_is_typed_turns_nothing_but_itself_around(client: Client) -> None:
    page = client.get("/search", {"q": "\u202etuc"})
    assert page.context["title"] == "0 places for “\u2068\u202etuc\u2069”"


def test_what_names_a_category_becomes_one(client: Client) -> None:
    make_shop(category="hair")
    answer = client.post("/search", {"q": "HAIR"})
    assert answer.headers["Location"] == "/search?category=hair"
    page = text(client, "/search?category=hair")
    assert "1 place for hair" in page
    assert 'value="Hair"' in page


def test_suggestions_are_posted_and_few(client: Client) -> None:
    assert client.get("/search/addresses?near=kalev").status_code == 405
    answer = client.post("/search/addresses", {"near": "kalevankatu 1"}).json()
    assert len(answer["lines"]) == 5
    assert answer["lines"][0].startswith("Kalevankatu 1")
    assert client.post("/search/addresses", {"near": "k"}).json() == {"lines": []}


def test_a_time_means_the_outlets_day(client: Client) -> None:
    free, taken = make_shop(name="Free"), make_shop(100, name="Taken")
    for person in taken.staff.all():
        Allocation.objects.create(
            kind="block", staff=person, period=TimestamptzRange(NOW, NOW + timedelta(hours=24))
        )
    assert names(client, f"/search?{HERE}") == ["Free", "Taken"]
    assert names(client, f"/search?{HERE}&when=today") == ["Free"]
    assert names(client, f"/search?{HERE}&when=tomorrow") == ["Free", "Taken"]
    assert names(client, f"/search?{HERE}&when=2026-11-24&after=15:00") == ["Free"]
    page = text(client, f"/search?{HERE}&when=today&after=15:00")
    assert "1 place is free" in page
    assert "Today after 15:00, near Kalevankatu." in page
    assert free.public_id in page


@pytest.mark.parametrize(("when", "days"), [("weekend", {28, 29}), ("week", set(range(24, 31)))])
def test_the_weekend_and_the_week(client: Client, when: str, days: set[int]) -> None:
    outlet = make_shop(open_always=True)
    [card] = client.get(f"/search?{HERE}&when={when}").context["cards"]
    assert {slot.start.astimezone(outlet.zone).day for slot in card.slots} <= days


def test_home_visits_ask_for_the_address_first(client: Client) -> None:
    outlet = make.make_outlet(point=Point(LNG, LAT, srid=4326))
    service = make.make_home_service(outlet)
    page = text(client, f"/search?{HERE}&place=customer")
    assert f"/o/{outlet.public_id}/book/{service.public_id}?day=2026-11-24" in page
    assert 'name="slot"' not in page
    assert "Say where you live" in text(client, "/search?place=customer")


def test_a_part_of_the_map_is_its_own_place(client: Client) -> None:
    make_shop(100, name="Inside")
    make_shop(5000, name="Outside")
    box = f"{LNG - 0.01},{LAT - 0.01},{LNG + 0.01},{LAT + 0.01}"
    page = client.get(f"/search?bbox={box}&when=today")
    assert [(card.name, card.distance_m) for card in page.context["cards"]] == [("Inside", None)]
    assert page.context["summary"] == "Today, in this part of the map. Nearest first."
    assert f'data-area="{box}"' in page.content.decode()
    assert names(client, f"/search?bbox={box}&{HERE}") == ["Inside"]
    assert names(client, f"/search?bbox={box}&place=customer") == []


def test_filters_keep_the_rest_of_the_search(client: Client) -> None:
    make_shop()
    chips = client.get(f"/search?category=hair&{HERE}&when=today").context["filters"]["chips"]
    today = next(chip for chip in chips if chip.words == "Free today")
    cheapest = next(chip for chip in chips if chip.words == "Cheapest")
    place = "lat=60.167&lng=24.938&where=Kalevankatu"
    assert (today.on, today.url) == (True, f"/search?category=hair&{place}")
    assert (cheapest.on, cheapest.url) == (False, f"/search?category=hair&{place}&when=today&sort=price")


def test_the_next_page_is_a_link_that_goes_on(client: Client) -> None:
    for n in range(22):
        make_shop(10 * n, name=f"Shop {n:02}")
    page = client.get(f"/search?{HERE}")
    assert page.context["title"] == "22 places"
    cursor = page.context["next_cursor"]
    second = client.get("/search", {"lat": LAT, "lng": LNG, "where": "Kalevankatu", "cursor": cursor})
    assert [card.name for card in second.context["cards"]] == ["Shop 20", "Shop 21"]
    # It is shown under the first: none of it is the nearest of these.
    assert [card.why for card in second.context["cards"]] == [
        "Sorted by distance: 200 m",
        "Sorted by distance: 210 m",
    ]
    assert second.context["title"] == "More places"
    assert 'rel="next"' not in second.content.decode()


def test_filters_are_addresses_and_told_with_what_each_leaves(client: Client) -> None:
    make_shop(100, price=3000)
    make_shop(200, price=9000)
    page = client.get(f"/search?{HERE}&price=50&rating=1&speaks=fi")
    chips = {chip.words: chip for chip in page.context["filters"]["chips"]}
    assert chips["Up to €50"].on
    assert chips["Up to €50"].url == f"/search?{HERE}&rating=1.0&speaks=fi"
    assert page.context["nearest_fit"].words == "Search any price, rating and language"
    counts = client.get(f"/search/counts?{HERE}").json()["counts"]
    assert (counts["price=20"], counts["price=50"], counts["price=120"]) == ("0", "1", "2")
    assert counts["place=customer"] == "0"


def test_the_map_has_every_match_of_what_is_seen(client: Client) -> None:
    near = make_shop(100, name="Near", price=3000)
    make_shop(3000, name="Far")
    view = f"{LNG - 0.01},{LAT - 0.01},{LNG + 0.01},{LAT + 0.01}"
    answer = client.get(f"/search/pins?{HERE}&view={view}&zoom=15.5").json()
    assert answer == {
        "pins": [
            {
                "lng": LNG,
                "lat": near.point.y.__round__(6),
                "n": 1,
                "lit": True,
                "id": near.public_id,
                "label": "€30",
                "title": "Near",
                "url": f"/o/{near.public_id}/near",
            }
        ],
        "cut": False,
    }
    for query in ("", f"view={view}", f"view={view}&zoom=x", f"view={view}&zoom=99", "view=1,2&zoom=3"):
        assert client.get(f"/search/pins?{query}").status_code == 422, query


def test_nothing_found_offers_the_nearest_search_that_works(client: Client) -> None:
    make.make_category("tyres")
    far = make_shop(3000, name="Far")
    page = client.get(f"/search?{HERE}&radius=500&when=today")
    fit = page.context["nearest_fit"]
    assert (fit.words, fit.url) == (
        "Search further away",
        "/search?lat=60.167&lng=24.938&where=Kalevankatu&when=today",
    )
    assert [card.id for card in fit.cards] == [far.public_id]
    closed = client.get(f"/search?{HERE}&when=2026-11-24&after=20:00").context["nearest_fit"]
    assert closed.words == "Search the whole day"
    assert "Nobody here yet" in text(client, "/search?category=tyres&bbox=100,10,101,11")


def test_every_card_is_told_a_reason_that_is_true_of_what_is_shown(client: Client) -> None:
    make_shop(100, name="Near", price=5000)
    make_shop(200, name="Cheap", price=3000)
    make_shop(300, name="Plain", price=6000)
    cards = client.get(f"/search?{HERE}").context["cards"]
    assert {card.name: card.why for card in cards} == {
        "Near": "The nearest of these with room",
        "Cheap": "The best price of these",
        "Plain": "Sorted by distance: 300 m",
    }
    [alone] = client.get(f"/search?{HERE}&q=near").context["cards"]
    assert alone.why == "Sorted by distance: 100 m"
    by_price = client.get(f"/search?{HERE}&sort=price").context["cards"]
    assert by_price[-1].why == "Sorted by price: from €60"


def test_a_page_may_be_as_long_as_it_had_become(client: Client) -> None:
    for north_m in range(22):
        make_shop(north_m)
    page = client.get(f"/search?{HERE}")
    assert len(page.context["cards"]) == 20
    assert 'rel="next"' in page.content.decode()
    longer = client.get(f"/search?{HERE}&n=40")
    assert len(longer.context["cards"]) == 22
    assert "data-more " not in longer.content.decode()
    for n in ("", "-1", "x", "9999", "²"):
        assert client.get(f"/search?{HERE}&n={n}").status_code == 200
    assert "n=" not in (longer.context["filters"]["none_url"])


def test_near_me_is_posted_and_becomes_an_approximate_point_and_a_street(client: Client) -> None:
    answer = client.post("/search", {"near": "", "when": "today", "at": f"{LAT},{LNG + 0.00241}"})
    assert answer.headers["Location"] == "/search?lat=60.167&lng=24.940&where=Kalevankatu&when=today"
    assert client.session["place"]["line"] == "Kalevankatu 12, 00100 Helsinki"
    nowhere = client.post("/search", {"at": "10.12345,10.12345"})
    assert nowhere.headers["Location"] == "/search?lat=10.123&lng=10.123&where=Where+you+are"
    assert client.post("/search", {"at": "north,of"}).status_code == 422


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("lat=91&lng=0", 422, "position_invalid"),
        ("radius=x", 422, "radius_invalid"),
        ("sort=best", 422, "invalid_input"),
        ("place=moon", 422, "invalid_input"),
        ("when=soon", 422, "invalid_input"),
        ("when=9999-12-31", 422, "invalid_input"),
        ("after=25:00", 422, "invalid_input"),
        ("price=-1", 422, "invalid_input"),
        ("price=1.5", 422, "invalid_input"),
        ("rating=6", 422, "invalid_input"),
        ("rating=nan", 422, "invalid_input"),
        ("speaks=%27", 422, "invalid_input"),
        ("bbox=1,2,3", 422, "bbox_invalid"),
        ("category=unknown", 422, "category_unknown"),
        ("cursor=x", 422, "cursor_invalid"),
        ("q=a+b+c+d+e+f+g+h+i", 422, "query_too_long"),
    ],
)
def test_a_search_that_cannot_be_is_a_page_with_its_code(
    client: Client, query: str, status: int, code: str
) -> None:
    answer = client.get(f"/search?{query}")
    assert answer.status_code == status or (code == "category_unknown" and answer.status_code == 404)
    assert code in answer.content.decode()


def test_what_no_text_may_hold_is_refused(client: Client) -> None:
    for query in ("category=%00", "q=a%00", "where=%00", "bbox=%00", "cursor=%00"):
        assert client.get(f"/search?{query}").status_code == 422, query
    assert client.post("/search", {"near": "Kalevan\x00katu"}).status_code == 422
    assert client.post("/search/addresses", {"near": "Kal\x00"}).json() == {"lines": []}


def test_names_are_escaped(client: Client) -> None:
    make_shop(name='<script>"x"&')
    page = text(client, f"/search?{HERE}&q=%3Cscript%3E")
    assert "<script>" not in page.split("</head>")[1].replace('<script type="module"', "")


@pytest.mark.parametrize("query", ["", HERE, f"{HERE}&when=today", f"{HERE}&category=hair&sort=price"])
def test_a_page_takes_as_many_statements_for_three_as_for_one(client: Client, query: str) -> None:
    counts = []
    for added in (1, 2):
        for _ in range(added):
            make_shop()
        client.get(f"/search?{query}")  # the tree of categories and the town are remembered now
        with CaptureQueriesContext(connection) as queries:
            page = client.get(f"/search?{query}")
        counts.append(len(queries))
        assert page.status_code == 200
    assert counts == [counts[0]] * 2
    # The matches, the rules, what is busy; with a time, the zone before them.
    assert counts[0] == (5 if "when" in query else 4)
