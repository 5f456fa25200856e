"""Pages join without gaps, take three statements each, and examine a bounded number of outlets."""

from itertools import chain
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.errors import CursorInvalid
from discovery import selectors
from discovery.selectors import search
from providers.models import Service
from tests import factories as make
from tests.discovery.shops import HERE, LAT, LNG, busy, ids, shop, wall


def pages(limit: int, **asked: Any) -> list[list[str]]:
    """Every page of a search."""
    found, cursor = [], None
    while True:
        page = search(**asked, limit=limit, cursor=cursor)
        found.append(ids(page))
        cursor = page.next
        if cursor is None:
            return found


@pytest.mark.parametrize(
    "asked",
    [
        {**HERE, "category": "hair"},
        HERE,
        {},
        {**HERE, "sort": "price"},
        {**HERE, "sort": "soonest"},
        {"sort": "soonest"},
        {**HERE, "q": "cut"},
        {**HERE, "free_from": wall(25, 10), "free_to": wall(25, 12)},
        {"bbox": f"{LNG - 1},{LAT - 1},{LNG + 1},{LAT + 1}"},
    ],
)
@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_join_to_the_whole_list(asked: dict[str, Any], limit: int) -> None:
    for north_m in (0, 0, 0, 100, 200):  # three at the very same place
        shop(north_m, rating_sum=4, rating_count=1)
    whole = ids(search(**asked))
    found = pages(limit, **asked)
    assert list(chain(*found)) == whole
    assert len(whole) == 5
    assert [len(page) for page in found[:-1]] == [limit] * (len(found) - 1)


def test_what_is_examined_for_free_time_is_bounded_and_the_cursor_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(selectors, "EXAMINED", 2)
    outlets = [shop(100 * n) for n in range(5)]
    for outlet in outlets[:2]:
        busy(outlet, wall(25, 0 + 2), wall(26, 2))
    span = {"free_from": wall(25, 9), "free_to": wall(25, 12)}
    assert pages(10, **HERE, **span) == [[], [o.public_id for o in outlets[2:4]], [outlets[4].public_id]]
    # Soonest sorts each batch of the nearest by itself.
    busy(outlets[2], wall(24, 9), wall(24, 12))
    order = [outlets[n].public_id for n in (0, 1, 3, 2, 4)]
    assert list(chain(*pages(10, **HERE, sort="soonest"))) == order
    assert pages(1, **HERE, sort="soonest") == [[outlet] for outlet in order]


def test_a_cursor_fits_its_own_search_only() -> None:
    for _ in range(3):
        shop()
    cursor = search(**HERE, limit=1).next
    assert cursor is not None
    assert len(search(**HERE, limit=2, cursor=cursor).items) == 2
    for asked in ({**HERE, "sort": "price"}, {**HERE, "category": "hair"}, {}, {**HERE, "radius_m": 5}):
        with pytest.raises(CursorInvalid):
            search(**asked, cursor=cursor)
    for bad in ("x", cursor + "x", cursor[:-2], "WzFd:aaaa:bbbb"):
        with pytest.raises(CursorInvalid):
            search(**HERE, cursor=bad)


@pytest.mark.parametrize(
    "asked",
    [
        {"category": "hair"},
        {"sort": "soonest"},
        {"q": "cut"},
        {"sort": "price", "free_from": wall(25, 10), "free_to": wall(25, 12)},
    ],
)
@pytest.mark.parametrize("rows", [1, 3])
def test_a_page_takes_three_statements_whatever_its_size(rows: int, asked: dict[str, Any]) -> None:
    for _ in range(rows):
        outlet = shop()
        make.make_bays(outlet, Service.objects.latest("pk"), units=2)
    with CaptureQueriesContext(connection) as queries:
        page = search(**HERE, **asked)
    assert len(page.items) == rows
    assert all(item.next_slots for item in page.items)
    assert len(queries) == 3


def test_the_count_is_capped(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(4):
        shop()
    assert search(**HERE, limit=1).count is None
    assert search(**HERE, limit=1, with_count=True).count == 4
    monkeypatch.setattr(selectors, "COUNT_CAP", 3)
    assert search(**HERE, limit=1, with_count=True).count == 3
    assert len(search(**HERE, limit=1, with_count=True).items) == 1
