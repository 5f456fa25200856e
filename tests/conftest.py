"""For every test: processes remember some things for a while, and no test may find what another has left in them."""

import os
from collections.abc import Iterator

import hypothesis
import pytest
from django.conf import settings
from django.test import TransactionTestCase

from discovery import facets
from geo.town import forget_town
from providers.selectors.categories import forget_tree
from providers.selectors.usual import forget_usual
from tests.emptying import empty

# Another run may have the machine: how long an example takes says nothing.
hypothesis.settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("any machine")


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    for forget in (forget_tree, forget_town, forget_usual, facets.forget):
        forget()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Test databases are copies of the migrated one that `make test` has made; without one each migrates its own."""
    if "MIGRATED_DATABASE" in os.environ:
        test = settings.DATABASES["default"].setdefault("TEST", {})
        test |= {"TEMPLATE": os.environ["MIGRATED_DATABASE"], "MIGRATE": False}


@pytest.fixture(scope="session", autouse=True)
def empty_what_is_full() -> Iterator[None]:
    """After a test that commits, instead of Django's TRUNCATE of every table."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: empty())
        yield
