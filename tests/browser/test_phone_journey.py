"""Somebody walks in and leaves a number; later they verify it, and the visit is in their account."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import world as street
from tests.browser.conftest import DESK, PHONE, sign_in
from tests.browser.site import Site
from tests.browser.test_axe import looked_at
from tests.browser.test_journey import open_mail
from tests.browser.world import World

pytestmark = pytest.mark.browser

Device = Callable[..., BrowserContext]
NUMBER = "040 123 4567"


def walks_in(owner: Page, world: World, name: str) -> None:
    """At the counter, this very minute, with a name and a number."""
    owner.goto(f"/provider/{world.salon.provider}/{world.salon.outlet}/day")
    owner.get_by_role("link", name="Add a visit").first.click()
    owner.get_by_label("Name").fill(name)
    owner.get_by_role("textbox", name="Phone").fill(NUMBER)
    owner.locator(".plate").filter(has_text="Now").click()
    owner.get_by_role("button", name="Book it").last.click()
    owner.wait_for_url("**/day?day=**")


def test_a_walk_in_joins_the_account_that_verifies_the_number(
    device: Device, site: Site, world: World
) -> None:
    owner = sign_in(device(viewport=DESK), street.OWNER)
    walks_in(owner, world, "Ville Ranta")

    page = sign_in(device(viewport=PHONE), street.CUSTOMER)
    page.goto("/account/")
    page.get_by_role("link", name="Phone", exact=True).click()
    assert looked_at(page) == []
    page.set_viewport_size(PHONE)
    page.get_by_label("Phone").fill(NUMBER)
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_role("heading", name="Is this your phone?")).to_be_visible()
    assert looked_at(page) == []
    page.set_viewport_size(PHONE)
    mail = page.context.new_page()
    open_mail(mail, "+358 40 1234567", ".")
    assert looked_at(mail) == []
    code = re.search(r"\d{4}-\d{4}", mail.locator("article").inner_text())
    assert code, mail.locator("article").inner_text()
    mail.close()
    page.get_by_label("Code").fill(code[0])
    page.get_by_role("button", name="Go on").click()

    expect(page.get_by_text("What shops wrote down for this number is in your account now.")).to_be_visible()
    expect(page.get_by_text("Yours: its code came back.")).to_be_visible()
    assert looked_at(page) == []
    page.goto("/bookings")
    expect(page.get_by_role("main")).to_contain_text(world.salon.name)

    # The shop sees one person with an account, and since when.
    owner.goto(f"/provider/{world.salon.provider}/customers/")
    owner.get_by_role("link", name="Ville Ranta").click()
    expect(owner.get_by_text("when they verified the number that was written down")).to_be_visible()
    expect(owner.get_by_text("Has an account")).to_be_visible()
