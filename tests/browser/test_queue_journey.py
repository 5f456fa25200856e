"""Somebody walks in: put down at the counter, they follow their turn on their phone while the desk calls."""

import re
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


def test_a_walk_in_waits_on_their_phone_and_is_called(device: Device, site: Site, world: World) -> None:
    desk = sign_in(device(), street.OWNER)
    queue = f"/provider/{world.salon.provider}/{world.salon.outlet}/queue"

    def put_down(name: str, wants: str) -> str:
        """Their link."""
        desk.goto(queue)
        desk.get_by_label("Name or nickname").fill(name)
        desk.get_by_label("Wants").select_option(label=wants)
        desk.get_by_role("button", name="Put them in the queue").click()
        desk.get_by_role("button", name="Show the square").click()
        expect(desk.locator(".square__picture svg")).to_be_visible()
        return desk.get_by_label("Or send them this link").input_value()

    put_down("Ville", "Aino Virta")
    link = put_down("Sari", "Aino Virta")
    assert looked_at(desk) == []
    desk.set_viewport_size(DESK)

    phone = device(viewport=PHONE).new_page()
    phone.goto(link)
    assert "key" not in phone.url
    expect(phone.locator("#place")).to_contain_text("You are number 2")
    assert looked_at(phone) == []
    phone.set_viewport_size(PHONE)

    # The desk calls; the phone follows by itself.
    desk.goto(queue)
    assert looked_at(desk) == []
    desk.set_viewport_size(DESK)
    desk.get_by_role("button", name="Call Ville").click()
    expect(desk.get_by_role("status").first).to_contain_text("Call Ville")
    expect(phone.locator("#place")).to_contain_text("You are number 1")

    # Ville does not come: the chair is free again, and Sari is next.
    desk.get_by_role("button", name="Did not come").click()
    call = desk.get_by_role("button", name="Call Sari")
    expect(call).to_be_visible()
    expect(phone.locator("#place")).to_contain_text("Now")
    call.click()
    expect(phone.locator("#place")).to_contain_text("It is your turn")

    # A colleague's page, open all the while, shows it without being loaded again.
    colleague = sign_in(device(), street.EMPLOYEE)
    colleague.goto(queue)
    expect(colleague.locator("#queue")).to_contain_text("Sari")
    desk.get_by_role("button", name="Is here").click()
    expect(colleague.locator("#queue")).not_to_contain_text("Sari")
    expect(phone.locator("#place")).to_contain_text("You have been called")


def test_whoever_waits_leaves_by_themselves(device: Device, site: Site, world: World) -> None:
    desk = sign_in(device(), street.OWNER)
    desk.goto(f"/provider/{world.salon.provider}/{world.salon.outlet}/queue")
    desk.get_by_label("Name or nickname").fill("Olli")
    desk.get_by_role("button", name="Put them in the queue").click()
    desk.get_by_role("button", name="Show the square").click()
    link = desk.get_by_label("Or send them this link").input_value()
    desk.get_by_role("link", name="To the queue").click()
    expect(desk.locator("#queue")).to_contain_text("Olli")

    phone = device(viewport=PHONE).new_page()
    phone.goto(link)
    phone.get_by_role("button", name="Leave the queue").click()

    expect(phone.locator("#place")).to_contain_text("You have left the queue")
    expect(desk.locator("#queue")).to_contain_text(re.compile("1 left or did not come"))
