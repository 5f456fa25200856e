"""For every test: processes remember some things for a while, and no test may find what another has left in them."""

import pytest

from discovery import facets
from geo.town import forget_town
from providers.selectors.categories import forget_tree
from providers.selectors.usual import forget_usual


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    for forget in (forget_tree, forget_town, forget_usual, facets.forget):
        forget()
