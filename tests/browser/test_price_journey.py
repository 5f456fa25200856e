"""Another price while the visit takes place, live on two devices; the rest paid by the shop's square; the receipt."""

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


def test_a_price_is_proposed_approved_live_and_the_rest_paid_by_phone(
    device: Device, site: Site, world: World
) -> None:
    held = site.orm(street.confirmed, world.salon, days=4, user=street.CUSTOMER)
    ref = held.booking.ref
    site.orm(street.bring_to, ref, "started")
    customer = sign_in(device(viewport=PHONE), street.CUSTOMER)
    customer.goto(f"/b/{ref}")
    expect(customer.get_by_text("Live")).to_be_visible()
    owner = sign_in(device(), street.OWNER)
    visit = f"/provider/{world.salon.provider}/visits/{ref}/"
    owner.goto(visit)

    # An extra of the catalogue: it waits for the customer, who sees it without doing anything.
    owner.get_by_text("Add an item").click()
    owner.get_by_label("An extra").select_option(index=0)
    assert looked_at(owner) == []
    owner.set_viewport_size(DESK)
    owner.get_by_role("button", name=re.compile("^Ask the customer.*extra")).click()
    expect(owner.get_by_text("waiting for the customer")).to_be_visible()
    asked = customer.get_by_role("status").filter(has_text="proposes another price")
    expect(asked).to_contain_text("€62.00")
    assert looked_at(customer) == []
    customer.set_viewport_size(PHONE)

    # Approved there, it counts here.
    customer.get_by_role("button", name="Approve €62.00").click()
    expect(customer.locator("#facts")).to_contain_text("Hot towel")
    expect(owner.locator("#price")).to_contain_text("€62.00")
    expect(owner.get_by_role("button", name="€62.00 taken, and done")).to_be_visible()

    # Declined, it does not.
    owner.get_by_text("Add an item").click()
    owner.get_by_label("Something else").fill("Beard oil")
    owner.get_by_label(re.compile("^Costs, in EUR")).fill("8,50")
    owner.get_by_role("button", name="Ask the customer", exact=True).click()
    customer.get_by_role("button", name="No, thank you").click()
    expect(owner.get_by_text("The customer did not agree to Beard oil, €8.50.")).to_be_visible()
    expect(owner.locator("#price")).to_contain_text("€62.00")

    # The square opens this payment on any phone, and the shop's screen says when it is paid.
    owner.get_by_role("link", name="Paid by phone…").click()
    owner.get_by_role("button", name="Show the square").click()
    expect(owner.locator(".square__picture svg")).to_be_visible()
    assert looked_at(owner) == []
    owner.set_viewport_size(DESK)
    link = site.orm(street.pay_link, ref)
    phone = device(viewport=PHONE).new_page()
    phone.goto(link)
    assert "key=" not in phone.url
    assert looked_at(phone) == []
    phone.set_viewport_size(PHONE)
    phone.get_by_role("button", name="Pay €62.00").click()
    phone.get_by_role("button", name=re.compile("^Pay")).first.click()
    phone.wait_for_url(f"**/b/{ref}/pay")
    expect(phone.get_by_text("Paid. Thank you.")).to_be_visible()
    expect(owner.get_by_text("Paid. Thank them.")).to_be_visible()
    phone.get_by_role("link", name="Receipt").click()
    expect(phone.get_by_role("article")).to_contain_text("Hot towel")
    assert looked_at(phone) == []
    # The rest of the booking is not the payer's.
    assert phone.goto(f"/b/{ref}").status == 404  # type: ignore[union-attr]
