"""A class from the service's form to its roster: a business puts a course on the calendar, a guest books two seats."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from providers.models import Service, StaffMember
from providers.services import catalogue
from tests.browser import world as street
from tests.browser.conftest import PHONE, sign_in
from tests.browser.site import Site
from tests.browser.test_axe import looked_at
from tests.browser.world import Shop, World
from tests.factories import make_group_service, make_staff, tomorrow_at

pytestmark = pytest.mark.browser

Device = Callable[..., BrowserContext]


def group_of(shop: Shop) -> str:
    """A group service of the shop, which somebody new does; its public id."""
    own = Service.objects.select_related("provider", "category").get(public_id=shop.service)
    outlet = catalogue.sold_at(own)[0]
    person: StaffMember = make_staff(outlet, name="Saga Lind")
    made = make_group_service(
        outlet, capacity=6, staff=[person], name="Braiding class", category=own.category
    )
    return made.public_id


def test_a_course_from_the_calendar_to_the_roster(device: Device, site: Site, world: World) -> None:
    group = site.orm(group_of, world.salon)
    owner = sign_in(device(), street.OWNER)

    # The business: three dates, booked as one.
    owner.goto(f"/provider/{world.salon.provider}/services/{group}/")
    assert looked_at(owner) == []
    owner.set_viewport_size({"width": 1280, "height": 900})
    owner.locator("section[aria-labelledby=sessions] a").click()
    expect(owner.get_by_text("Nothing on the calendar")).to_be_visible()
    owner.get_by_role("link", name="Add sessions").first.click()
    day = site.orm(tomorrow_at, 12).date().isoformat()
    owner.get_by_label("First date").fill(day)
    owner.get_by_label("Starts at").fill("18:00")
    owner.get_by_label("How many dates").fill("3")
    owner.get_by_label("Name of the course").fill("Braids in three evenings")
    assert looked_at(owner) == []
    owner.set_viewport_size({"width": 1280, "height": 900})
    owner.get_by_role("button", name="Put it on the calendar").click()
    expect(owner.get_by_text("3 dates are on the calendar.")).to_be_visible()
    assert looked_at(owner) == []

    # A guest on a phone: two seats, on all dates.
    guest = device(viewport=PHONE).new_page()
    guest.goto(f"/o/{world.salon.outlet}/book/{group}")
    guest.get_by_role("navigation", name="How many seats?").get_by_role("link", name="2", exact=True).click()
    expect(guest.locator("input[name=seats]")).to_have_value("2")
    expect(guest.get_by_text("3 dates, booked as one")).to_be_visible()
    assert looked_at(guest) == []
    guest.set_viewport_size(PHONE)
    guest.get_by_role("button", name="Hold 18:00").click()
    guest.wait_for_url("**/checkout")
    expect(guest.get_by_text("2 × Braids in three evenings 1/3").first).to_be_visible()
    guest.get_by_label("Name").fill("Gwen Lind")
    guest.get_by_label("E-mail").fill("gwen@example.org")
    guest.get_by_text("At the shop", exact=True).click()
    assert looked_at(guest) == []
    guest.set_viewport_size(PHONE)
    guest.locator("button[name=do][value=pay]:visible").last.click()
    guest.wait_for_url(re.compile(r"/b/[A-Z0-9-]+$"))
    expect(guest.get_by_role("list", name="The dates").get_by_role("listitem")).to_have_count(3)
    assert looked_at(guest) == []

    # Who is in it, without the page being loaded again; and what is asked before they are hit.
    expect(owner.get_by_text("2 of 6 seats")).to_have_count(3)
    owner.set_viewport_size({"width": 1280, "height": 900})
    owner.locator("main .list a").first.click()
    expect(owner.get_by_role("link", name="Gwen Lind", exact=True)).to_be_visible()
    assert looked_at(owner) == []
    for way in ("Move…", "Cancel the course"):
        owner.set_viewport_size({"width": 1280, "height": 900})
        owner.get_by_role("link", name=way).click()
        assert looked_at(owner) == []
        owner.set_viewport_size({"width": 1280, "height": 900})
        if way == "Move…":
            owner.get_by_label("Starts at").fill("19:30")
        owner.get_by_role("button", name="Move it" if way == "Move…" else "Cancel it").click()
        expect(owner.get_by_text("1 booking is in it")).to_be_visible()
        assert looked_at(owner) == []
        owner.go_back()
        owner.go_back()

    # On the board and the day it stands once.
    for part in ("day", "board"):
        owner.goto(f"/provider/{world.salon.provider}/{world.salon.outlet}/{part}?day={day}")
        expect(owner.get_by_text("2 of 6 seats").first).to_be_visible()
        assert looked_at(owner) == []
