"""Searches happen on a Tuesday morning, with categories read anew."""

from collections.abc import Iterator

import pytest

from common import clock
from providers.selectors.categories import forget_tree
from tests.discovery.shops import NOW


@pytest.fixture(autouse=True)
def tuesday(db: None) -> Iterator[None]:
    forget_tree()
    with clock.at(NOW):
        yield
    forget_tree()
