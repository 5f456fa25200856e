"""An owner looks somebody up and writes down what to remember; who serves them reads it on the visit."""

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


def test_a_customer_is_found_noted_and_known_at_the_next_visit(
    device: Device, site: Site, world: World
) -> None:
    helmi, aino = world.salon.staff["Helmi Laine"], world.salon.staff["Aino Virta"]
    hers = site.orm(street.confirmed, world.salon, staff=helmi).booking
    site.orm(street.confirmed, world.salon, staff=aino, days=2)
    business = f"/provider/{world.salon.provider}/"

    # The owner sees both, and finds one by the reference: nothing of that stands in the address.
    owner = sign_in(device(), street.OWNER)
    owner.goto(f"{business}customers/")
    expect(owner.locator(".list__row")).to_have_count(2)
    assert looked_at(owner) == []
    owner.set_viewport_size(DESK)
    owner.get_by_label("Name, phone, e-mail or reference").fill("zebra")
    owner.get_by_role("main").get_by_role("button", name="Find").click()
    expect(owner.get_by_role("heading", name="Nobody fits")).to_be_visible()
    assert looked_at(owner) == []
    owner.set_viewport_size(DESK)
    owner.get_by_label("Name, phone, e-mail or reference").fill(hers.ref)
    owner.get_by_role("main").get_by_role("button", name="Find").click()
    expect(owner.get_by_text("1 customer fits.")).to_be_visible()
    assert owner.url.endswith(f"{business}customers/")

    # What they are allergic to is written down, put right, and known to whoever serves them.
    owner.get_by_role("link", name="Maria Korhonen").click()
    owner.get_by_text("Add a preference or an allergy").click()
    owner.get_by_label("Preferences and allergies").last.fill("Allergic to nuts")
    expect(owner.get_by_text("They may read it in the download of their data.").first).to_be_visible()
    assert looked_at(owner) == []
    owner.set_viewport_size(DESK)
    owner.locator("#preference").get_by_role("button", name="Write it down").click()
    expect(owner.get_by_text("Written down.")).to_be_visible()
    owner.locator("#preference").get_by_role("link", name="Change").click()
    owner.get_by_label("Preferences and allergies").fill("Allergic to nuts and to latex")
    assert looked_at(owner) == []
    owner.set_viewport_size(DESK)
    owner.get_by_role("button", name="Save").click()
    expect(owner.locator("#preference")).to_contain_text("Allergic to nuts and to latex")
    assert looked_at(owner) == []

    phone = sign_in(device(viewport=PHONE), street.EMPLOYEE)
    phone.goto(f"{business}visits/{hers.ref}/")
    expect(phone.get_by_text("Allergic to nuts and to latex")).to_be_visible()
    assert looked_at(phone) == []
    phone.set_viewport_size(PHONE)
    phone.get_by_role("link", name="Visits, notes and preferences").click()
    expect(phone.locator("#visits")).to_contain_text(hers.ref)
    expect(phone.get_by_text("Spent with you")).to_have_count(0)
    expect(phone.locator("#preference").get_by_role("link", name="Change")).to_have_count(0)
    phone.goto(f"{business}customers/")
    expect(phone.locator(".list__row")).to_have_count(1)
