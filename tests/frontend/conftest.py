"""The shop of the bookings' tests, for pages that show its visits."""

from tests.bookings.conftest import contact, shop

__all__ = ["contact", "shop"]
