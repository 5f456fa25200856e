"""Every page, on a phone and at a desk, light and dark, without a violation of WCAG 2.2 AA.

Both themes and both sizes are seen in one visit: the theme follows the system's, the size the window's.
"""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser import world as street
from tests.browser.axe import violations
from tests.browser.conftest import DESK, SIZES, sign_in
from tests.browser.site import Site
from tests.browser.world import Shop, World

pytestmark = pytest.mark.browser


def looked_at(page: Page) -> list[str]:
    """What axe says of the page as it is open now, in each theme at each size."""
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for size, viewport in SIZES.items():
            page.set_viewport_size(viewport)
            found += [f"{size} {scheme} {line}" for line in violations(page)]
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if wide > 0:
                found.append(f"{size} {scheme} the page is {wide} px wider than the window")
    return found


@pytest.fixture(scope="module")
def visitor(browser: Browser, site: Site) -> Iterator[Page]:
    context = _context(browser, site)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def owner(browser: Browser, site: Site, world: World) -> Iterator[Page]:
    context = _context(browser, site)
    yield sign_in(context, street.OWNER)
    context.close()


@pytest.fixture(scope="module")
def customer(browser: Browser, site: Site, world: World) -> Iterator[Page]:
    context = _context(browser, site)
    yield sign_in(context, street.CUSTOMER)
    context.close()


def _context(browser: Browser, site: Site) -> BrowserContext:
    context = browser.new_context(base_url=site.url, viewport=DESK, reduced_motion="reduce", locale="en-GB")
    context.set_default_timeout(10_000)
    return context


def opened(page: Page, path: str, status: int = 200) -> Page:
    answer = page.goto(path, wait_until="load")
    assert answer and answer.status == status, f"{path}: {answer and answer.status}"
    return page


PUBLIC = {
    "landing": "/",
    "results": "/search?q=haircut&lat=60.167&lng=24.937",
    "results without any": "/search?q=piano",
    "help": "/help",
    "privacy": "/privacy",
    "for providers": "/for-providers",
    "how we rank": "/how-we-rank",
    "sign in": "/account/login/",
    "sign in by code": "/account/login/code/",
    "sign up": "/account/signup/",
    "forgotten password": "/account/password/reset/",
    "mailbox": "/mailbox/",
    "bookings of nobody": "/bookings",
}


@pytest.mark.parametrize("path", PUBLIC.values(), ids=PUBLIC.keys())
def test_public_page(visitor: Page, world: World, path: str) -> None:
    assert looked_at(opened(visitor, path)) == []


@pytest.mark.parametrize("name", ["salon", "cleaner", "wash"])
def test_outlet(visitor: Page, world: World, name: str) -> None:
    shop: Shop = getattr(world, name)
    assert looked_at(opened(visitor, f"/o/{shop.outlet}")) == []


@pytest.mark.parametrize("name", ["salon", "cleaner", "wash"])
def test_slots(visitor: Page, world: World, name: str) -> None:
    shop: Shop = getattr(world, name)
    assert looked_at(opened(visitor, shop.slots_path)) == []


def test_not_found(visitor: Page, world: World) -> None:
    assert looked_at(opened(visitor, "/nowhere/at/all", 404)) == []


def test_not_allowed(customer: Page, world: World) -> None:
    assert looked_at(opened(customer, "/admin/", 404 if "admin" not in customer.url else 200)) == []
