"""A person who has left something unmistakable of theirs wherever they can."""

from typing import Any

import pytest

from tests.bookings.conftest import contact, shop
from tests.privacy.person import Traced, live_a_life

__all__ = ["contact", "shop"]


@pytest.fixture
def traced(db: None, settings: Any, tmp_path: Any) -> Traced:
    settings.MEDIA_ROOT = tmp_path
    settings.EMAIL_BACKEND = "notifications.mailbox.MailboxBackend"
    settings.SANDBOX_SECRET = "a-secret-of-the-tests"
    return live_a_life()
