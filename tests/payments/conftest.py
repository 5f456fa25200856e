"""What holds in every payment test."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from common import events
from payments import services
from payments.services import locks
from tests.stripe_peer.fixtures import peer

__all__ = ["peer"]


@pytest.fixture(autouse=True)
def settings_for_payments(settings: Any) -> None:
    settings.DEMO = True
    settings.SITE_URL = "http://testserver"
    settings.SANDBOX_SECRET = "a-secret-of-the-tests"


@pytest.fixture(autouse=True)
def payments_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Upper apps neither lock nor listen: the bookings paid for here do not exist."""
    monkeypatch.setattr(locks, "_owner_lock", None)
    monkeypatch.setattr(events, "_subscribers", defaultdict(list))


@pytest.fixture
def books(db: None) -> Iterator[None]:
    """After the test the ledger agrees with itself."""
    yield
    assert services.verify() == []
