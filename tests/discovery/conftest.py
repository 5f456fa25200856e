"""Searches happen on a Tuesday morning."""

from collections.abc import Iterator

import pytest

from common import clock
from tests.discovery.shops import NOW


@pytest.fixture(autouse=True)
def tuesday(db: None) -> Iterator[None]:
    with clock.at(NOW):
        yield
