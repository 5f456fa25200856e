"""What cancelling gives back, to the cent, before it is done; money back by item, by the business."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser import world as street
from tests.browser.conftest import DESK, PHONE, sign_in
from tests.browser.site import Site
from tests.browser.test_axe import looked_at
from tests.browser.world import World

pytestmark = pytest.mark.browser

Device = Callable[..., BrowserContext]


def test_cancelling_shows_the_exact_refund_and_gives_it(device: Device, site: Site, world: World) -> None:
    ref = site.orm(street.paid_online, world.salon, days=5)
    page = sign_in(device(viewport=PHONE), street.CUSTOMER)
    page.goto(f"/b/{ref}/cancel")

    expect(page.get_by_text("You get back").locator("..")).to_contain_text("€50.00")
    page.get_by_role("button", name="Cancel, €50.00 back").click()
    page.wait_for_url(f"**/b/{ref}")
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    site.orm(street.let_it_be_cancelled, ref)
    expect(page.locator("#now")).to_contain_text("Cancelled")
    assert site.orm(street.given_back, ref) == 5000


def test_a_business_gives_back_by_item(device: Device, site: Site, world: World) -> None:
    ref = site.orm(street.paid_online, world.salon, days=6)
    site.orm(street.bring_to, ref, "closed")
    owner = sign_in(device(), street.OWNER)
    owner.goto(f"/provider/{world.salon.provider}/visits/{ref}/")
    owner.get_by_role("link", name="Give money back…").click()
    assert looked_at(owner) == []
    owner.set_viewport_size(DESK)
    owner.get_by_label("Single items").check()
    owner.get_by_label(re.compile("^Haircut")).check()
    owner.get_by_label("Why").fill("It was too short.")
    owner.get_by_role("button", name="Show the exact amounts").click()
    exact = owner.locator("#exact")
    expect(exact).to_contain_text("€47.50")
    expect(exact).to_contain_text("€2.50")
    assert looked_at(owner) == []
    owner.set_viewport_size(DESK)
    owner.get_by_role("button", name="Give €50.00 back").click()
    expect(owner.get_by_text("Given back. The customer is told.")).to_be_visible()
    expect(owner.locator("#refunds")).to_contain_text("It was too short.")
    assert site.orm(street.given_back, ref) == 5000
