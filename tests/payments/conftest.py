"""What holds in every payment test."""

from collections.abc import Iterator
from typing import Any

import pytest

from payments import services
from payments.services import locks


@pytest.fixture(autouse=True)
def settings_for_payments(settings: Any) -> None:
    settings.DEMO = True
    settings.SITE_URL = "http://testserver"
    settings.SANDBOX_SECRET = "a-secret-of-the-tests"


@pytest.fixture(autouse=True)
def no_booking_is_locked() -> Iterator[None]:
    """Payments alone: who owns the bookings is not asked here."""
    registered = locks._owner_lock
    services.register_owner_lock(None)
    yield
    services.register_owner_lock(registered)


@pytest.fixture
def books(db: None) -> Iterator[None]:
    """After the test the ledger agrees with itself."""
    yield
    assert services.verify() == []
