"""A salon signs up and is sent for approval, its price list and its people taken from spreadsheets."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from providers.enums import ProviderStatus
from providers.models import Category, HoursRule, Provider, Service, Skill
from tests.browser import world as street
from tests.browser.axe import violations
from tests.browser.conftest import DESK, PHONE
from tests.browser.site import Site
from tests.browser.test_application_journey import signs_up
from tests.browser.world import World
from tests.uploads.pdfs import pdf
from tests.vetting.conftest import make_kind

pytestmark = pytest.mark.browser

Device = Callable[..., BrowserContext]
OWNER = "siiri.salonki@example.com"
SHOP = "Salonki Siiri"
# As Excel saves it in Finland: semicolons, decimal commas, and a length that somebody typed wrong.
PRICES = (
    "Nimi;category;duration_min;price;tax_percent\r\n"
    "Leikkaus;barber;45;48,50;25,5\r\n"
    "Pesu ja föönaus;barber;3;32,00;25,5\r\n"
    "Hiusten värjäys;barber;120;1.200,00;25,5\r\n"
)
PEOPLE = (
    "name;title;skills\nSiiri Salonki;Kampaaja;all\nVeikko Vikkelä;;Leikkaus | Pesu ja föönaus = learning\n"
)


def _prepare() -> None:
    """Barbers show a licence."""
    make_kind("trade-licence", Category.objects.get(slug="barber"), asks_until=True)


def test_onboarding_with_spreadsheets(device: Device, site: Site, world: World, tmp_path: Path) -> None:
    site.orm(_prepare)
    page = signs_up(device(viewport=PHONE), "Siiri Salonki", OWNER)

    page.get_by_label("Name of the business").fill(SHOP)
    page.get_by_role("button", name="Make the draft").click()
    page.wait_for_url("**/outlets/new/")
    page.get_by_label("Name of the shop").fill(SHOP)
    page.get_by_label("Mostly").select_option("barber")
    page.get_by_label("Street and number").fill(street.NEAR_ADDRESS)
    page.get_by_label("City").fill("Helsinki")
    page.get_by_label("Country").select_option("FI")
    page.get_by_label("Time zone").select_option("Europe/Helsinki")
    page.get_by_label("Currency").fill("EUR")
    page.get_by_role("button", name="Save").first.click()
    page.wait_for_url(lambda url: "/outlets/new/" not in url)

    page.get_by_label("Monday, opening 1").fill("09:00")
    page.get_by_label("Monday, closing 1").fill("18:00")
    page.get_by_role("button", name="Save the week").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert site.orm(lambda: HoursRule.objects.filter(outlet__name=SHOP).count()) == 1

    page.get_by_role("link", name="Next: Services and prices").click()
    page.get_by_role("link", name="Take in a price list (CSV)").click()
    page.wait_for_url("**/tables/services/")
    _tries(page, tmp_path, PRICES.encode("cp1252"))
    problems = page.get_by_role("region", name=re.compile("to put right")).get_by_role("row")
    expect(problems.nth(1)).to_contain_text("There is no such column here")
    _tries(page, tmp_path, PRICES.replace("Nimi", "name").encode("cp1252"))
    expect(problems).to_have_count(2)
    expect(problems.nth(1)).to_contain_text("Length in minutes")
    expect(problems.nth(1)).to_contain_text("from 5 to 1440")
    page.set_viewport_size(DESK)
    assert violations(page) == []
    page.set_viewport_size(PHONE)
    _tries(page, tmp_path, PRICES.replace("Nimi", "name").replace(";3;", ";30;").encode("cp1252"))
    expect(page.get_by_text("3 new")).to_be_visible()
    expect(page.get_by_text("read as Windows writes it")).to_be_visible()
    page.set_viewport_size(DESK)
    assert violations(page) == []
    page.set_viewport_size(PHONE)
    assert site.orm(_services) == []
    page.get_by_role("button", name="Do it").click()
    expect(page.get_by_text("3 added.")).to_be_visible()
    assert site.orm(_services) == [
        ("Hiusten värjäys", 120, 120000),
        ("Leikkaus", 45, 4850),
        ("Pesu ja föönaus", 30, 3200),
    ]

    page.get_by_role("link", name="Next: People").click()
    page.get_by_role("link", name="Take in several (CSV)").click()
    page.get_by_text("Or copy the rows from your spreadsheet").click()
    page.get_by_label("Rows, with the head").fill(PEOPLE)
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_text("2 new")).to_be_visible()
    page.get_by_role("button", name="Do it").click()
    expect(page.get_by_text("2 added.")).to_be_visible()
    assert site.orm(_skills) == 5

    page.get_by_role("link", name="Next: Documents").click()
    page.get_by_role("link", name="Send: Trade-Licence").click()
    licence = tmp_path / "licence.pdf"
    licence.write_bytes(pdf())
    page.locator("[name=file]").set_input_files(licence)
    page.get_by_label("Last day").fill("2090-06-30")
    page.get_by_role("button", name="Send it").click()
    page.wait_for_url("**/documents/")

    page.get_by_role("link", name="Next: Look it over").click()
    page.get_by_role("button", name="Send for approval").click()
    expect(page.get_by_text("Sent. We look at it and write to you.")).to_be_visible()
    assert site.orm(lambda: Provider.objects.get(name=SHOP).status) == ProviderStatus.SUBMITTED


def _services() -> list[tuple[str, int, int]]:
    rows = Service.objects.filter(provider__name=SHOP).order_by("name")
    return list(rows.values_list("name", "duration_min", "price_amount"))


def _skills() -> int:
    return Skill.objects.filter(staff__provider__name=SHOP).count()


def _tries(page: Page, folder: Path, content: bytes) -> None:
    file = folder / "prices.csv"
    file.write_bytes(content)
    page.get_by_label("CSV file").set_input_files(file)
    page.get_by_role("button", name="Try it").click()
    page.wait_for_load_state()
