"""The visit that was looked at last, with the network cut: its code, and what comes when the network is back."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import world as street
from tests.browser.conftest import PHONE, sign_in
from tests.browser.site import Site
from tests.browser.test_journey import book_at_counter, hold_and_fill
from tests.browser.world import World
from tests.setup.site import until

pytestmark = pytest.mark.browser

Device = Callable[..., BrowserContext]


def kept(page: Page) -> list[str]:
    """The addresses of what the device keeps of a visit."""
    return page.evaluate(
        "async () => (await (await caches.open('visit')).keys()).map((each) => new URL(each.url).pathname)"
    )


def test_a_visit_is_read_without_a_network_until_somebody_else_reads(
    device: Device, site: Site, world: World
) -> None:
    context = device(viewport=PHONE, service_workers="allow")
    page = context.new_page()
    ref = hold_and_fill(page, site, world.salon, days=9, email="offline@example.com")
    book_at_counter(page)
    page.wait_for_url(f"**/b/{ref}")
    code = page.locator("#code .code").get_attribute("aria-label")
    assert until(lambda: len(kept(page)) == 2)

    # Cut while it is open: the bar says so.
    context.set_offline(True)
    expect(page.locator("[data-network]")).to_contain_text("No connection")

    # Opened anew: the visit with its code and its square; any other page says that there is no network.
    page.goto(f"/b/{ref}")
    expect(page.locator("#code .code")).to_have_attribute("aria-label", str(code))
    expect(page.locator("[data-network]")).to_contain_text("This is how it stood at")
    assert page.locator("#code img").evaluate("(img) => img.complete && img.naturalWidth > 0")
    page.goto("/bookings")
    expect(page.get_by_role("heading", name="No connection")).to_be_visible()
    page.get_by_role("link", name="The visit you looked at last").click()
    expect(page.locator("#code .code")).to_have_attribute("aria-label", str(code))

    # Back: the page is taken anew.
    context.set_offline(False)
    page.locator("html:not([data-kept])").wait_for(state="attached")
    expect(page.locator("[data-network]")).to_be_hidden()
    assert kept(page) == [f"/b/{ref}", f"/b/{ref}/code.svg"]

    # Somebody else reads on this device.
    other = sign_in(context, street.CUSTOMER)
    assert until(lambda: not other.evaluate("caches.has('visit')"))
