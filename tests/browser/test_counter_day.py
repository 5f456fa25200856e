"""A day at the counter: a walk-in, a visit checked in by the camera, money, a word to the customer, another time."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import segno
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser import world as street
from tests.browser.conftest import CHROMIUM, DESK, FLAGS, PATIENCE_MS, PHONE, is_fault, sign_in
from tests.browser.site import Site
from tests.browser.test_axe import looked_at
from tests.browser.world import World

pytestmark = pytest.mark.browser

Device = Callable[..., BrowserContext]


def line(page: Page, name: str) -> Locator:
    """The visit of `name` on the day."""
    return page.locator("li.visit").filter(has_text=name)


def test_a_day_at_the_counter(device: Device, site: Site, world: World) -> None:
    page = sign_in(device(viewport=PHONE), street.OWNER)
    page.goto(f"/provider/{world.salon.provider}/{world.salon.outlet}/day")

    # Somebody comes in: this very minute is free, and a name is enough.
    page.get_by_role("link", name="Add a visit").first.click()
    page.get_by_label("Hot towel").check()
    expect(page.locator("#cost")).to_contain_text("€62.00")
    page.get_by_label("Name").fill("Ville Ranta")
    expect(page.locator("#pick")).to_be_visible()
    assert looked_at(page) == []
    page.set_viewport_size(PHONE)
    page.locator(".plate").filter(has_text="Now").click()
    page.get_by_role("button", name="Book it").last.click()
    page.wait_for_url("**/day?day=**")
    ville = line(page, "Ville Ranta")
    expect(ville).to_contain_text("Booked.")

    # They are here already; then it begins.
    ville.get_by_role("button", name="Check in").click()
    expect(line(page, "Ville Ranta")).to_contain_text("Checked in")
    line(page, "Ville Ranta").get_by_role("button", name="Start").click()
    expect(line(page, "Ville Ranta")).to_contain_text("In service")

    # Paid by the shop's terminal, and done, in one step.
    line(page, "Ville Ranta").get_by_role("link", name=re.compile("^Take €62.00")).click()
    page.get_by_text("The shop's card terminal").click()
    page.get_by_label("Note").fill("Receipt 7")
    assert looked_at(page) == []
    page.set_viewport_size(DESK)
    page.get_by_role("button", name="€62.00 taken, and done").click()
    expect(page.get_by_text("Payment noted.")).to_be_visible()
    expect(page.get_by_text("Receipt 7")).to_be_visible()
    page.get_by_role("link", name="To the day").click()
    money = page.get_by_role("region", name="Money today")
    expect(money).to_contain_text("€62.00")
    expect(money).to_contain_text("The shop's card terminal")


def test_a_word_to_the_customer_and_another_time_on_the_board(
    device: Device, site: Site, world: World
) -> None:
    held = site.orm(street.confirmed, world.salon, days=5, user=street.CUSTOMER)
    ref = held.booking.ref
    day = site.orm(street.local_day, world.salon, held.booking.starts_at)
    customer = sign_in(device(), street.CUSTOMER)
    customer.goto(f"/b/{ref}")
    owner = sign_in(device(), street.OWNER)
    base = f"/provider/{world.salon.provider}"

    # The board shows the visit, is reached by the keyboard, and leads to it.
    owner.goto(f"{base}/{world.salon.outlet}/board?day={day}")
    assert looked_at(owner) == []
    owner.set_viewport_size(DESK)
    block = owner.locator(".board .block--visit").filter(has_text="Maria Korhonen").first
    block.focus()
    owner.keyboard.press("Enter")
    owner.locator("#sheet").get_by_role("link", name="Open as a page").click()
    owner.wait_for_url(f"**/visits/{ref}/")

    owner.get_by_role("textbox", name="Message").fill("Come in by the yard, please.")
    owner.get_by_role("button", name="Send").click()
    expect(owner.get_by_text("Sent.")).to_be_visible()
    expect(customer.get_by_text("Come in by the yard, please.")).to_be_visible()

    owner.get_by_role("link", name="Move…").click()
    assert looked_at(owner) == []
    owner.set_viewport_size(DESK)
    owner.evaluate("document.getElementById('pick').dataset.before = ''")
    owner.get_by_label("Who does it").select_option(label="Helmi Laine")
    # The times are hers once the part has been put in anew.
    owner.locator("#pick:not([data-before])").wait_for()
    owner.locator("#pick .plate").nth(20).click()
    owner.get_by_role("button", name="Move it").last.click()
    owner.wait_for_url("**/day?day=**")
    expect(line(owner, "Maria Korhonen").first).to_contain_text("Moved.")
    expect(customer.locator(".booking__facts")).to_contain_text("Helmi Laine")


def test_a_change_that_hits_a_visit_lists_it_first(device: Device, site: Site, world: World) -> None:
    held = site.orm(street.confirmed, world.salon, days=6, staff=world.salon.staff["Aino Virta"])
    day = site.orm(street.local_day, world.salon, held.booking.starts_at)
    owner = sign_in(device(), street.OWNER)
    owner.goto(f"/provider/{world.salon.provider}/time-off/")
    owner.get_by_label("Who", exact=True).select_option(label="Aino Virta")
    owner.get_by_label("Reason").fill("Dentist")
    owner.get_by_label("First day").fill(day)
    owner.get_by_label("Last day").fill(day)
    owner.get_by_role("button", name="Add time off").click()

    listed = owner.get_by_role("region", name=re.compile("^This would hit"))
    expect(listed).to_contain_text("Maria Korhonen")
    expect(owner.get_by_label("Reason")).to_have_value("Dentist")
    assert looked_at(owner) == []
    owner.set_viewport_size(DESK)
    owner.get_by_role("button", name="Do it, and keep these visits").click()
    expect(owner.get_by_text("Dentist")).to_be_visible()
    expect(owner.get_by_role("region", name=re.compile("^This would hit"))).to_have_count(0)
    owner.get_by_role("button", name="Remove this time off of Aino Virta").click()
    expect(owner.get_by_text("Dentist")).to_have_count(0)


def film_of(text: str, path: Path) -> None:
    """A film (YUV4MPEG2) in which somebody holds the square of `text` before the camera."""
    drawn = io.BytesIO()
    segno.make(text, micro=False).save(drawn, kind="png", scale=8, border=4)
    square = Image.open(drawn).convert("L")
    picture = Image.new("L", (640, 480), 128)
    picture.paste(square, ((640 - square.width) // 2, (480 - square.height) // 2))
    grey = bytes([128]) * (640 * 480 // 4)
    frame = b"FRAME\n" + picture.tobytes() + grey + grey
    path.write_bytes(b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420jpeg\n" + frame * 5)


@pytest.fixture
def filmed(tmp_path: Path, site: Site, world: World) -> tuple[str, list[str]]:
    """A visit of today, and the flags of a browser whose camera sees its square."""
    held = site.orm(street.confirmed, world.salon, days=2)
    ref = held.booking.ref
    site.orm(street.let_the_day_come, ref, days=2)
    film = tmp_path / "square.y4m"
    film_of(f"{ref}:{held.booking.check_in_code}", film)
    return ref, [
        *FLAGS,
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]


def test_the_camera_checks_in(
    filmed: tuple[str, list[str]], browser: Browser, site: Site, world: World
) -> None:
    ref, flags = filmed
    wrong: list[str] = []
    seeing = browser.browser_type.launch(executable_path=CHROMIUM, args=flags)
    try:
        context = seeing.new_context(
            base_url=site.url, viewport=PHONE, locale="en-GB", reduced_motion="reduce"
        )
        context.set_default_timeout(PATIENCE_MS)
        context.on(
            "console", lambda said: wrong.append(said.text) if is_fault(said.type, said.text) else None
        )
        page = sign_in(context, street.OWNER)
        page.goto(f"/provider/{world.salon.provider}/{world.salon.outlet}/day")
        page.get_by_role("button", name="Scan a code").click()
        # It is read, sent, and said beside the visit.
        page.wait_for_url(f"**#{ref}")
        expect(page.locator(f"[id='{ref}']")).to_contain_text("Checked in.")
    finally:
        seeing.close()
    assert wrong == []


def test_without_a_camera_the_page_says_what_to_do(device: Device, site: Site, world: World) -> None:
    context = device(viewport=PHONE)
    page = sign_in(context, street.OWNER)
    page.goto(f"/provider/{world.salon.provider}/{world.salon.outlet}/day")
    page.get_by_role("button", name="Scan a code").click()
    expect(page.get_by_role("dialog")).to_contain_text("Type the code beside the visit.")
    assert looked_at(page) == []
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
