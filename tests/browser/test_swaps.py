"""A part of the page that is fetched: it says that it waits, that it failed, and what can be done."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.site import Site
from tests.browser.test_axe import looked_at
from tests.browser.test_journey import open_times
from tests.browser.world import World

pytestmark = pytest.mark.browser

Device = Callable[..., BrowserContext]
DAY = re.compile(r"/slots|/times|[?&]day=")


def another_day(page: Page) -> None:
    page.locator("#week a.day:not([aria-current])").first.click()


def test_it_fails_is_tried_again_and_waits(device: Device, site: Site, world: World) -> None:
    page = device().new_page()
    open_times(page, site, world.salon, 2)
    before = page.locator("#day-title").inner_text()
    failing = [503, 0]

    def answer(route: Route) -> None:
        if route.request.headers.get("hx-request") != "true" or not failing:
            time.sleep(0.6 if route.request.headers.get("hx-request") else 0)
            route.continue_()
        elif status := failing.pop(0):
            route.fulfill(status=status, body="away")
        else:
            route.abort()

    page.route(re.compile(".*"), answer)
    another_day(page)

    toast = page.locator(".toast")
    expect(toast).to_contain_text("Nothing has changed")
    assert page.locator("#day-title").inner_text() == before
    assert looked_at(page) == []

    toast.get_by_role("button", name="Try again").click()
    expect(toast).to_contain_text("Nothing has changed")  # the line broke this time

    toast.get_by_role("button", name="Try again").click()
    expect(page.locator('#plan[aria-busy="true"]')).to_be_visible()
    expect(page.locator("#day-title")).not_to_have_text(before)
    expect(toast).to_have_count(0)
    expect(page.locator("[aria-busy]")).to_have_count(0)


def test_an_answer_that_is_another_page_becomes_the_page(device: Device, site: Site, world: World) -> None:
    page = device().new_page()
    open_times(page, site, world.salon, 2)

    def gone(route: Route) -> None:
        if route.request.headers.get("hx-request") == "true":
            route.fulfill(status=404, content_type="text/html", body="<!doctype html><main>Not here</main>")
        else:
            route.continue_()

    page.route(re.compile(".*"), gone)
    with page.expect_navigation():
        another_day(page)
    expect(page.locator("#plan")).to_be_visible()
