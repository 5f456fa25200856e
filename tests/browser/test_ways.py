"""Other ways through the same pages: by touch in Chinese at night, and without sockets."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import world as street
from tests.browser.conftest import PHONE
from tests.browser.site import Site
from tests.browser.test_axe import looked_at
from tests.browser.test_journey import (
    fill_contact,
    mark_to_notice_a_reload,
    open_times,
    ref_of,
    says,
    was_not_reloaded,
)
from tests.browser.world import World

pytestmark = pytest.mark.browser

Device = Callable[..., BrowserContext]


def tap(page: Page, role: str, name: str | re.Pattern[str]) -> None:
    page.get_by_role(role, name=name).locator("visible=true").first.tap()  # type: ignore[arg-type]  # a role


def test_by_touch_in_chinese_and_in_the_dark(device: Device, site: Site, world: World) -> None:
    night = {"locale": "zh-CN", "color_scheme": "dark", "has_touch": True, "is_mobile": True}
    page = device(viewport=PHONE, **night).new_page()

    page.goto("/")
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    page.get_by_label("事项").first.fill("haircut")
    page.get_by_label("地点").first.fill(street.NEAR_ADDRESS)
    tap(page, "button", re.compile("查找空闲时间|搜索"))
    page.wait_for_url("**/search?**")
    tap(page, "link", world.salon.name)
    tap(page, "link", re.compile(f"^预约 ?{world.salon.service_name}"))
    expect(page.locator("#week")).to_be_visible()
    assert looked_at(page) == []
    page.set_viewport_size(PHONE)

    open_times(page, site, world.salon, 15).nth(5).tap()
    page.wait_for_url("**/checkout")
    ref = ref_of(page)
    page.get_by_label("姓名").fill("林美")
    page.get_by_label("邮箱").fill("lin.mei@example.com")
    page.get_by_role("radio", name=re.compile("到店|店内")).tap()
    tap(page, "button", re.compile("^预约"))
    page.wait_for_url(f"**/b/{ref}")
    says(page, "已确认")
    assert looked_at(page) == []


def test_without_sockets_the_page_follows_all_the_same(device: Device, site: Site, world: World) -> None:
    page = device(viewport=PHONE).new_page()
    page.route_web_socket("**/ws/**", lambda socket: socket.close())
    open_times(page, site, world.salon, 16).nth(3).click()
    page.wait_for_url("**/checkout")
    ref = ref_of(page)
    fill_contact(page, "no.socket@example.com")
    page.get_by_role("radio", name=re.compile("^At the shop")).check()
    page.get_by_role("button", name=re.compile("^Book, pay")).locator("visible=true").first.click()
    page.wait_for_url(f"**/b/{ref}")
    says(page, "Confirmed")
    expect(page.locator(".live").first).to_have_text("Looking every few seconds")

    mark_to_notice_a_reload(page)
    site.orm(street.bring_to, ref, "cancelled")
    says(page, "Cancelled")
    assert was_not_reloaded(page)
