"""A small town for the pages people see: shops on Kalevankatu and the addresses the geocoder knows."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from django.contrib.gis.geos import Point
from django.core.cache import cache

from common import clock
from geo.models import GeocodedAddress
from providers.models import Outlet
from tests import factories as make

# Tuesday, eight o'clock in Helsinki.
NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
LAT, LNG = 60.167, 24.938


@contextmanager
def tuesday() -> Iterator[None]:
    """Nobody has asked too often yet, and the clock stands still."""
    cache.clear()
    with clock.at(NOW):
        yield


def make_addresses() -> None:
    """Kalevankatu 1 to 20 in Helsinki, from LAT, LNG eastwards."""
    GeocodedAddress.objects.bulk_create(
        GeocodedAddress(
            street="Kalevankatu",
            street_key="kalevankatu",
            housenumber=str(number),
            number_from=number,
            number_to=number,
            postcode="00100",
            city="Helsinki",
            country="FI",
            point=Point(LNG + number * 0.0002, LAT, srid=4326),
        )
        for number in range(1, 21)
    )


def make_shop(north_m: float = 0, *, category: str = "hair", price: int = 5000, **fields: Any) -> Outlet:
    """An outlet north of the town's corner that sells one service."""
    fields.setdefault("street_line", "Bulevardi 3")
    outlet = make.make_outlet(point=Point(LNG, LAT + north_m / 111_400, srid=4326), **fields)
    make.make_service(outlet, category=make.make_category(category), price_amount=price)
    return outlet
