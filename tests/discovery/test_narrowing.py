"""Filters by price, rating and language; how many places each leaves; the pins of a map."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common import clock
from common.errors import InvalidInput
from common.money import Money
from common.spans import Span
from discovery import facets as counting
from discovery import pins as mapping
from discovery.facets import Facets, facets
from discovery.pins import pins
from discovery.selectors import asked_for, search
from geo.rules.positions import Box
from providers.models import Outlet
from tests import factories as make
from tests.discovery.shops import HERE, LAT, LNG, NOW, ids, shop, wall
from tests.keeping import keep

SPANS = {"today": Span(NOW, wall(25, 2)), "tomorrow": Span(wall(25, 2), wall(26, 2))}
VIEW = Box(LNG - 0.02, LAT - 0.02, LNG + 0.02, LAT + 0.02)


@pytest.fixture(autouse=True)
def standing(db: None) -> Iterator[None]:
    counting.forget()
    with clock.at(NOW):
        yield
    counting.forget()


def rated(outlet: Outlet, stars: int, count: int) -> Outlet:
    outlet.rating_sum, outlet.rating_count = stars * count, count
    outlet.save(update_fields=["rating_sum", "rating_count"])
    return outlet


def speaking(outlet: Outlet, *tags: str) -> Outlet:
    outlet.staff.update(speaks=list(tags))
    return outlet


@pytest.fixture
def town() -> dict[str, Outlet]:
    """Cheap and good, dear and good, cheap and not rated."""
    return {
        "good": speaking(rated(shop(100, price=3000), 5, 50), "fi", "zh-Hans"),
        "dear": speaking(rated(shop(200, price=9000), 5, 50), "fi", "sv"),
        "new": speaking(shop(300, price=3000), "sv"),
    }


@pytest.mark.parametrize("kept", [False, True])
@pytest.mark.parametrize(
    "more", [{}, {"free_from": wall(24, 9), "free_to": wall(24, 17)}, {"sort": "soonest"}]
)
def test_each_filter_leaves_those_that_fit(town: dict[str, Outlet], more: dict[str, Any], kept: bool) -> None:
    if kept:
        keep()
    for narrower, names in [
        ({"max_price": 3000}, ["good", "new"]),
        ({"max_price": 2999}, []),
        ({"min_rating": 4.5}, ["good", "dear"]),
        ({"speaks": "sv"}, ["dear", "new"]),
        ({"speaks": "zh"}, ["good"]),
        ({"speaks": "z"}, []),
        ({"max_price": 3000, "min_rating": 4.5, "speaks": "fi"}, ["good"]),
    ]:
        for place in ({}, {"category": "hair"}):
            found = ids(search(**HERE, **place, **more, **narrower))
            assert found == [town[name].public_id for name in names], (narrower, place)


def test_a_dear_service_does_not_hide_a_cheap_one() -> None:
    both = shop(price=9000)
    cheap = make.make_service(both, category=make.make_category("hair"), price_amount=2000)
    [item] = search(**HERE, category="hair", max_price=2500).items
    assert (item.service.id, item.service.price.amount) == (cheap.public_id, 2000)


@pytest.mark.parametrize("tag", ["s v", "x" * 13, "sv'", "%"])
def test_what_is_no_language_is_refused(tag: str) -> None:
    with pytest.raises(InvalidInput):
        search(**HERE, speaks=tag)


def count(**asked: Any) -> Facets:
    counting.forget()
    return facets(asked_for(**HERE, **asked), spans=SPANS, prices=(3000, 9000), ratings=(4.5,))


def test_counts_say_what_each_choice_would_leave(town: dict[str, Outlet]) -> None:
    keep()
    assert count() == Facets(
        spans={"today": 3, "tomorrow": 3},
        prices={3000: 2, 9000: 3},
        ratings={4.5: 2},
        languages={"fi": 2, "sv": 2, "zh": 1},
        home=0,
    )
    assert count(max_price=3000, min_rating=4.5) == Facets(
        spans={"today": 1, "tomorrow": 1},
        prices={3000: 1, 9000: 2},
        ratings={4.5: 1},
        languages={"fi": 1, "zh": 1},
        home=0,
    )
    town["new"].staff.update(archived_at=NOW)
    assert count(speaks="sv").prices == {3000: 0, 9000: 1}


@pytest.mark.parametrize(
    "narrower", [{}, {"category": "hair"}, {"q": "cut"}, {"radius_m": 250}, {"place": "outlet"}]
)
def test_counts_agree_with_the_searches_they_stand_for(
    town: dict[str, Outlet], narrower: dict[str, Any]
) -> None:
    keep()
    found = count(**narrower)
    for most, n in found.prices.items():
        assert n == len(search(**HERE, **narrower, max_price=most).items)
    for tag in ("fi", "sv", "zh"):
        assert found.languages.get(tag, 0) == len(search(**HERE, **narrower, speaks=tag).items)
    assert found.ratings[4.5] == len(search(**HERE, **narrower, min_rating=4.5).items)


def test_home_visits_are_counted_where_they_reach(town: dict[str, Outlet]) -> None:
    cleaner = make.make_outlet(point=Point(LNG, LAT, srid=4326))
    make.make_home_service(cleaner)
    found = count()
    assert found.home == len(search(**HERE, place="customer").items) == 1


def test_counting_is_bounded_and_remembered(town: dict[str, Outlet], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "LOOKED_AT", 2)
    with CaptureQueriesContext(connection) as queries:
        found = count()
        again = facets(asked_for(**HERE), spans=SPANS, prices=(3000, 9000), ratings=(4.5,))
    assert found.cut
    assert found is again
    assert len(queries) == 1


def test_pins_are_all_matches_of_the_view_near_ones_together(town: dict[str, Outlet]) -> None:
    shop(5000)  # beyond the view
    far = pins(asked_for(**HERE), view=VIEW, zoom=4)
    [together] = far.pins
    assert (together.places, together.id, together.price) == (3, "", Money(3000, "EUR"))
    assert together.lat == pytest.approx(LAT + 200 / 111_400, abs=1e-5)
    near = pins(asked_for(**HERE), view=VIEW, zoom=19)
    assert {pin.id: pin.price.amount for pin in near.pins} == {
        town["good"].public_id: 3000,
        town["dear"].public_id: 9000,
        town["new"].public_id: 3000,
    }
    assert not near.cut


@pytest.mark.parametrize("kept", [False, True])
def test_pins_follow_the_filters(town: dict[str, Outlet], kept: bool) -> None:
    if kept:
        keep()
    for narrower, names in [
        ({"max_price": 3000}, {"good", "new"}),
        ({"radius_m": 250}, {"good", "dear"}),
        ({"category": "nails"}, set()),
        ({"free_from": NOW, "free_to": NOW + timedelta(days=1)}, {"good", "dear", "new"}),
        # Another part of the map that was searched does not hold: the view is what is seen.
        ({"bbox": "1,1,2,2"}, {"good", "dear", "new"}),
    ]:
        found = {pin.id for pin in pins(asked_for(**HERE, **narrower), view=VIEW, zoom=19).pins}
        assert found == {town[name].public_id for name in names}, narrower


def test_who_has_no_time_is_not_lit(town: dict[str, Outlet]) -> None:
    town["new"].hours_rules.all().delete()
    keep()
    lit = {pin.id: pin.lit for pin in pins(asked_for(**HERE), view=VIEW, zoom=19).pins}
    assert lit == {town["good"].public_id: True, town["dear"].public_id: True, town["new"].public_id: False}


def test_pins_are_bounded(town: dict[str, Outlet], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mapping, "LOOKED_AT", 2)
    found = pins(asked_for(**HERE), view=VIEW, zoom=19)
    assert found.cut
    monkeypatch.setattr(mapping, "MOST", 1)
    assert len(pins(asked_for(**HERE), view=VIEW, zoom=19).pins) == 1
    for zoom in (-1, 23, float("nan")):
        with pytest.raises(InvalidInput):
            pins(asked_for(**HERE), view=VIEW, zoom=zoom)
