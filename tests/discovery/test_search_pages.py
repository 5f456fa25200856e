"""Pages join without gaps, take three statements each, and are full however many are not free."""

from datetime import timedelta
from itertools import chain
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test.utils import CaptureQueriesContext
from psycopg.types.range import TimestamptzRange

from bookings.models import Allocation
from common.errors import CursorInvalid
from discovery import kept as keeping
from discovery import pages as paging
from discovery.selectors import search
from providers.models import Offering, Outlet, Service, StaffMember
from tests import factories as make
from tests.discovery.shops import HERE, LAT, LNG, busy, ids, shop, wall
from tests.keeping import check_kept, commit, keep


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
@pytest.mark.parametrize("limit", [1, 3])
@pytest.mark.parametrize("kept", [False, True])
def test_pages_join_to_the_whole_list(asked: dict[str, Any], limit: int, kept: bool) -> None:
    for north_m in (0, 0, 0, 100, 200):  # three at the very same place
        shop(north_m, rating_sum=4, rating_count=1)
    if kept:
        keep()
    whole = ids(search(**asked))
    found = pages(limit, **asked)
    assert list(chain(*found)) == whole
    assert len(whole) == 5
    assert [len(page) for page in found[:-1]] == [limit] * (len(found) - 1)


@pytest.mark.parametrize("kept", [False, True])
def test_a_page_is_full_however_many_are_not_free(monkeypatch: pytest.MonkeyPatch, kept: bool) -> None:
    monkeypatch.setattr(paging, "SPARE", 0)
    monkeypatch.setattr(paging, "SOONEST_BATCH", 1 if kept else 60)
    outlets = [shop(100 * n) for n in range(5)]
    for outlet in outlets[:2]:
        busy(outlet, wall(25, 0 + 2), wall(26, 2))
    if kept:
        keep()
    span = {"free_from": wall(25, 9), "free_to": wall(25, 12)}
    free = [o.public_id for o in outlets[2:]]
    assert pages(10, **HERE, **span) == [free]
    assert pages(1, **HERE, **span) == [[outlet] for outlet in free]
    assert search(**HERE, **span, limit=1, with_count=True).count == 3
    # Soonest: who has a start first, then who is nearest.
    busy(outlets[2], wall(24, 9), wall(24, 12))
    if kept:
        commit()
    order = [outlets[n].public_id for n in (0, 1, 3, 4, 2)]
    assert list(chain(*pages(10, **HERE, sort="soonest"))) == order
    assert pages(1, **HERE, sort="soonest") == [[outlet] for outlet in order]
    assert search(**HERE, sort="soonest", limit=1, with_count=True).count == 5
    assert search(**HERE, **span, sort="soonest", limit=1, with_count=True).count == 3


def test_the_one_that_is_free_is_found_behind_five_hundred_that_are_full() -> None:
    outlets = [shop(n) for n in range(501)]
    people = StaffMember.objects.exclude(assignments__outlet=outlets[-1])
    full = TimestamptzRange(wall(24, 2), wall(30, 2) + timedelta(days=30))
    Allocation.objects.bulk_create(Allocation(kind="block", staff=person, period=full) for person in people)
    span = {"free_from": wall(25, 15), "free_to": wall(25, 17)}
    keep()

    for sort in ("distance", "soonest", "price", "rating"):
        with CaptureQueriesContext(connection) as queries:
            found = pages(20, **HERE, category="hair", **span, sort=sort)
        assert found == [[outlets[-1].public_id]]
        assert len(queries) == 3


@pytest.mark.parametrize("sort", ["distance", "soonest"])
def test_further_ahead_than_is_kept_a_bounded_number_is_examined(
    monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    monkeypatch.setattr(paging, "EXAMINED", 2)
    monkeypatch.setattr(paging, "UNKEPT_BATCH", 2)
    monkeypatch.setattr(paging, "SPARE", 0)
    outlets = [shop(100 * n, window_days=300) for n in range(4)]
    for outlet in outlets[:3]:
        busy(outlet, wall(24, 2), wall(24, 2) + timedelta(days=200))
    keep()
    start = wall(25, 9) + timedelta(days=70)
    found = pages(1, **HERE, free_from=start, free_to=start + timedelta(hours=3), sort=sort)
    assert list(chain(*found)) == [outlets[3].public_id]
    assert len(found) > 1


@pytest.mark.parametrize("category", ["hair", None])
def test_soonest_looks_at_the_nearest_that_are_open_on_a_day(
    monkeypatch: pytest.MonkeyPatch, category: str | None
) -> None:
    monkeypatch.setattr(keeping, "NEAREST", 2)
    outlets = [shop(100 * n) for n in range(4)]
    busy(outlets[0], wall(24, 2), wall(24, 2) + timedelta(days=60))
    keep()

    found = ids(search(**HERE, category=category, sort="soonest"))

    # Who has nothing free comes last, and takes nobody's place.
    assert found == [outlets[n].public_id for n in (1, 2, 0)]


@pytest.mark.parametrize("sort", ["distance", "soonest", "price"])
def test_an_outlet_that_moved_is_found_where_it_is_at_once(sort: str) -> None:
    moved, other = shop(), shop(60_000)
    keep()
    there = Point(LNG, LAT + 60_100 / 111_400, srid=4326)
    Outlet.objects.filter(pk=moved.pk).update(point=there)
    Offering.objects.filter(outlet=moved).update(point=there)
    span = {"free_from": wall(25, 10), "free_to": wall(25, 12)}

    assert ids(search(**HERE, category="hair", sort=sort, **span)) == []
    near = {"lat": there.y, "lng": there.x, "category": "hair", "sort": sort}
    assert set(ids(search(**near, **span))) == {moved.public_id, other.public_id}
    check_kept()


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
@pytest.mark.parametrize("kept", [False, True])
def test_a_page_takes_three_statements_whatever_its_size(
    rows: int, asked: dict[str, Any], kept: bool
) -> None:
    for _ in range(rows):
        outlet = shop()
        make.make_bays(outlet, Service.objects.latest("pk"), units=2)
    if kept:
        keep()
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
    monkeypatch.setattr(paging, "COUNT_CAP", 3)
    assert search(**HERE, limit=1, with_count=True).count == 3
    assert len(search(**HERE, limit=1, with_count=True).items) == 1
