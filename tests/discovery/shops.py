"""Outlets to be found, and what a page of results holds."""

from datetime import UTC, datetime
from typing import Any

from django.contrib.gis.geos import Point
from psycopg.types.range import TimestamptzRange

from bookings.models import Allocation
from discovery.selectors import SearchPage
from providers.models import Outlet
from tests import factories as make

# Tuesday, eight o'clock in Helsinki.
NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
LAT, LNG = 60.1841, 24.9525
HERE = {"lat": LAT, "lng": LNG}


def shop(north_m: float = 0, *, category: str = "hair", price: int = 5000, **fields: Any) -> Outlet:
    """An outlet north of HERE that sells one service."""
    outlet = make.make_outlet(point=Point(LNG, LAT + north_m / 111_400, srid=4326), **fields)
    make.make_service(outlet, category=make.make_category(category), price_amount=price)
    return outlet


def ids(page: SearchPage) -> list[str]:
    return [item.outlet.id for item in page.items]


def wall(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour - 2, tzinfo=UTC)


def busy(outlet: Outlet, start: datetime, end: datetime) -> None:
    for person in outlet.staff.all():
        Allocation.objects.create(kind="block", staff=person, period=TimestamptzRange(start, end))
