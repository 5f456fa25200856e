"""A business's numbers in a browser: charts that follow the theme, tables that need no script."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from common import clock
from providers.models import Outlet, Service
from tests.bookings.numbering import Part, earned, had
from tests.browser import world as street
from tests.browser.conftest import sign_in
from tests.browser.site import Site
from tests.browser.test_axe import looked_at
from tests.browser.world import OWNER, Shop, World
from tests.setup.site import until

pytestmark = pytest.mark.browser

# What the first chart is drawn in, but for what is clear and the lines.
COLOURS = """() => {
  const canvas = document.querySelector("[data-chart] canvas");
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  const counts = {};
  for (let at = 0; at < pixels.length; at += 4) {
    if (pixels[at + 3] === 255) {
      const colour = `${pixels[at]},${pixels[at + 1]},${pixels[at + 2]}`;
      counts[colour] = (counts[colour] || 0) + 1;
    }
  }
  return Object.entries(counts).sort((a, b) => b[1] - a[1])[0][0];
}"""
SPRUCE = {"light": "13,88,72", "dark": "130,211,184"}


def twelve_weeks(shop: Shop) -> None:
    outlet = Outlet.objects.get(public_id=shop.outlet)
    service = Service.objects.get(public_id=shop.service)
    person = outlet.staff.order_by("pk")[0]
    for week in range(1, 12):
        at = (clock.now() - timedelta(weeks=week)).replace(hour=10, minute=0, second=0, microsecond=0)
        visit = had(outlet, at, Part(service, person, 4000 + 100 * week))
        earned(visit, at + timedelta(hours=2), 4000 + 100 * week, commission=200)


@pytest.fixture(scope="module", autouse=True)
def had_before(site: Site, world: World) -> None:
    site.orm(twelve_weeks, world.salon)


def open_numbers(page: Page, shop: Shop) -> None:
    page.goto(f"/provider/{shop.provider}/numbers/")


def test_charts_are_drawn_and_follow_the_theme(device: Callable[..., BrowserContext], world: World) -> None:
    page = sign_in(device(color_scheme="light"), OWNER)

    open_numbers(page, world.salon)

    charts = page.locator("[data-chart] canvas")
    expect(charts).to_have_count(3)
    assert until(lambda: page.evaluate(COLOURS) == SPRUCE["light"])
    page.emulate_media(color_scheme="dark")
    expect(charts).to_have_count(3)
    assert until(lambda: page.evaluate(COLOURS) == SPRUCE["dark"])
    # The pictures are not read out: the table that they are drawn from is.
    assert page.locator("[data-chart]:not([aria-hidden=true])").count() == 0
    expect(page.get_by_role("table").first.get_by_role("row")).to_have_count(14)
    assert looked_at(page) == []


def test_without_a_script_the_tables_say_it_all(device: Callable[..., BrowserContext], world: World) -> None:
    signed_in = sign_in(device(), OWNER).context.storage_state()
    page = device(java_script_enabled=False, storage_state=signed_in).new_page()

    open_numbers(page, world.salon)

    expect(page.locator("[data-chart]").first).to_be_hidden()
    expect(page.get_by_role("table").first.get_by_role("row")).to_have_count(14)
    page.get_by_role("link", name="This week so far").click()
    expect(page.get_by_role("link", name="This week so far")).to_have_attribute("aria-current", "true")


def test_the_front_page_is_easy_to_read_with_all_that_waits_and_follows_what_happens(
    device: Callable[..., BrowserContext], site: Site, world: World
) -> None:
    site.orm(to_see_to, world.salon, 0)
    page = sign_in(device(), OWNER)
    page.goto(f"/provider/{world.salon.provider}/")

    waits = page.get_by_role("region", name="Needs an answer")
    expect(waits.get_by_role("listitem")).to_have_count(1)
    assert looked_at(page) == []

    site.orm(to_see_to, world.salon, 1)
    # What the shop's sockets tell of: whatever happens, the page is taken anew.
    site.orm(street.confirmed, world.salon, days=2)
    expect(waits.get_by_role("listitem")).to_have_count(2)
    waits.get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(r"/day\?day="))


def to_see_to(shop: Shop, nth: int) -> None:
    """Yesterday somebody came, and nobody said so."""
    outlet = Outlet.objects.get(public_id=shop.outlet)
    service = Service.objects.get(public_id=shop.service)
    at = (clock.now() - timedelta(hours=20)).replace(minute=0, second=0, microsecond=0)
    had(outlet, at, Part(service, outlet.staff.order_by("pk")[nth]), status="confirmed")
