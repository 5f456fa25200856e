from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import transaction

from marketplace.demo import helsinki

DAY = date(2026, 11, 24)
# One business in this many besides those of the demo sign-ins: enough of everything, and quick.
EVERY = 12


@pytest.fixture(scope="module")
def loaded_city(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A small demo city, loaded once per module in a transaction around its tests, then rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        assert helsinki.load(1, day=DAY, every=EVERY) is not None
        yield
        transaction.set_rollback(True)


@pytest.fixture
def small_city(loaded_city: None, db: None) -> None:
    """A small demo city as of DAY."""
