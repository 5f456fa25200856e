"""The shop of the bookings tests, and its callers over HTTP."""

from tests.bookings.conftest import shop as shop
