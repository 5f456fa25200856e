"""The square on the counter: the customer says that they are here, and staff see it without doing anything."""

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


def test_the_square_tells_the_shop_who_has_come(device: Device, site: Site, world: World) -> None:
    ref = site.orm(street.confirmed, world.salon, days=3, user=street.CUSTOMER).booking.ref
    site.orm(street.make_due, ref)
    owner = sign_in(device(), street.OWNER)
    owner.goto(f"/provider/{world.salon.provider}/outlets/")
    owner.get_by_role("link", name="Square of").first.click()
    expect(owner.locator(".poster svg")).to_be_visible()
    assert looked_at(owner) == []
    owner.set_viewport_size(DESK)
    owner.goto(f"/provider/{world.salon.provider}/{world.salon.outlet}/day")
    row = owner.locator(f"#{ref}")
    expect(row).not_to_contain_text("Here since")

    customer = sign_in(device(viewport=PHONE), street.CUSTOMER)
    customer.goto(f"/here/{world.salon.outlet}")
    assert looked_at(customer) == []
    customer.set_viewport_size(PHONE)
    customer.locator(f"#arrive-{ref}").click()
    expect(customer.locator(f"#here-{ref}")).to_contain_text("that you are here")

    expect(row).to_contain_text("Here since")
    row.get_by_role("button", name="Check in").click()
    expect(customer.locator(f"#here-{ref}")).to_contain_text("You are checked in")

    # Who has nothing there is led to booking.
    stranger = device(viewport=PHONE).new_page()
    stranger.goto(f"/here/{world.salon.outlet}")
    stranger.get_by_role("link", name="Book here").click()
    stranger.wait_for_url("**/o/**")
