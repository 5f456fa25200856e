"""A whole day without leaving the board: with the mouse, with a finger, with the keyboard alone; others meanwhile."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser import world as street
from tests.browser.conftest import DESK, PHONE, sign_in
from tests.browser.site import Site, put_back
from tests.browser.test_axe import looked_at
from tests.browser.test_board import AINO, HELMI, block, finger, middle, starts_at
from tests.browser.world import World
from tests.setup.site import until

pytestmark = pytest.mark.browser

Device = Callable[..., BrowserContext]


@pytest.fixture
def world(site: Site, ground: bytes) -> World:
    """A street that nobody has been in for each test: this very minute is free with everybody."""
    put_back(site.database_url, ground)
    return site.orm(street.build)  # type: ignore[no-any-return]


def free_now(page: Page, name: str) -> Locator:
    """What adds a visit now: the free time in the person's column, which the day's last minutes do not have."""
    lane = page.locator(".lane").filter(has=page.get_by_role("heading", name=name))
    gap = lane.locator(".block--now")
    return gap if gap.count() else page.get_by_role("link", name="Add a visit").first


def today(page: Page, world: World, **query: str) -> Page:
    more = "&".join(f"{name}={value}" for name, value in query.items())
    page.goto(f"/provider/{world.salon.provider}/{world.salon.outlet}/board?{more}")
    page.locator("[data-live-board][data-on-drag='1']").wait_for(state="attached")
    return page


def come(site: Site, world: World, *, days: int, who: str = AINO) -> str:
    """A visit of Maria's that is today's: its reference."""
    held = site.orm(street.confirmed, world.salon, days=days, staff=world.salon.staff[who])
    site.orm(street.let_the_day_come, held.booking.ref, days=days)
    return str(held.booking.ref)


def status(site: Site, ref: str) -> str:
    return str(site.orm(street.booking, ref).status)


def shown(page: Page, ref: str) -> Locator:
    """The visit's block, whether it may be dragged or not."""
    return page.locator(f".lane:not(.lane--unit) a[href*='/visits/{ref}/'].block").first


def test_with_the_mouse(device: Device, site: Site, world: World) -> None:
    ref = come(site, world, days=3)
    page = today(sign_in(device(), street.OWNER), world)
    board = page.url
    sheet = page.locator("#sheet")

    # Somebody walks in: the free time of now, a name, booked.
    free_now(page, HELMI).click()
    expect(sheet.get_by_role("heading", name="Add a visit")).to_be_visible()
    sheet.get_by_label("Who does it").select_option(label=HELMI)
    sheet.get_by_label("Name").fill("Ville Ranta")
    assert looked_at(page) == []
    page.set_viewport_size(DESK)
    sheet.locator(".plate").filter(has_text="Now").click()
    sheet.get_by_role("button", name="Book it").last.click()
    expect(page.locator(".toast")).to_contain_text("Booked.")
    expect(sheet).to_be_hidden()
    ville = page.locator(".block--visit, .block").filter(has_text="Ville Ranta").first
    expect(ville).to_be_visible()

    # Their visit beside the board: here, begun, paid and done; the board follows behind it.
    ville.click()
    sheet.get_by_role("button", name="Check in").click()
    expect(page.locator(".toast")).to_contain_text("Checked in.")
    expect(sheet).to_contain_text("Checked in")
    sheet.get_by_role("button", name="Start").click()
    expect(sheet).to_contain_text("In service")
    expect(ville).to_contain_text("In service")
    assert looked_at(page) == []
    page.set_viewport_size(DESK)
    sheet.get_by_role("button", name=re.compile("taken, and done")).click()
    expect(sheet).to_contain_text("Payment noted.")
    expect(sheet).to_contain_text("Paid at the counter")
    sheet.get_by_role("button", name="Close").click()
    expect(sheet).to_be_hidden()
    expect(ville).to_contain_text("Done")

    # Who had booked does not come: that is refused while they may still come, and said.
    shown(page, ref).click()
    expect(sheet.get_by_role("heading", name="Maria Korhonen").first).to_be_visible()
    sheet.get_by_role("textbox", name="Message").fill("The yard door is open.")
    sheet.get_by_role("button", name="Send").click()
    expect(sheet.get_by_text("The yard door is open.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(shown(page, ref)).to_be_focused()

    # Given up: asked in the same place, and taken back on the day.
    shown(page, ref).click()
    sheet.get_by_role("link", name=re.compile("^Cancel")).or_(
        sheet.get_by_role("button", name=re.compile("^Cancel"))
    ).first.click()
    expect(sheet.get_by_role("heading", name="Cancel this visit?")).to_be_visible()
    sheet.get_by_role("link", name="Keep it").click()
    expect(sheet).to_be_hidden()
    assert page.url == board
    assert status(site, ref) == "confirmed"


def test_with_a_finger(device: Device, site: Site, world: World) -> None:
    page = sign_in(device(viewport=PHONE, has_touch=True, is_mobile=True), street.OWNER)
    today(page, world, who=world.salon.staff[AINO])
    sheet = page.locator("#sheet")

    free_now(page, AINO).tap()
    sheet.get_by_label("Name").fill("Kaisa Salo")
    expect(sheet).to_be_visible()
    assert looked_at(page) == []
    page.set_viewport_size(PHONE)
    sheet.locator(".plate").filter(has_text="Now").tap()
    sheet.get_by_role("button", name="Book it").last.tap()
    expect(page.locator(".toast")).to_contain_text("Booked.")
    kaisa = page.locator(".lane:visible .block").filter(has_text="Kaisa Salo").first
    kaisa.tap()
    sheet.get_by_role("button", name="Check in").tap()
    expect(sheet).to_contain_text("Checked in")
    sheet.get_by_role("button", name="Start").tap()
    expect(sheet).to_contain_text("In service")
    sheet.get_by_role("button", name=re.compile("taken, and done")).tap()
    expect(sheet).to_contain_text("Paid at the counter")
    sheet.get_by_role("button", name="Close").tap()
    expect(page.locator(".lane:visible .block").filter(has_text="Kaisa Salo").first).to_contain_text("Done")

    # Tomorrow's visit goes along with a finger that rested first.
    held = site.orm(street.confirmed, world.salon, days=17, staff=world.salon.staff[AINO])
    ref, start = held.booking.ref, held.booking.starts_at
    day = site.orm(street.local_day, world.salon, start)
    today(page, world, who=world.salon.staff[AINO], day=day)
    x, y = middle(block(page, ref))
    touch = finger(page)
    touch("touchStart", x, y)
    expect(page.locator(".board__ghost")).to_be_visible()
    for dy in (24, 48, 72, 96):
        touch("touchMove", x, y + dy)
    touch("touchEnd")
    page.locator("#drop").get_by_role("button", name="Move it").tap()
    expect(page.locator(".toast")).to_contain_text("Moved:")
    assert starts_at(site, ref) == start + timedelta(hours=1)


def test_with_the_keyboard_alone(device: Device, site: Site, world: World) -> None:
    page = today(sign_in(device(), street.OWNER), world)
    sheet = page.locator("#sheet")
    keys = page.keyboard

    free_now(page, AINO).press("Enter")
    expect(sheet.get_by_role("heading", name="Add a visit")).to_be_focused()
    sheet.get_by_label("Name").focus()
    keys.type("Pirkko Aho")
    keys.press("Enter")
    expect(page.locator(".toast")).to_contain_text("Booked.")
    expect(sheet).to_be_hidden()
    pirkko = page.locator(".block").filter(has_text="Pirkko Aho").first
    pirkko.focus()
    keys.press("Enter")
    for button, word in (("Check in", "Checked in"), ("Start", "In service")):
        sheet.get_by_role("button", name=button).press("Enter")
        expect(sheet.locator("#visit")).to_contain_text(word)
    sheet.get_by_role("button", name=re.compile("taken, and done")).press("Enter")
    expect(sheet).to_contain_text("Paid at the counter")
    keys.press("Escape")
    expect(pirkko).to_be_focused()
    expect(pirkko).to_contain_text("Done")

    # Another visit to another day by "Move…", which needs no hand.
    held = site.orm(street.confirmed, world.salon, days=18, staff=world.salon.staff[AINO])
    ref = held.booking.ref
    today(page, world, day=site.orm(street.local_day, world.salon, held.booking.starts_at))
    block(page, ref).locator(".block--visit").focus()
    keys.press("Tab")
    keys.press("Enter")
    drop = page.locator("#drop")
    drop.get_by_label("Who does it").select_option(label=HELMI)
    drop.get_by_label("Time").press("Enter")
    drop.get_by_role("button", name="Move it").press("Enter")
    expect(page.locator(".toast")).to_contain_text("Moved:")
    assert until(lambda: site.orm(lambda: street.booking(ref).items.get().staff.name) == HELMI)


def test_the_board_follows_what_others_do_behind_an_open_visit(
    device: Device, site: Site, world: World
) -> None:
    ref = come(site, world, days=4, who=HELMI)
    page = today(sign_in(device(), street.OWNER), world)
    sheet = page.locator("#sheet")
    shown(page, ref).click()
    expect(sheet.get_by_role("button", name="Check in")).to_be_visible()
    # A colleague checks them in at another screen: both the visit and the board say so.
    site.orm(street.bring_to, ref, "checked_in")
    other = sign_in(device(), street.EMPLOYEE)
    other.goto(f"/provider/{world.salon.provider}/visits/{ref}/")
    other.get_by_role("button", name="Start").click()
    expect(sheet.locator("#visit")).to_contain_text("In service")
    expect(shown(page, ref)).to_contain_text("In service")


def test_offline_nothing_is_lost(device: Device, site: Site, world: World) -> None:
    page = today(sign_in(device(), street.OWNER), world)
    sheet = page.locator("#sheet")
    page.get_by_role("link", name="Add a visit").first.click()
    sheet.get_by_label("Name").fill("Otto Lind")
    sheet.locator(".plate").filter(has_text="Now").click()
    page.context.set_offline(True)
    sheet.get_by_role("button", name="Book it").last.click()
    expect(page.locator(".toast")).to_contain_text("You are offline. Nothing has changed.")
    expect(sheet.get_by_label("Name")).to_have_value("Otto Lind")
    page.context.set_offline(False)
    sheet.get_by_role("button", name="Book it").last.click()
    expect(page.locator(".toast")).to_contain_text("Booked.")


def test_who_is_signed_out_meanwhile_comes_to_the_door(device: Device, site: Site, world: World) -> None:
    ref = come(site, world, days=19)
    page = today(sign_in(device(), street.OWNER), world)
    page.context.clear_cookies()
    shown(page, ref).click()
    page.wait_for_url("**/account/login/**")
