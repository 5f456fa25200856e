"""From the first name of a business to its first booking, as its owner, an operator and a customer do it."""

import re
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser import world as street
from tests.browser.axe import violations
from tests.browser.conftest import PHONE, sign_in
from tests.browser.site import Site
from tests.browser.test_journey import Device, book_at_counter, fill_contact, open_times, says
from tests.browser.world import World

pytestmark = pytest.mark.browser


def scan() -> bytes:
    out = BytesIO()
    Image.new("RGB", (300, 200), "white").save(out, "PNG")
    return out.getvalue()


def step(page: Page, name: str) -> None:
    """Go to a step by the list beside the page."""
    page.get_by_role("navigation", name=re.compile("sections")).get_by_role("link", name=name).click()


def save(page: Page, word: str = "Save") -> None:
    page.get_by_role("button", name=word, exact=True).click()


def test_from_the_first_name_to_the_first_booking(device: Device, site: Site, world: World) -> None:
    site.orm(street.ask_for_licence, "car-wash")
    context = device()
    owner = sign_in(context, street.CUSTOMER)

    # Each step leads to the next; nothing is lost in between.
    owner.goto("/provider/new/")
    owner.get_by_label("Name of the business").fill("Kuura Wash")
    save(owner, "Make the draft")
    owner.wait_for_url("**/outlets/new/")
    found = re.search(r"/provider/(prv_\w+)/", owner.url)
    assert found
    provider = found[1]
    owner.get_by_label("Street and number").fill(street.NEAR_ADDRESS)
    owner.get_by_label("City").fill("Helsinki")
    save(owner)
    owner.wait_for_url("**/hours/")
    for day in range(7):
        owner.locator(f'[name="d{day}_0_opens"]').fill("00:00")
        owner.locator(f'[name="d{day}_0_closes"]').fill("23:59")
    save(owner, "Save the week")
    step(owner, "Services and prices")
    owner.get_by_label("Name of the service").fill("Hand wash")
    owner.get_by_label("Category").select_option("car-wash")
    owner.get_by_label("Length in minutes").fill("30")
    owner.get_by_label("Price").fill("35")
    owner.get_by_label("VAT").fill("25.5")
    save(owner)
    owner.wait_for_url(re.compile("/services/svc_"))
    step(owner, "People")
    owner.get_by_label("Name", exact=True).fill("Kaisa Kuura")
    owner.get_by_role("checkbox", name="Kuura Wash").check()
    owner.get_by_label("Hand wash").select_option("skilled")
    save(owner)
    owner.wait_for_url("**/staff/")

    # Left and resumed: the overview knows where it was.
    owner.goto(f"/provider/{provider}/")
    owner.get_by_role("link", name="Go on: Documents").click()
    assert violations(owner) == []
    owner.get_by_role("link", name="Send: Business licence").click()
    owner.get_by_label("The document", exact=True).set_input_files(
        {"name": "licence.png", "mimeType": "image/png", "buffer": scan()}
    )
    owner.get_by_label("Last day").fill((datetime.now(UTC) + timedelta(days=300)).date().isoformat())
    save(owner, "Send it")
    expect(owner.get_by_text("Being checked")).to_be_visible()
    step(owner, "Look it over")
    owner.get_by_label("A note to us").fill("We open in December.")
    save(owner, "Send for approval")
    expect(owner.get_by_text("Waiting for approval")).to_be_visible()

    # One point is asked for, stands at its step on a phone, and is sent again.
    site.orm(street.ask_for_changes, provider, ("hours", "Please close on Sundays."))
    phone = device(viewport=PHONE, storage_state=context.storage_state(), color_scheme="dark").new_page()
    phone.goto(f"/provider/{provider}/application/")
    expect(phone.get_by_text("Nearly there.")).to_be_visible()
    assert violations(phone) == []
    phone.get_by_role("link", name="Opening hours").click()
    expect(phone.get_by_text("Please close on Sundays.")).to_be_visible()
    phone.goto(f"/provider/{provider}/application/")
    save(phone, "Send it again")
    expect(phone.get_by_text("Waiting for approval")).to_be_visible()

    # Approved, it is found and booked at once.
    shop = site.orm(street.approve, provider)
    customer = device().new_page()
    open_times(customer, site, shop, 2).first.click()
    customer.wait_for_url("**/checkout")
    fill_contact(customer, "first@example.com")
    book_at_counter(customer)
    says(customer, "Confirmed")
