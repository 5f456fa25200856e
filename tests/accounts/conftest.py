"""What the tests of people share: a shared cache that starts empty, and the codes in the mails."""

import re
from collections.abc import Callable, Iterator

import pytest
from django.core import mail
from django.core.cache import cache

Code = Callable[[], str]


@pytest.fixture(autouse=True)
def no_attempts_so_far(db: None) -> Iterator[None]:
    """Rate limits count in the cache, which is not rolled back when it lives elsewhere."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def newest_code() -> Code:
    """The one-time code of the newest mail."""

    def read() -> str:
        found = re.search(r"^\d{4}-\d{4}$", mail.outbox[-1].body, re.MULTILINE)
        assert found, mail.outbox[-1].body
        return found[0]

    return read
