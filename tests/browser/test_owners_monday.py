"""An owner's Monday: the numbers of last month, the statement that says the same, and who works when."""

import csv
import io
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from playwright.sync_api import BrowserContext, expect

from common import clock
from providers.models import Outlet, Service
from tests.bookings.numbering import Part, earned, had
from tests.browser import world as street
from tests.browser.conftest import DESK, sign_in
from tests.browser.site import Site
from tests.browser.test_axe import looked_at
from tests.browser.test_money_journey import downloaded
from tests.browser.world import Shop, World

pytestmark = pytest.mark.browser

Device = Callable[..., BrowserContext]
PRICES = [4500, 5000, 6250]
COMMISSION = 500


def last_month(shop: Shop) -> tuple[date, date]:
    """Its first and last day, by the shop's clock, with a visit paid online on three days of it."""
    outlet = Outlet.objects.get(public_id=shop.outlet)
    service = Service.objects.get(public_id=shop.service)
    person = outlet.staff.order_by("pk")[0]
    last = clock.now().astimezone(outlet.zone).date().replace(day=1) - timedelta(days=1)
    first = last.replace(day=1)
    for day, price in enumerate(PRICES, start=10):
        at = datetime(first.year, first.month, day, 12, tzinfo=outlet.zone)
        visit = had(outlet, at, Part(service, person, price))
        earned(visit, at + timedelta(hours=2), price, commission=COMMISSION)
    return first, last


def test_an_owners_monday(device: Device, site: Site, world: World) -> None:
    first, last = site.orm(last_month, world.salon)
    page = sign_in(device(), street.OWNER)
    page.goto(f"/provider/{world.salon.provider}/")
    main = page.get_by_role("main")

    # The numbers of the month.
    page.get_by_role("link", name="Numbers", exact=True).first.click()
    page.get_by_label("From").fill(first.isoformat())
    page.get_by_label("To", exact=True).fill(last.isoformat())
    page.get_by_role("button", name="Show").click()
    revenue = f"€{sum(PRICES) / 100:,.2f}"
    money = page.get_by_role("region", name=re.compile("^Money by week"))
    expect(money.locator("tfoot")).to_contain_text(revenue)
    expect(main.get_by_role("region", name="By person")).to_contain_text("Aino Virta")
    assert looked_at(page) == []
    page.set_viewport_size(DESK)
    rows = list(csv.reader(io.StringIO(downloaded(page, "CSV").decode("utf-8-sig"))))
    assert len(rows) > len(PRICES)

    # The statement of the month says the same to the cent.
    money.locator("xpath=following-sibling::p").get_by_role("link", name="See the statement").click()
    page.get_by_role("link", name="The month before").click()
    lines = page.get_by_role("region", name="Statement").locator(".account-lines")
    expect(lines.locator("div").filter(has_text="Paid online for your visits")).to_contain_text(revenue)
    commission = f"€{COMMISSION * len(PRICES) / 100:.2f}"
    expect(lines.locator("div").filter(has_text=re.compile("^Commission"))).to_contain_text(commission)
    balance = f"€{(sum(PRICES) - COMMISSION * len(PRICES)) / 100:.2f}"
    expect(lines.locator(".account-lines__sum")).to_contain_text(balance)
    assert downloaded(page, "Statement PDF").startswith(b"%PDF-")

    # The rota: Helmi is away on a day of next week, and her column of the board's week says so.
    away = site.orm(lambda: clock.now().date() + timedelta(days=7))
    page.get_by_role("link", name="Time off", exact=True).first.click()
    page.get_by_label("Who", exact=True).select_option(label="Helmi Laine")
    page.get_by_label("Reason").fill("A course")
    page.get_by_label("First day").fill(away.isoformat())
    page.get_by_label("Last day").fill(away.isoformat())
    page.get_by_role("button", name="Add time off").click()
    expect(main.get_by_text("A course")).to_be_visible()
    page.get_by_role("link", name="Board", exact=True).first.click()
    helmi = world.salon.staff["Helmi Laine"]
    page.goto(f"{page.url.split('?')[0]}?view=week&day={away.isoformat()}&who={helmi}")
    day = page.locator(".lane:not(.lane--other)")
    expect(day).to_have_count(1)
    expect(day.locator(".block--off")).to_have_text(["Not working from 0:00 to 0:00"])
    expect(day.locator("[data-free]")).to_have_count(0)
