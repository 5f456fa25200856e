from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from geo.importer import import_extract


@pytest.fixture(scope="module")
def loaded_map(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The extract, imported once per module in a transaction around its tests, then rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        import_extract()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def helsinki_map(loaded_map: None, db: None) -> None:
    """The map and addresses of central Helsinki, loaded."""
