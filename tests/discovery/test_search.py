"""Search finds the right outlets, in the right order, and nothing that is not public."""

import re
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db import connection

from common.errors import InvalidInput
from discovery import selectors
from discovery.errors import PositionNeeded, QueryTooLong
from discovery.pages import page_of
from discovery.selectors import search
from geo.errors import BoxInvalid, PositionInvalid, RadiusInvalid
from providers.enums import ProviderStatus
from providers.errors import CategoryUnknown
from providers.models import CategoryName, HoursRule, Offering, Outlet, Service
from providers.services.listing import refresh_outlet, refresh_provider
from tests import factories as make
from tests.discovery.shops import HERE, LAT, LNG, NOW, busy, ids, shop, wall
from tests.keeping import keep


@pytest.fixture(autouse=True, params=["nothing kept", "kept"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same is found when open time is kept as when everything is due."""
    if request.param == "kept":

        def kept_first(*args: Any, **asked: Any) -> Any:
            keep()
            return page_of(*args, **asked)

        monkeypatch.setattr(selectors, "page_of", kept_first)


def test_an_item_tells_all_that_the_api_promises() -> None:
    outlet = shop(1000, name="Kirkas", rating_sum=14, rating_count=3)
    [item] = search(**HERE, category="hair").items
    assert (item.outlet.id, item.outlet.name, item.outlet.rating) == (outlet.public_id, "Kirkas", 4.3)
    assert item.outlet.distance_m == pytest.approx(1000, rel=0.005)
    assert (item.outlet.lat, item.outlet.lng) == pytest.approx((outlet.point.y, outlet.point.x))
    assert item.outlet.timezone == "Europe/Helsinki"
    service = Service.objects.get()
    assert (item.service.id, item.service.name, item.service.duration_min) == (service.public_id, "Cut", 60)
    assert (item.service.price.amount, item.service.price.currency, item.service.place) == (
        5000,
        "EUR",
        "outlet",
    )
    assert (item.service.category, item.service.category_name) == ("hair", "Hair")
    assert [slot.start for slot in item.next_slots] == [
        wall(24, 9) + timedelta(minutes=15 * n) for n in range(3)
    ]
    assert item.next_slots[0].end == wall(24, 10)


def test_one_item_an_outlet_with_its_cheapest_matching_service() -> None:
    outlet = shop(price=9000)
    cheap = make.make_service(outlet, price_amount=3000)
    make.make_service(outlet, category=make.make_category("nails"), price_amount=1000)
    for sort in ("distance", "price", "rating", "soonest"):
        [item] = search(**HERE, category="hair", sort=sort).items
        assert item.service.id == cheap.public_id
    assert search(**HERE).items[0].service.price.amount == 1000


def test_a_category_includes_those_below_it() -> None:
    beauty = make.make_category("beauty")
    make.make_category("hair", parent=beauty)
    make.make_category("nails", parent=beauty)
    near, far = shop(100, category="nails"), shop(200, category="hair")
    make.make_service(near, category=make.make_category("hair"), price_amount=100)
    shop(50, category="tyres")
    assert ids(search(**HERE, category="beauty")) == [near.public_id, far.public_id]
    assert ids(search(**HERE, category="nails")) == [near.public_id]
    with pytest.raises(CategoryUnknown):
        search(**HERE, category="unknown")
    assert ids(search(**HERE, category="beauty", radius_m=10)) == []


@pytest.mark.parametrize("asked", [{"category": "hair"}, {}])
def test_nearest_first_within_the_radius(asked: dict[str, Any]) -> None:
    far, near, out_of_reach = shop(900), shop(300), shop(1200)
    assert ids(search(**HERE, **asked, radius_m=1000)) == [near.public_id, far.public_id]
    assert ids(search(**HERE, **asked)) == [near.public_id, far.public_id, out_of_reach.public_id]
    shop(30_000)
    assert len(ids(search(**HERE, **asked))) == 3, "20 km by default"
    assert len(ids(search(**HERE, **asked, radius_m=40_000))) == 4


def test_best_rated_cheapest_and_soonest() -> None:
    one = shop(300, price=3000, rating_sum=12, rating_count=3)
    two = shop(200, price=1000)
    three = shop(100, price=2000, rating_sum=10, rating_count=2)
    assert ids(search(**HERE, sort="rating")) == [x.public_id for x in (three, one, two)]
    assert ids(search(**HERE, sort="price")) == [x.public_id for x in (two, three, one)]
    busy(three, wall(24, 9), wall(24, 12))
    busy(one, wall(24, 9), wall(24, 10))
    assert ids(search(**HERE, sort="soonest")) == [x.public_id for x in (two, one, three)]
    assert ids(search()) == [x.public_id for x in (three, one, two)], "by rating without a place"
    assert all(item.outlet.distance_m is None for item in search().items)


def test_ratings_equal_when_shown_are_ordered_by_how_many_there_are() -> None:
    # (20 + 9) / 7 and (20 + 38) / 14: the same mean, out of more visits.
    few, many = shop(rating_sum=9, rating_count=2), shop(rating_sum=38, rating_count=9)
    assert few.rating == many.rating
    assert ids(search(**HERE, sort="rating")) == [many.public_id, few.public_id]


def test_by_rating_is_by_the_bayesian_mean_as_it_is_shown_page_by_page() -> None:
    one_enthusiast = shop(rating_sum=5, rating_count=1)
    hundred_content = shop(rating_sum=480, rating_count=100)
    disliked = shop(rating_sum=2, rating_count=2)
    unknown = shop()
    ordered = [x.public_id for x in (hundred_content, one_enthusiast, disliked, unknown)]
    assert ids(search(**HERE, sort="rating")) == ordered
    assert [item.outlet.rating for item in search(**HERE, sort="rating").items] == [4.8, 4.2, 3.1, None]
    seen, cursor = [], None
    while True:
        page = search(**HERE, sort="rating", limit=1, cursor=cursor)
        seen += ids(page)
        cursor = page.next
        if cursor is None:
            break
    assert seen == ordered


def test_the_area_of_a_search_by_rating_comes_from_an_index(monkeypatch: pytest.MonkeyPatch) -> None:
    shop(rating_sum=5, rating_count=1)
    keep()
    monkeypatch.setattr(selectors, "page_of", page_of)  # nothing but the search is counted
    statements: list[tuple[str, Any]] = []

    def record(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        statements.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(record):
        search(**HERE, sort="rating", category="hair")
    assert len(statements) <= 3
    matches, values = next(each for each in statements if "picked AS MATERIALIZED" in each[0])
    with connection.cursor() as cursor:
        # Of a handful of rows a scan would be cheaper: what is asked is whether the index can serve.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {matches}", values)
        plan = " ".join(line for (line,) in cursor.fetchall())
    assert re.search(r"Index (Only )?Scan (using|on) \w*offering\w*", plan), plan


def test_free_in_a_span_means_a_start_in_it() -> None:
    free, taken = shop(200), shop(100)
    busy(taken, wall(25, 12), wall(25, 15))
    span = {"free_from": wall(25, 12), "free_to": wall(25, 15)}
    page = search(**HERE, **span)
    assert ids(page) == [free.public_id]
    assert [slot.start for slot in page.items[0].next_slots] == [
        wall(25, 12) + timedelta(minutes=15 * n) for n in range(3)
    ]
    assert ids(search(**HERE, free_from=wall(25, 12), free_to=wall(25, 15) + timedelta(minutes=1))) == [
        taken.public_id,
        free.public_id,
    ], "a start at the end of the busy time lies in the longer span"
    assert ids(search(**HERE, free_from=wall(23, 12), free_to=wall(23, 15))) == [], "past"
    for year in (1, 9998):
        assert ids(search(**HERE, free_from=datetime(year, 5, 1, tzinfo=UTC))) == [], "past, or too far ahead"
    assert ids(search(**HERE, free_from=wall(25, 22))) == [taken.public_id, free.public_id], "a day from then"


def test_free_in_a_span_shows_the_cheapest_service_that_is() -> None:
    outlet = shop(price=1000)
    cheap = Service.objects.get()
    Service.objects.filter(pk=cheap.pk).update(duration_min=300)
    short = make.make_service(outlet, price_amount=4000, duration_min=30)
    afternoon = {"free_from": wall(25, 15), "free_to": wall(25, 17)}
    assert search(**HERE, **afternoon).items[0].service.id == short.public_id
    assert search(**HERE).items[0].service.id == cheap.public_id


def test_words_are_found_in_every_name_and_language() -> None:
    outlet = shop(name="Kulma Studio", provider=make.make_provider(name="Tervetuloa Oy"))
    CategoryName.objects.create(category=make.make_category("hair"), language="zh-hans", name="美发")
    shop(100, category="tyres", provider=make.make_provider(name="Rengas"))
    for words in ("cut kulma", "KULMA", "tervetul", "hair", "美发", "tervetuloo", "cut  hair"):
        assert outlet.public_id in ids(search(**HERE, q=words)), words
        assert ids(search(q=words, category="hair")) == [outlet.public_id]
    for words in ("kulma", "tervetuloa", "hair", "美发", "hair kulma"):
        assert ids(search(**HERE, q=words)) == [outlet.public_id], words
    for words in ("kulma tyres", "%", "_", "\\", "nothing"):
        assert ids(search(**HERE, q=words)) == [], words


def test_words_choose_the_service_that_is_shown() -> None:
    outlet = shop(price=1000)
    colour = make.make_service(outlet, name="Colour", price_amount=8000)
    assert search(**HERE, q="colour").items[0].service.id == colour.public_id


def test_words_find_a_category_by_that_above_it() -> None:
    make.make_category("hair", parent=make.make_category("beauty"))
    outlet = shop()
    assert ids(search(**HERE, q="beauty")) == [outlet.public_id]


def test_a_category_is_named_in_the_readers_language() -> None:
    shop()
    CategoryName.objects.create(category=make.make_category("hair"), language="zh-hans", name="美发")
    assert search(**HERE, language="zh-hans").items[0].service.category_name == "美发"
    assert search(**HERE, language="fi").items[0].service.category_name == "Hair"


def test_a_map_area_holds_what_lies_between_its_edges() -> None:
    inside, corner, outside = shop(500), shop(1000), shop(1200)
    north = corner.point.y + 0.0005
    box = f"{LNG - 0.1},{LAT},{LNG + 0.1},{north}"
    for asked in ({}, {"category": "hair"}, {"sort": "rating"}, {"q": "cut"}):
        assert set(ids(search(bbox=box, **asked))) == {inside.public_id, corner.public_id}
    assert ids(search(bbox=box, **HERE)) == [inside.public_id, corner.public_id]
    assert len(ids(search(bbox="-180,-90,180,90"))) == 3
    assert outside.public_id not in ids(search(bbox=box, **HERE, sort="price"))


@pytest.mark.parametrize("asked", [{}, {"category": "hair"}, {"q": "cut"}, {"sort": "price"}])
def test_both_sides_of_the_date_line_are_one_place(asked: dict[str, Any]) -> None:
    fiji = {"timezone": "Pacific/Fiji", "country": "FJ", "currency": "FJD"}
    west = make.make_outlet(point=Point(179.9, -16.8, srid=4326), **fiji)
    east = make.make_outlet(point=Point(-179.9, -16.8, srid=4326), **fiji)
    for outlet in (west, east):
        make.make_service(outlet)
    shop()
    near = search(lat=-16.8, lng=179.95, radius_m=50_000, **asked)
    assert ids(near) == [west.public_id, east.public_id]
    assert near.items[1].outlet.distance_m == pytest.approx(15_970, rel=0.01)
    assert set(ids(search(bbox="179.5,-17,-179.5,-16.5", **asked))) == {west.public_id, east.public_id}
    assert ids(search(bbox="179.5,-17,180,-16.5", **asked)) == [west.public_id]
    assert ids(search(bbox="-180,-17,-179.5,-16.5", **asked)) == [east.public_id]
    on_the_line = make.make_outlet(point=Point(-180, -16.8, srid=4326), **fiji)
    make.make_service(on_the_line)
    assert on_the_line.public_id in ids(search(bbox="179.5,-17,180,-16.5", **asked))
    assert ids(search(lat=-16.8, lng=180, radius_m=100, **asked)) == [on_the_line.public_id]


def test_home_visits_go_where_the_service_area_reaches() -> None:
    near, far = make.make_outlet(), make.make_outlet(point=Point(LNG, LAT + 0.27, srid=4326))
    make.make_home_service(near, radius_m=5000)
    make.make_home_service(far, radius_m=40_000)
    shop(100)
    assert ids(search(**HERE, place="customer")) == [near.public_id, far.public_id]
    assert ids(search(lat=LAT + 0.1, lng=LNG, place="customer")) == [far.public_id]
    assert ids(search(**HERE, place="customer", radius_m=10_000)) == [near.public_id]
    assert ids(search(**HERE, place="customer", sort="soonest", category="hair")) == [
        near.public_id,
        far.public_id,
    ]
    assert len(ids(search(**HERE, place="outlet"))) == 1
    with pytest.raises(PositionNeeded):
        search(place="customer")


def test_nothing_unapproved_or_archived_is_found() -> None:
    outlet = shop()
    service = Service.objects.get()
    sorts = [{}, {"sort": "rating"}, {"category": "hair"}, {"q": "cut"}, {"free_from": wall(25, 9)}]

    def found() -> set[int]:
        return {len(search(**HERE, **asked).items) for asked in sorts}

    assert found() == {1}
    outlet.provider.status = ProviderStatus.SUSPENDED
    outlet.provider.save(update_fields=["status"])
    refresh_provider(outlet.provider_id)
    assert found() == {0}
    for status in set(ProviderStatus) - {ProviderStatus.APPROVED, ProviderStatus.SUSPENDED}:
        shop(provider=make.make_provider(status=status))
        assert found() == {0}
    outlet.provider.status = ProviderStatus.APPROVED
    outlet.provider.save(update_fields=["status"])
    refresh_provider(outlet.provider_id)
    assert found() == {1}
    Service.objects.filter(pk=service.pk).update(archived_at=NOW)
    refresh_outlet(outlet.pk)
    assert found() == {0}
    Service.objects.filter(pk=service.pk).update(archived_at=None)
    Outlet.objects.filter(pk=outlet.pk).update(archived_at=NOW)
    refresh_outlet(outlet.pk)
    assert found() == {0}


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"lat": 91, "lng": 0}, PositionInvalid),
        ({"lat": 60}, PositionInvalid),
        ({"lat": float("nan"), "lng": 0}, PositionInvalid),
        ({**HERE, "radius_m": 100_001}, RadiusInvalid),
        ({**HERE, "radius_m": 0}, RadiusInvalid),
        ({"radius_m": 100}, PositionNeeded),
        ({"sort": "distance"}, PositionNeeded),
        ({"sort": "random"}, InvalidInput),
        ({"place": "moon"}, InvalidInput),
        ({"limit": 0}, InvalidInput),
        ({"limit": 101}, InvalidInput),
        ({"bbox": "1,2,3"}, BoxInvalid),
        ({"bbox": "0,5,1,4"}, BoxInvalid),
        ({"q": "a" * 101}, QueryTooLong),
        ({"q": "a b c d e f g h i"}, QueryTooLong),
        ({"q": "\x00"}, QueryTooLong),
    ],
)
def test_bad_searches_have_their_errors(asked: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        search(**asked)


def test_an_outlet_without_open_time_is_still_listed_but_last_by_soonest() -> None:
    shut, open_shop = shop(), shop(500)
    HoursRule.objects.filter(outlet=shut).delete()
    assert ids(search(**HERE)) == [shut.public_id, open_shop.public_id]
    assert search(**HERE).items[0].next_slots == []
    assert ids(search(**HERE, sort="soonest")) == [open_shop.public_id, shut.public_id]


def test_the_outlets_own_price_counts() -> None:
    outlet, other = shop(price=5000), shop(price=4000)
    Offering.objects.filter(outlet=outlet).update(price_amount=100)
    page = search(**HERE, sort="price")
    assert ids(page) == [outlet.public_id, other.public_id]
    assert page.items[0].service.price.amount == 100


def test_times_are_those_of_the_outlets_zone() -> None:
    outlet = shop(timezone="Asia/Kathmandu", country="NP", currency="NPR")
    outlet.hours_rules.update(opens=time(9), closes=time(10))
    [item] = search(**HERE).items
    assert [slot.start for slot in item.next_slots] == [datetime(2026, 11, 25, 3, 15, tzinfo=UTC)] + [
        datetime(2026, 11, day, 3, 15, tzinfo=UTC) for day in (26, 27)
    ]
