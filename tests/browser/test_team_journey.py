"""What two people do together, from the service's form to both columns of the board, and one of them replaced."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, expect

from common import clock
from providers.models import Service
from providers.services import catalogue
from tests.browser import world as street
from tests.browser.conftest import DESK, PHONE, sign_in
from tests.browser.site import Site
from tests.browser.test_axe import looked_at
from tests.browser.world import Shop, World
from tests.factories import make_service, make_staff

pytestmark = pytest.mark.browser

Device = Callable[..., BrowserContext]


def massage_of(shop: Shop) -> str:
    """A massage at the shop that three new people can do, each alone so far; its public id."""
    own = Service.objects.select_related("provider", "category").get(public_id=shop.service)
    outlet = catalogue.sold_at(own)[0]
    people = [make_staff(outlet, name=name) for name in ("Ana Lehto", "Bo Salmi", "Cleo Ranta")]
    made = make_service(outlet, staff=people, name="Four-hands massage", category=own.category)
    return made.public_id


def test_two_people_from_the_form_to_the_board(device: Device, site: Site, world: World) -> None:
    massage = site.orm(massage_of, world.salon)
    owner = sign_in(device(), street.OWNER)

    # The business says how many do it together.
    owner.goto(f"/provider/{world.salon.provider}/services/{massage}/")
    owner.get_by_label("People who do it together").fill("2")
    owner.get_by_role("button", name="Save", exact=True).click()
    expect(owner.get_by_label("People who do it together")).to_have_value("2")
    assert looked_at(owner) == []
    owner.set_viewport_size(DESK)
    owner.goto(f"/provider/{world.salon.provider}/services/")
    expect(owner.get_by_text("by 2 people")).to_be_visible()

    # A guest on a phone: one of them is chosen, the other is whoever is free.
    guest = device(viewport=PHONE).new_page()
    # No day of today's: others let their visits come early there, while what those take stays where it was.
    day = site.orm(street.local_day, world.salon, clock.now() + timedelta(days=4))
    guest.goto(f"/o/{world.salon.outlet}/book/{massage}?day={day}")
    expect(guest.get_by_text("2 people do it together.")).to_be_visible()
    guest.get_by_role("navigation", name="With").get_by_role("link", name="Bo Salmi").click()
    expect(guest.locator("#bar")).to_contain_text("with Bo Salmi")
    assert looked_at(guest) == []
    guest.set_viewport_size(PHONE)
    guest.locator("#bar").get_by_role("button", name=re.compile("^Hold ")).click()
    guest.wait_for_url("**/checkout")
    expect(guest.get_by_text(re.compile("with Bo Salmi and (Ana Lehto|Cleo Ranta)")).first).to_be_visible()
    guest.get_by_label("Name").fill("Gwen Koski")
    guest.get_by_label("E-mail").fill("gwen.koski@example.org")
    guest.get_by_text("At the shop", exact=True).click()
    guest.locator("button[name=do][value=pay]:visible").last.click()
    guest.wait_for_url(re.compile(r"/b/[A-Z0-9-]+$"))
    title = guest.locator("#what")
    expect(title).to_contain_text("Bo Salmi and ")
    helper = (title.text_content() or "").split(" and ")[1].strip()
    other = "Cleo Ranta" if helper == "Ana Lehto" else "Ana Lehto"
    assert looked_at(guest) == []
    ref = guest.url.rsplit("/", 1)[1]

    # It stands in the column of each.
    owner.goto(f"/b/{ref}")
    owner.get_by_role("link", name="To the day").click()
    owner.goto(f"/provider/{world.salon.provider}/{world.salon.outlet}/board?day={day}")
    expect(owner.get_by_role("link", name=re.compile("Gwen Koski"))).to_have_count(2)
    assert looked_at(owner) == []

    # Somebody else comes in for one of them; the other stays.
    owner.set_viewport_size(DESK)
    owner.get_by_role("link", name=re.compile("Gwen Koski")).first.click()
    sheet = owner.locator("#sheet")
    sheet.get_by_role("link", name="Move…").click()
    expect(sheet.get_by_role("heading", name="Move to another time")).to_be_visible()
    for label, name in (("Who does it", other), ("Instead of", helper)):
        with owner.expect_response(lambda answer: answer.request.method == "POST"):
            sheet.get_by_label(label).select_option(label=name)
        expect(sheet.get_by_label(label).locator("option:checked")).to_have_text(name)
    assert looked_at(owner) == []
    owner.set_viewport_size(DESK)
    sheet.locator(".plate").first.click()
    sheet.get_by_role("button", name="Move it").last.click()
    expect(owner.locator(".toast")).to_contain_text("Moved. The customer is told.")
    expect(sheet).to_be_hidden()
    owner.get_by_role("link", name="As a list").click()
    expect(owner.locator("li.visit").filter(has_text="Gwen Koski")).to_contain_text(f"Bo Salmi and {other}")
