"""The main pages still look as they did when somebody last looked at them: small grey pictures, compared by blocks.

What is drawn for each outlet anew and what depends on the day is left out, and words are too small to be read, so that
only what moves, grows, goes or changes its shade counts. After a change that is meant, look at the pages, then write
the pictures anew with `SNAPSHOTS=write make test ARGS=tests/browser/test_snapshots.py`, and look at these, too.
"""

import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import BrowserContext, Page

from tests.browser import world as street
from tests.browser.conftest import SIZES
from tests.browser.site import Site
from tests.browser.world import World

pytestmark = pytest.mark.browser

Device = Callable[..., BrowserContext]
KEPT = Path(__file__).parent / "snapshots"
WRITE = os.environ.get("SNAPSHOTS") == "write"
SMALLER = 6  # times
BLOCK = 12  # pixels of the small picture
MOST = 28  # of 255: the mean difference of a block
# Through the object model: the security policy refuses style elements.
WITHOUT_CHANCE = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    .drawing, .map, img, .strip, .plates, .times, .hours { visibility: hidden !important; }
    .facade, .legend, .outlet__main > .row:first-child { display: none !important; }`);
  document.adoptedStyleSheets.push(sheet);
}"""


def small(page: Page) -> Image.Image:
    """The window as it is, in grey, without what is drawn at random or depends on the day."""
    page.evaluate(WITHOUT_CHANCE)
    page.evaluate("document.fonts.ready")
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled", caret="hide"))).convert("L")
    return picture.resize((picture.width // SMALLER, picture.height // SMALLER), Image.Resampling.BOX)


def differing(one: Image.Image, other: Image.Image) -> list[tuple[int, int]]:
    """The left upper corners (pixels of the page) of the blocks that do not look the same."""
    if one.size != other.size:
        return [(-1, -1)]
    difference = ImageChops.difference(one, other)
    return [
        (x * SMALLER, y * SMALLER)
        for x in range(0, one.width, BLOCK)
        for y in range(0, one.height, BLOCK)
        if ImageStat.Stat(difference.crop((x, y, x + BLOCK, y + BLOCK))).mean[0] > MOST
    ]


def check(page: Page, name: str) -> list[str]:
    """What differs from the kept pictures of the page that is open, at both sizes, light and dark."""
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for size, viewport in SIZES.items():
            page.set_viewport_size(viewport)
            page.evaluate("scrollTo(0, 0)")
            now, path = small(page), KEPT / f"{name}-{size}-{scheme}.png"
            if WRITE:
                KEPT.mkdir(exist_ok=True)
                now.save(path, optimize=True)
            elif blocks := differing(now, Image.open(path)):
                found.append(f"{path.name}: {len(blocks)} blocks, such as at {blocks[:4]}")
    return found


def test_pages_look_as_they_did(device: Device, site: Site, world: World) -> None:
    page = device().new_page()
    salon = world.salon
    start = site.orm(street.free_starts, salon, days=20)[0]
    found = []
    for name, path in {
        "design": "/design",
        "landing": "/",
        "help": "/help",
        "sign-in": "/account/login/",
        "outlet": f"/o/{salon.outlet}",
        "slots": f"{salon.slots_path}?day={site.orm(street.local_day, salon, start)}",
    }.items():
        page.goto(path)
        found += check(page, name)
    held = site.orm(street.hold, salon, start)
    page.goto(f"/b/{held.booking.ref}?key={held.token}")
    page.goto(f"/b/{held.booking.ref}/checkout")
    found += check(page, "checkout")
    assert found == []


def test_a_part_that_moves_is_found() -> None:
    """What the comparison is for: a dark bar a few pixels lower, and no more than that."""
    one = Image.new("L", (65, 140), 240)
    one.paste(40, (0, 20, 65, 30))
    lower = Image.new("L", (65, 140), 240)
    lower.paste(40, (0, 28, 65, 38))
    assert differing(one, one) == []
    assert {y for _x, y in differing(one, lower)} <= {72, 144, 216}
    assert differing(one, lower) != []
