"""The page of the design: whole in both languages, and not there in production."""

import re

import pytest
from django.test import Client
from django.utils import translation

from frontend import statuses


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_it_shows_each_status_and_each_state(client: Client, language: str) -> None:
    page = client.get("/design", headers={"Accept-Language": language})
    words = page.content.decode()
    assert page.status_code == 200
    shown = re.search(r'id="statuses".*?</section>', words, re.S)
    assert shown
    with translation.override(language):
        named = [str(look.word) for look in statuses.LOOKS.values()]
    assert re.findall(r"</svg>([^<]+)</span>", shown[0]) == named
    for state in (
        'aria-disabled="true"',
        'aria-busy="true"',
        "plate--taken",
        'id="errors"',
        'class="empty"',
        'class="toast"',
    ):
        assert state in words


@pytest.mark.django_db
def test_it_is_not_there_in_production(client: Client, settings: object) -> None:
    settings.DEMO = settings.DEBUG = False  # type: ignore[attr-defined]
    assert client.get("/design").status_code == 404
