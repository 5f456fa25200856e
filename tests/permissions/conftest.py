"""The world: built once a module, in a transaction around the tests' own, which leave it as it was."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from providers.selectors.categories import forget_tree
from tests.permissions.making import make_world
from tests.permissions.world import World


@pytest.fixture(scope="module")
def untouched(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    forget_tree()
    around = transaction.atomic()
    around._from_testcase = True  # type: ignore[attr-defined]  # durable blocks may stand in it, as in Django's own
    with django_db_blocker.unblock(), around:
        yield make_world()
        transaction.set_rollback(True)


@pytest.fixture
def world(untouched: World, db: None) -> World:
    return untouched
