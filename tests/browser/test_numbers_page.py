"""A business's numbers in a browser: charts that follow the theme, tables that need no script."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from common import clock
from providers.models import Outlet, Service
from tests.bookings.numbering import Part, earned, had
from tests.browser.conftest import sign_in
from tests.browser.site import Site
from tests.browser.test_axe import looked_at
from tests.browser.world import OWNER, Shop, World

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
    page.wait_for_function(f"({COLOURS})() === '{SPRUCE['light']}'")
    page.emulate_media(color_scheme="dark")
    expect(charts).to_have_count(3)
    page.wait_for_function(f"({COLOURS})() === '{SPRUCE['dark']}'")
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
