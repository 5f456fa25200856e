"""A card is kept and pays the next visit in one step; an owner sets up the account to which the business is paid."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser import world as street
from tests.browser.conftest import PHONE, sign_in
from tests.browser.site import Site
from tests.browser.test_axe import looked_at
from tests.browser.test_journey import open_times, pay_online, says, shown
from tests.browser.world import World

pytestmark = pytest.mark.browser

Device = Callable[..., BrowserContext]
DAYS = 6


def test_a_card_is_kept_pays_the_next_time_and_is_removed(device: Device, site: Site, world: World) -> None:
    page = sign_in(device(viewport=PHONE), street.CUSTOMER)
    open_times(page, site, world.salon, DAYS).first.click()
    page.wait_for_url("**/checkout")
    keep = page.get_by_role("checkbox", name=re.compile("^Keep this card"))
    keep.check()
    pay_online(page, "Pay €")
    says(page, "Confirmed")

    open_times(page, site, world.salon, DAYS).nth(4).click()
    page.wait_for_url("**/checkout")
    card = page.get_by_role("radio", name=re.compile("^Visa ending in 4242"))
    expect(card).to_be_checked()
    expect(keep).to_be_hidden()
    page.get_by_role("radio", name="Another card").check()
    expect(keep).to_be_visible()
    card.check()
    assert looked_at(page) == []
    page.set_viewport_size(PHONE)
    shown(page, re.compile("^Pay .* and book")).click()
    page.wait_for_url(re.compile(r"/b/[^/]+$"))
    says(page, "Confirmed")

    page.goto("/account/")
    page.locator("a[href='/account/cards/']").click()
    assert looked_at(page) == []
    page.set_viewport_size(PHONE)
    page.get_by_role("button", name="Remove Visa ending in 4242").click()
    expect(page.get_by_text("None are kept.")).to_be_visible()


def test_an_owner_sets_up_how_the_business_is_paid(device: Device, site: Site, world: World) -> None:
    page = sign_in(device(viewport=PHONE), street.OWNER)
    page.goto(f"/provider/{world.salon.provider}/money/")
    page.get_by_role("link", name="Set it up").click()
    assert looked_at(page) == []
    page.set_viewport_size(PHONE)

    page.get_by_role("button", name="Set it up at Sandbox payments").click()
    page.wait_for_url("**/sandbox/payee/**")
    assert looked_at(page) == []
    page.set_viewport_size(PHONE)
    page.get_by_role("button", name="Give everything but a document").click()
    expect(page.get_by_text("A document that shows who they are")).to_be_visible()
    assert looked_at(page) == []
    page.set_viewport_size(PHONE)
    page.get_by_role("button", name="Go on at Sandbox payments").click()
    page.get_by_role("button", name="Give everything, and be checked at once").click()

    expect(page.get_by_role("heading", name="Ready: payouts may go there")).to_be_visible()
