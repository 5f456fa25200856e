"""Finding in a browser: near me when it is refused and when it is allowed, a list that grows, the way back into it."""

import re
from collections.abc import Callable

import pytest
from django.contrib.gis.geos import Point
from playwright.sync_api import BrowserContext, expect

from common import clock
from providers.models import Outlet, Provider
from providers.services.listing import refresh_provider
from tests import factories as make
from tests.browser.conftest import PHONE
from tests.browser.site import Site
from tests.browser.test_journey import open_times
from tests.browser.world import HERE, World

pytestmark = pytest.mark.browser

Device = Callable[..., BrowserContext]
# Far from the street, so that nobody else meets them.
LAT, LNG = 61.5, 23.76
MANY = 45


def _open_many() -> str:
    provider = make.make_provider(name="Many")
    for n in range(MANY):
        point = Point(LNG, LAT + n / 10_000, srid=4326)
        outlet = make.make_outlet(provider, name=f"Place {n:02}", point=point)
        make.make_service(outlet, category=make.make_category("hair"))
    return str(provider.public_id)


def _close(provider: str) -> None:
    Outlet.objects.filter(provider__public_id=provider).update(archived_at=clock.now())
    refresh_provider(Provider.objects.get(public_id=provider).pk)


def test_near_me_says_what_went_wrong_and_leaves_no_exact_place_in_the_address(
    device: Device, world: World
) -> None:
    context = device()
    page = context.new_page()
    page.goto("/")
    button = page.locator("main").get_by_role("button", name="Near me")
    button.click()
    expect(page.locator("main [role=status]").first).to_contain_text("Your browser did not allow it.")

    context.grant_permissions(["geolocation"])
    context.set_geolocation({"latitude": HERE.y + 0.00012, "longitude": HERE.x})
    page.reload()
    button.click()

    page.wait_for_url("**/search?**")
    expect(page.get_by_role("heading", level=1)).to_contain_text("places")
    assert "lat=60.167&" in page.url or "lat=60.166&" in page.url
    assert "00012" not in page.url


def test_the_list_grows_and_is_as_long_when_one_comes_back(device: Device, site: Site) -> None:
    provider = site.orm(_open_many)
    try:
        page = device().new_page()
        page.goto(f"/search?lat={LAT}&lng={LNG}")
        cards = page.locator("[data-more-list] > li")
        assert cards.count() >= 20
        page.get_by_role("link", name="More places").scroll_into_view_if_needed()
        page.mouse.move(300, 500)
        page.mouse.wheel(0, 20_000)
        expect(cards).to_have_count(40)
        page.mouse.wheel(0, 20_000)
        expect(cards).to_have_count(MANY)
        expect(page.locator("[data-more-said]")).to_have_text("5 more places, 45 in the list.")

        late = page.get_by_role("link", name="Place 38")
        late.scroll_into_view_if_needed()
        late.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Place 38")
        page.go_back()

        expect(cards).to_have_count(MANY)
        expect(page.get_by_role("link", name="Place 38")).to_be_in_viewport()

        # Without an answer the link stays, and is a link.
        page.goto(f"/search?lat={LAT}&lng={LNG}&n=20")
        page.route("**/search?*cursor=*", lambda route: route.abort())
        page.mouse.move(300, 500)
        page.mouse.wheel(0, 20_000)
        expect(page.locator("[data-more-said]")).to_have_text(
            "More places could not be loaded. Try the link again."
        )
    finally:
        site.orm(_close, provider)


def test_a_long_list_is_no_wider_than_a_phone_before_its_cards_are_laid_out(
    device: Device, site: Site
) -> None:
    provider = site.orm(_open_many)
    try:
        page = device(viewport=PHONE).new_page()

        page.goto(f"/search?lat={LAT}&lng={LNG}")

        assert page.locator("[data-more-list] > li").count() >= 20
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    finally:
        site.orm(_close, provider)


def test_who_is_far_away_reads_their_own_day_and_time_before_they_choose_and_before_they_pay(
    device: Device, site: Site, world: World
) -> None:
    page = device(viewport=PHONE, timezone_id="Pacific/Honolulu").new_page()
    days = r"You are in Honolulu: (\w{3}) \d+:\d\d there is (?!\1)\w{3} \d+:\d\d for you\."

    first = open_times(page, site, world.salon, 5).first
    expect(page.locator("[data-zone-note]")).to_contain_text(re.compile(days))
    first.click()
    page.wait_for_url("**/checkout")

    expect(page.locator("[data-zone-note]")).to_have_text(re.compile(days))
