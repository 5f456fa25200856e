"""One site for the whole run; a street and a browser for each module; contexts as people have devices."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect, sync_playwright

from accounts.code_app import code_now
from deploy.installation import Installation
from tests.browser import world as street
from tests.browser.site import (
    Site,
    copy_database,
    database_of_tests,
    drop_database,
    put_back,
    rows_of,
    running_site,
)
from tests.setup.site import free_port
from tests.signing_in import SECRET

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-unsafe-swiftshader",
]
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 900}
SIZES: dict[str, ViewportSize] = {"390": PHONE, "1280": DESK}
# What is worked at a counter is worked on a tablet.
TABLETS: dict[str, ViewportSize] = {"390": PHONE, "820": {"width": 820, "height": 1180}, "1280": DESK}
# Everything that a page waits for comes within this; a test that waits longer has found a fault.
PATIENCE_MS = 10_000
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def site(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    with django_db_blocker.unblock():
        source = database_of_tests()
    target = urlsplit(source)._replace(path=f"{urlsplit(source).path}_site").geturl()
    copy_database(source, target)
    place = Installation(tmp_path_factory.mktemp("site"), port=free_port())
    try:
        with running_site(place, target, django_db_blocker.unblock) as running:
            yield running
    finally:
        drop_database(target)


@pytest.fixture(scope="session")
def ground(site: Site) -> bytes:
    """What is there before anybody has built anything: every module begins with it."""
    site.orm(street.lay_ground)
    return rows_of(site.database_url)


@pytest.fixture(scope="module")
def world(site: Site, ground: bytes) -> street.World:
    """A street that nobody has been in; what the tests of other modules did is gone."""
    put_back(site.database_url, ground)
    return site.orm(street.build)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Of one module only: while Playwright runs, its event loop keeps other tests from the database."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def device(browser: Browser, site: Site) -> Iterator[Callable[..., BrowserContext]]:
    """Open a fresh device: nothing remembered. What goes wrong in its console fails the test."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def make(**options: Any) -> BrowserContext:
        # What a device keeps is asked for by the tests that are about it (test_offline_journey).
        options = {"service_workers": "block", **options}
        options = {"viewport": DESK, "locale": "en-GB", "timezone_id": "Europe/Helsinki", **options}
        context = browser.new_context(base_url=site.url, reduced_motion="reduce", **options)
        context.set_default_timeout(PATIENCE_MS)
        context.on("weberror", lambda error: wrong.append(f"{error.page and error.page.url}: {error.error}"))
        context.on(
            "console", lambda said: wrong.append(said.text) if is_fault(said.type, said.text) else None
        )
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()
    assert wrong == []


def is_fault(kind: str, text: str) -> bool:
    """Whether a line of the console is a fault of ours: refused by the security policy, or an error.

    The browser, and htmx, write one for each answer of 4xx and for a line that breaks, which the tests provoke.
    """
    provoked = (
        "Failed to load resource",
        "Response Status Error Code",
        "htmx:sendError",
        "htmx:afterRequest",
        "ERR_INTERNET_DISCONNECTED",
    )
    return "Content Security Policy" in text or (
        kind == "error" and not any(words in text for words in provoked)
    )


def sign_in(context: BrowserContext, email: str) -> Page:
    """Sign in with the password, as a person would; answers the page that it leads to."""
    page = context.new_page()
    page.goto("/account/login/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_text("Use a password instead").click()
    page.get_by_role("main").get_by_label("Password").fill(street.PASSWORD)
    page.get_by_role("button", name="Sign in with the password").click()
    page.wait_for_url(lambda url: "/account/login" not in url)
    return page


def sign_in_operator(context: BrowserContext, email: str) -> Page:
    """Sign in with the password, then with the code that the app shows."""
    page = sign_in(context, email)
    page.get_by_label("Code").fill(code_now(SECRET))
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/2fa/" not in url)
    return page


def as_operator(context: BrowserContext, site: Site) -> Page:
    """A page of an operator's open session, with the second factor given."""
    cookie = {
        "name": settings.SESSION_COOKIE_NAME,
        "value": site.orm(street.operators_session),
        "url": site.url,
    }
    context.add_cookies([cookie])  # type: ignore[list-item]
    return context.new_page()
