"""A cut every second week: tried, one date moved over, booked, moved from one visit on, and cancelled together.

By the customer, and at the counter for somebody who calls.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from bookings.enums import Source
from bookings.services import front_desk, holds
from providers.models import Outlet, Service, StaffMember
from tests.browser import world as street
from tests.browser.conftest import PHONE, sign_in
from tests.browser.site import Site
from tests.browser.test_axe import looked_at
from tests.browser.test_waitlist_journey import _owner
from tests.browser.world import Shop, World
from tests.factories import make_service, make_staff, tomorrow_at

pytestmark = pytest.mark.browser

Device = Callable[..., BrowserContext]


def _one_person(shop: Shop) -> tuple[str, str]:
    """A service that one person does, who is taken at eleven in two weeks; the service and tomorrow's date."""
    outlet = Outlet.objects.get(public_id=shop.outlet)
    person: StaffMember = make_staff(outlet, name="Saga Lind")
    like = Service.objects.select_related("category").get(public_id=shop.service)
    service = make_service(outlet, staff=[person], name="Long cut", category=like.category)
    front_desk.book_in(
        principal=_owner(shop),
        outlet=outlet.public_id,
        item=holds.ItemRequest(service.public_id, staff=person.public_id),
        start=tomorrow_at(11, days=15, outlet=outlet),
        contact=holds.Contact("Caller"),
        source=Source.PHONE,
    )
    return service.public_id, tomorrow_at(11, outlet=outlet).astimezone(outlet.zone).date().isoformat()


def _seen(page: Page) -> None:
    assert looked_at(page) == []
    page.set_viewport_size(PHONE)


def test_a_series_from_the_first_date_to_the_last_cancelled(device: Device, site: Site, world: World) -> None:
    service, day = site.orm(_one_person, world.salon)
    maria = sign_in(device(viewport=PHONE), street.CUSTOMER)

    # Every second week at eleven: the second date is taken, and times near it are offered.
    maria.goto(f"/o/{world.salon.outlet}/book/{service}?day={day}")
    maria.get_by_role("link", name="Book it every week or month").click()
    expect(maria.get_by_label("First day")).to_have_value(day)
    maria.get_by_label("Time").fill("11:00")
    maria.get_by_label("How many visits").fill("3")
    maria.get_by_role("button", name="Try these dates").click()
    expect(maria.get_by_text("2 of 3 dates are free as you wish.")).to_be_visible()
    dates = maria.locator("#dates ~ ol select")
    expect(dates).to_have_count(3)
    expect(dates.nth(1)).to_have_value("")
    _seen(maria)
    dates.nth(1).select_option(index=1)
    maria.get_by_role("button", name="Book these visits").click()
    maria.wait_for_url("**/s/*")
    visits = maria.locator("ol.list > li")
    expect(visits).to_have_count(3)
    expect(maria.get_by_text("Confirmed", exact=True)).to_have_count(3)
    _seen(maria)

    # From the second on, an hour later.
    visits.nth(1).get_by_text("This and following").click()
    visits.nth(1).get_by_role("link", name="Move").click()
    maria.get_by_label("New time").fill("14:00")
    maria.get_by_role("button", name="Try these dates").click()
    expect(maria.get_by_text("Moving costs nothing now.")).to_be_visible()
    expect(maria.locator("#dates ~ ol select")).to_have_count(2)
    _seen(maria)
    maria.get_by_role("button", name="Move them").click()
    maria.wait_for_url("**/s/*")
    expect(maria.get_by_text("14:00")).to_have_count(2)
    expect(visits.nth(0)).to_contain_text("11:00")
    expect(maria.get_by_text("instead of")).to_have_count(2)

    # The list of visits leads back to it, and so does each visit.
    maria.goto("/bookings")
    maria.get_by_role("link", name="Every 2 weeks").click()
    visits.nth(0).get_by_role("link").first.click()
    maria.get_by_role("link", name="All its visits").click()

    # All are cancelled, after what that means was said.
    maria.get_by_role("link", name="Cancel all ahead").click()
    expect(maria.get_by_role("heading", name="Cancel 3 visits?")).to_be_visible()
    expect(maria.get_by_text("Nothing has been paid, and nothing is kept.")).to_be_visible()
    _seen(maria)
    maria.get_by_role("button", name="Cancel these visits").click()
    maria.wait_for_url("**/s/*")
    expect(maria.get_by_text("Cancelled", exact=True)).to_have_count(3)
    expect(maria.get_by_role("link", name="Cancel all ahead")).to_have_count(0)


def test_at_the_counter_a_caller_gets_a_series(device: Device, site: Site, world: World) -> None:
    service, day = site.orm(_one_person, world.salon)
    owner = sign_in(device(), street.OWNER)
    owner.goto(f"/provider/{world.salon.provider}/{world.salon.outlet}/day/add?service={service}&day={day}")
    owner.get_by_role("link", name="Book it every week or month").click()
    expect(owner.get_by_label("First day")).to_have_value(day)
    owner.get_by_label("Time").fill("15:00")
    owner.get_by_label("How many visits").fill("2")
    owner.get_by_role("button", name="Try these dates").click()
    expect(owner.get_by_text("2 of 2 dates are free as you wish.")).to_be_visible()
    assert looked_at(owner) == []
    owner.get_by_label("Name").fill("Ville Ranta")
    owner.get_by_label("Phone").fill("040 123 4567")
    owner.get_by_role("button", name="Book these visits").click()
    owner.wait_for_url("**/s/*")
    expect(owner.locator("ol.list > li")).to_have_count(2)
    expect(owner.get_by_text("Confirmed", exact=True)).to_have_count(2)
    # Each stands on its day's board.
    owner.goto(f"/provider/{world.salon.provider}/{world.salon.outlet}/board?day={day}")
    expect(owner.locator(".board").get_by_text("Ville Ranta").first).to_be_visible()
