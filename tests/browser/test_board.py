"""The board in people's hands: with a mouse, with a finger, with the keyboard alone, and two people on it at once."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser import world as street
from tests.browser.conftest import DESK, PHONE, sign_in
from tests.browser.site import Site
from tests.browser.test_axe import looked_at
from tests.browser.world import World
from tests.setup.site import until

pytestmark = pytest.mark.browser

Device = Callable[..., BrowserContext]
AINO, HELMI = "Aino Virta", "Helmi Laine"


@pytest.fixture
def booked(site: Site, world: World) -> Callable[[int], tuple[str, datetime]]:
    """A visit of Maria's with Aino in so many days: its reference, and when it begins."""

    def make(days: int) -> tuple[str, datetime]:
        held = site.orm(street.confirmed, world.salon, days=days, staff=world.salon.staff[AINO])
        return held.booking.ref, held.booking.starts_at

    return make


def opened(page: Page, site: Site, world: World, at: datetime, **query: str) -> Page:
    """The board of the day of `at`, once its script has begun."""
    day = site.orm(street.local_day, world.salon, at)
    more = "".join(f"&{name}={value}" for name, value in query.items())
    page.goto(f"/provider/{world.salon.provider}/{world.salon.outlet}/board?day={day}{more}")
    page.locator("[data-live-board][data-on-drag='1']").wait_for(state="attached")
    return page


def block(page: Page, ref: str) -> Locator:
    """The visit in its person's column."""
    return page.locator(f".lane:not(.lane--unit) li[data-visit='{ref}']").first


def middle(found: Locator) -> tuple[float, float]:
    """Where to take hold of it; the board may just be put in anew."""
    for _ in range(5):
        found.scroll_into_view_if_needed()
        if box := found.bounding_box():
            return box["x"] + box["width"] / 2, box["y"] + min(box["height"] / 2, 20)
    raise AssertionError("it is not on the board")


def lane_x(page: Page, name: str) -> float:
    box = page.locator(".lane").filter(has=page.get_by_role("heading", name=name)).bounding_box()
    assert box
    return box["x"] + box["width"] / 2


def starts_at(site: Site, ref: str) -> datetime:
    return site.orm(street.booking, ref).starts_at  # type: ignore[no-any-return]


def person(site: Site, ref: str) -> str:
    return str(site.orm(lambda: street.booking(ref).items.get().staff.name))


def drag(page: Page, found: Locator, dx: float, dy: float) -> None:
    """Take hold, move in steps as a hand does, and stay there with the button down."""
    x, y = middle(found)
    page.mouse.move(x, y)
    page.mouse.down()
    for part in (0.1, 0.4, 0.7, 1):
        page.mouse.move(x + dx * part, y + dy * part)
    expect(page.locator(".board__ghost")).to_be_visible()


def test_with_a_mouse_it_moves_after_the_question_and_is_taken_back(
    device: Device, site: Site, world: World, booked: Any
) -> None:
    ref, start = booked(8)
    page = opened(sign_in(device(), street.OWNER), site, world, start)
    x, _y = middle(block(page, ref))

    # Two hours later with Helmi: asked first, with what it means.
    drag(page, block(page, ref), lane_x(page, HELMI) - x, 192)
    assert page.locator(".board__ghost-time").inner_text()
    page.mouse.up()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Move Maria Korhonen?")
    expect(dialog).to_contain_text(HELMI)
    expect(dialog).to_contain_text("It costs the customer nothing.")
    expect(dialog).to_contain_text(f"They had asked for {AINO}.")
    assert starts_at(site, ref) == start
    assert looked_at(page) == []
    page.set_viewport_size(DESK)
    dialog.get_by_role("button", name="Move it").click()

    # Done, and the board shows it without a reload; for ten seconds it is taken back.
    toast = page.locator(".toast")
    expect(toast).to_contain_text("Moved:")
    expect(block(page, ref)).to_have_count(1)
    assert starts_at(site, ref) == start + timedelta(hours=2)
    assert person(site, ref) == HELMI
    toast.get_by_role("button", name="Undo").click()
    expect(page.locator(".toast")).to_contain_text("It is where it was.")
    assert starts_at(site, ref) == start
    assert person(site, ref) == AINO


def test_escape_and_no_put_it_back(device: Device, site: Site, world: World, booked: Any) -> None:
    ref, start = booked(9)
    page = opened(sign_in(device(), street.OWNER), site, world, start)
    drag(page, block(page, ref), 0, 96)
    page.keyboard.press("Escape")
    expect(page.locator(".board__ghost")).to_have_count(0)
    page.mouse.up()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert "/board" in page.url

    drag(page, block(page, ref), 0, 96)
    page.mouse.up()
    page.get_by_role("dialog").get_by_role("button", name="Put it back").click()
    expect(page.locator(".board__ghost")).to_have_count(0)
    assert starts_at(site, ref) == start
    # A short press without a way is a click: it opens the visit.
    block(page, ref).locator(".block--visit").click()
    expect(page.locator("#sheet").get_by_role("heading", name="Maria Korhonen").first).to_be_visible()


def test_by_its_edge_it_lasts_longer(device: Device, site: Site, world: World, booked: Any) -> None:
    ref, start = booked(10)
    page = opened(sign_in(device(), street.OWNER), site, world, start)
    before = site.orm(street.booking, ref).ends_at
    block(page, ref).scroll_into_view_if_needed()
    box = block(page, ref).locator("[data-grip]").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for dy in (8, 24, 48):
        page.mouse.move(x, y + dy)
    page.mouse.up()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Another length for Maria Korhonen?")
    dialog.get_by_role("button", name="Change the length").click()
    expect(page.locator(".toast")).to_contain_text("Changed: it ends at")
    assert site.orm(street.booking, ref).ends_at == before + timedelta(minutes=30)


def test_on_somebody_elses_time_it_is_refused_with_the_reason(
    device: Device, site: Site, world: World
) -> None:
    starts = site.orm(street.free_starts, world.salon, days=11, staff=world.salon.staff[AINO])
    first = site.orm(street.confirmed, world.salon, days=11, staff=world.salon.staff[AINO], start=starts[0])
    later = next(each for each in starts if each >= starts[0] + timedelta(hours=2))
    site.orm(street.confirmed, world.salon, days=11, staff=world.salon.staff[AINO], start=later)
    ref = first.booking.ref
    page = opened(sign_in(device(), street.OWNER), site, world, first.booking.starts_at)
    drag(page, block(page, ref), 0, 192)
    page.mouse.up()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("The visit is where it was")
    expect(dialog).to_contain_text("This time has just been taken.")
    expect(dialog.locator(".plate")).to_have_count(3)
    assert looked_at(page) == []
    page.set_viewport_size(DESK)
    dialog.get_by_role("button", name="Close").click()
    expect(page.locator(".board__ghost")).to_have_count(0)
    assert starts_at(site, ref) == first.booking.starts_at


def finger(page: Page) -> Callable[..., None]:
    """A finger on the page: `touchStart` and `touchMove` at a point, `touchEnd` without."""
    tools = page.context.new_cdp_session(page)

    def touch(kind: str, *at: float) -> None:
        points = [{"x": at[0], "y": at[1]}] if at else []
        tools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    return touch


def test_a_finger_scrolls_unless_it_rests_first(
    device: Device, site: Site, world: World, booked: Any
) -> None:
    ref, start = booked(12)
    page = sign_in(device(viewport=PHONE, has_touch=True, is_mobile=True), street.OWNER)
    opened(page, site, world, start, who=world.salon.staff[AINO])
    x, y = middle(block(page, ref))
    touch = finger(page)

    # Moved at once, the page scrolls.
    before = page.evaluate("scrollY")
    touch("touchStart", x, y)
    for dy in (20, 60, 120):
        touch("touchMove", x, y - dy)
        page.wait_for_timeout(30)
    touch("touchEnd")
    expect(page.locator(".board__ghost")).to_have_count(0)
    assert until(lambda: abs(page.evaluate("scrollY") - before) > 40)

    # Rested first, it is held, and goes along; the page has come to rest before.
    rest = "new Promise((go) => setTimeout(go, 300))"
    resting = f"async () => {{ const was = scrollY; await {rest}; return scrollY === was; }}"
    assert until(lambda: page.evaluate(resting))
    x, y = middle(block(page, ref))
    touch("touchStart", x, y)
    expect(page.locator(".board__ghost")).to_be_visible()
    for dy in (24, 48, 72, 96):
        touch("touchMove", x, y + dy)
    touch("touchEnd")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Move Maria Korhonen?")
    dialog.get_by_role("button", name="Move it").click()
    expect(page.locator(".toast")).to_contain_text("Moved:")
    assert starts_at(site, ref) == start + timedelta(hours=1)


def test_by_the_keyboard_alone(device: Device, site: Site, world: World, booked: Any) -> None:
    ref, start = booked(13)
    page = opened(sign_in(device(), street.OWNER), site, world, start)
    block(page, ref).locator(".block--visit").focus()
    page.keyboard.press("Tab")
    expect(block(page, ref).get_by_role("link", name=re.compile("^Move Maria"))).to_be_focused()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Who does it")).to_be_visible()
    assert looked_at(page) == []
    page.set_viewport_size(DESK)
    dialog.get_by_label("Who does it").select_option(label=HELMI)
    dialog.get_by_label("Time").focus()
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("Move Maria Korhonen?")
    dialog.get_by_role("button", name="Move it").press("Enter")
    expect(page.locator(".toast")).to_contain_text("Moved:")
    assert person(site, ref) == HELMI


def test_two_people_on_one_board(device: Device, site: Site, world: World, booked: Any) -> None:
    ref, start = booked(14)
    one = opened(sign_in(device(), street.OWNER), site, world, start)
    two = opened(sign_in(device(), street.OWNER), site, world, start)

    # While one holds it, the other moves it: what is held stays in the hand, and its drop is refused.
    drag(one, block(one, ref), 0, 96)
    drag(two, block(two, ref), 0, 192)
    two.mouse.up()
    two.get_by_role("dialog").get_by_role("button", name="Move it").click()
    expect(two.locator(".toast")).to_contain_text("Moved:")
    one.wait_for_timeout(1500)
    expect(one.locator(".board__ghost")).to_be_visible()
    one.mouse.up()
    dialog = one.get_by_role("dialog")
    expect(dialog).to_contain_text("Somebody has changed this visit since you took hold of it.")
    dialog.get_by_role("button", name="Close").click()

    # Then the board shows what is, without a reload.
    moved = start + timedelta(hours=2)
    assert until(lambda: datetime.fromisoformat(block(one, ref).get_attribute("data-at") or "") == moved)


def test_a_tapped_gap_starts_a_visit_with_that_person_and_time(
    device: Device, site: Site, world: World, booked: Any
) -> None:
    _ref, start = booked(15)
    page = opened(sign_in(device(), street.OWNER), site, world, start)
    lane = page.locator(".lane").filter(has=page.get_by_role("heading", name=HELMI))
    gap = lane.locator("[data-free]").first
    gap.click(position={"x": 20, "y": 96 * 3 + 5})
    sheet = page.locator("#sheet")
    expect(sheet.get_by_label("Who does it")).to_have_value(world.salon.staff[HELMI])
    expect(sheet.locator(".plate input:checked")).to_have_count(1)
    expect(sheet.get_by_label("Or at another minute")).to_have_value("")
    # A typed minute takes the plate back, and a plate the minute.
    sheet.get_by_label("Or at another minute").fill("13:07")
    expect(sheet.locator(".plate input:checked")).to_have_count(0)
    sheet.locator(".plate").nth(3).click()
    expect(sheet.get_by_label("Or at another minute")).to_have_value("")


def test_a_week_and_the_day_on_paper(device: Device, site: Site, world: World, booked: Any) -> None:
    ref, start = booked(16)
    page = sign_in(device(), street.OWNER)
    opened(page, site, world, start, view="week", who=world.salon.staff[AINO])
    assert looked_at(page) == []
    page.set_viewport_size(DESK)
    # A day later at the same time: one column to the side, and back for it to be free.
    x, _y = middle(block(page, ref))
    lanes = page.locator(".lane")
    other = lanes.nth(0 if lanes.nth(0).locator(f"li[data-visit='{ref}']").count() == 0 else 1)
    box = other.bounding_box()
    assert box
    drag(page, block(page, ref), box["x"] + box["width"] / 2 - x, 0)
    page.keyboard.press("Escape")
    page.mouse.up()
    page.goto(page.url.split("&who=")[0] + "&who=all")
    expect(page.locator(".weeks__line").filter(has_text="Maria Korhonen").first).to_be_visible()
    assert looked_at(page) == []

    page.set_viewport_size(DESK)
    opened(page, site, world, start)
    page.emulate_media(media="print", color_scheme="light")
    expect(page.locator(".board__axis")).to_be_hidden()
    expect(page.locator(".lane__name").filter(has_text=AINO)).to_be_visible()
    expect(block(page, ref)).to_be_visible()
    assert block(page, ref).evaluate("each => getComputedStyle(each).position") == "static"
