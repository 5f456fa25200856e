"""How little it takes: a guest by keyboard alone, and a returning customer in three presses. Both are counted."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import world as street
from tests.browser.conftest import DESK, PHONE, sign_in
from tests.browser.site import Site
from tests.browser.test_axe import looked_at
from tests.browser.test_journey import open_times, pay_online, says, shown
from tests.browser.world import World

pytestmark = pytest.mark.browser

Device = Callable[..., BrowserContext]
# A page that needs more of them to reach what matters has too much before it.
MOST_TABS = 150


class Keyboard:
    """Somebody without a mouse: goes by Tab, presses by Enter, and is counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.presses, self.fields = page, 0, 0

    def reach(self, selector: str) -> None:
        """Tab to the next thing like this; where one is must be seen all the way."""
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
                return
        raise AssertionError(f"{selector} cannot be reached by keyboard on {self.page.url}")

    def type(self, selector: str, words: str) -> None:
        self.reach(selector)
        self.page.keyboard.type(words)
        self.fields += 1

    def press(self, selector: str = "") -> None:
        if selector:
            self.reach(selector)
        self.presses += 1
        self.page.keyboard.press("Enter")


def test_a_guest_books_and_pays_by_keyboard_alone(device: Device, world: World) -> None:
    page = device(viewport=DESK).new_page()
    guest = Keyboard(page)

    page.goto("/")
    guest.type("main input[name=what], main input[name=q]", "haircut")
    guest.type("main input[name=near]", street.NEAR_ADDRESS)
    page.keyboard.press("Escape")
    guest.press()
    page.wait_for_url("**/search?**")
    guest.press("main button.plate")
    page.wait_for_url("**/checkout")
    guest.type("#id_name", "Maria Korhonen")
    guest.type("#id_email", "keyboard@example.com")
    guest.type("#id_phone", "040 123 4567")
    guest.press()
    page.wait_for_url("**/sandbox/pay/**")
    guest.press("main button")
    page.wait_for_url(re.compile(r"/b/[^/]+$"))

    says(page, "Confirmed")
    assert guest.presses <= 6
    assert guest.fields <= 5
    # What comes after: their calendar, and an account by one press.
    expect(page.get_by_role("link", name="To my calendar")).to_be_visible()
    expect(page.get_by_role("button", name="Keep it in an account")).to_be_visible()
    assert looked_at(page) == []


def test_the_same_is_booked_again_in_three_presses(device: Device, site: Site, world: World) -> None:
    page = sign_in(device(viewport=PHONE), street.CUSTOMER)
    open_times(page, site, world.salon, 9).first.click()
    page.wait_for_url("**/checkout")
    page.get_by_role("radio", name="Somebody else").check()
    page.get_by_label("Their name").fill("Onni Korhonen")
    page.get_by_role("checkbox", name=re.compile("^Keep them")).check()
    page.get_by_role("checkbox", name=re.compile("^Keep this card")).check()
    assert looked_at(page) == []
    page.set_viewport_size(PHONE)
    pay_online(page, "Pay €")
    says(page, "Confirmed")
    first = page.url

    page.goto(f"{first}/again")
    assert looked_at(page) == []
    page.set_viewport_size(PHONE)
    # The link that leads here was the first press.
    page.locator(".times button").first.click()
    page.wait_for_url("**/checkout")
    expect(page.get_by_role("radio", name="Onni Korhonen")).to_be_checked()
    shown(page, re.compile("^Pay .* and book")).click()
    page.wait_for_url(re.compile(r"/b/[^/]+$"))
    assert page.url != first
    says(page, "Confirmed")
    expect(page.locator("#facts")).to_contain_text("Onni Korhonen")
