"""A request, its answer, the visit, a case about it, and the operator's decision: three people at three devices."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import world as street
from tests.browser.conftest import PHONE, as_operator, sign_in
from tests.browser.site import Site
from tests.browser.test_journey import hold_and_fill, says, shown
from tests.browser.world import World

pytestmark = pytest.mark.browser

Device = Callable[..., BrowserContext]
DAYS = 6


def test_from_a_request_to_a_decision(device: Device, site: Site, world: World) -> None:
    site.orm(street.ask_for_acceptance, world.wash, True)
    customer = device(viewport=PHONE).new_page()
    ref = hold_and_fill(customer, site, world.wash, DAYS, "maria.case@example.com")
    expect(customer.get_by_text("still has to accept").locator("visible=true").first).to_be_visible()
    customer.get_by_role("radio", name=re.compile("^Card")).check()
    shown(customer, re.compile("^Pay .* and ask")).click()
    customer.wait_for_url("**/sandbox/pay/**")
    customer.get_by_role("button", name="Pay", exact=False).first.click()
    customer.wait_for_url(f"**/b/{ref}")
    says(customer, "Waiting for the provider")

    owner = sign_in(device(), street.OWNER)
    owner.goto(f"/provider/{world.wash.provider}/")
    owner.locator(f"[id='{ref}']").get_by_role("button", name=re.compile("^Accept")).click()
    expect(owner.get_by_text("Accepted. The customer is told.")).to_be_visible()
    says(customer, "Confirmed")

    site.orm(street.ask_for_acceptance, world.wash, False)
    site.orm(street.let_the_day_come, ref, days=DAYS)
    site.orm(street.bring_to, ref, "completed")
    says(customer, "Done")
    opens_a_case(customer, ref)

    desk: Page = as_operator(device(), site)
    desk.goto("/desk/objections/")
    desk.get_by_role("link", name=ref).click()
    expect(desk.get_by_text("The bonnet is still dirty.")).to_be_visible()
    desk.get_by_label("Goes back to the customer").fill("12.50")
    desk.get_by_label("Why").fill("Half of the car was clean.")
    desk.get_by_role("button", name="Decide and tell both").click()
    expect(desk.get_by_text("Decided. Both sides are told.")).to_be_visible()

    expect(customer.get_by_text("€12.50 goes back to the customer.")).to_be_visible()
    expect(customer.get_by_text("Half of the car was clean.")).to_be_visible()
    says(customer, "Completed")


def opens_a_case(customer: Page, ref: str) -> None:
    customer.get_by_role("link", name="Something was not right?").click()
    customer.get_by_label("What happened").fill("The bonnet is still dirty.")
    customer.get_by_role("button", name="Open a case").click()
    customer.wait_for_url(f"**/b/{ref}")
    expect(customer.locator("#now").get_by_text("Case open")).to_be_visible()
