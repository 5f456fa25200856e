"""Nothing is wider than the window: at 320 px (WCAG 2.2, 1.4.10), and with letters twice as large (1.4.4)."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, ViewportSize

from tests.browser import world as street
from tests.browser.conftest import SIZES, as_operator, sign_in
from tests.browser.site import Site
from tests.browser.world import Shop, World

pytestmark = pytest.mark.browser

Device = Callable[..., BrowserContext]
NARROW: ViewportSize = {"width": 320, "height": 640}

PUBLIC = (
    *(
        "/",
        "/search?q=haircut&lat=60.167&lng=24.937",
        "/search?q=piano",
        "/find/hair",
        "/help",
        "/privacy",
        "/terms",
    ),
    *(
        "/for-providers",
        "/how-we-rank",
        "/offline",
        "/account/login/",
        "/account/signup/",
        "/design",
        "/nowhere",
    ),
)
ACCOUNT = (
    *("", "profile", "people", "addresses", "vehicles", "sessions", "tokens", "email", "data", "data/erase"),
    *("notices", "wallet", "cards", "again", "calendar"),
)
BUSINESS = (
    *(
        "",
        "about",
        "outlets",
        "outlets/new",
        "staff",
        "staff/new",
        "services",
        "services/new",
        "things",
        "time-off",
    ),
    *("members", "application", "documents", "reviews", "training", "bank", "terms", "money", "invoices"),
    "calendars",
)
DESK = (
    "",
    "applications",
    "appeals",
    "find",
    "record",
    "commission",
    "money",
    "payouts",
    "refunds",
    "wallets",
)

# The elements that stick out, but for what scrolls by itself, such as a wide table.
STICKS_OUT = """() => {
  const room = document.documentElement.clientWidth;
  const over = document.documentElement.scrollWidth - room;
  if (over <= 1) return []; // a fraction of a pixel
  const scrolls = (e) => e && e !== document.body
    && (/auto|scroll|hidden|clip/.test(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
  const past = (e) => Math.round(e.getBoundingClientRect().right - room);
  return [...document.body.querySelectorAll("*")]
    .filter((e) => past(e) > 1 && !scrolls(e.parentElement))
    .slice(0, 2)
    .map((e) => `${past(e)} px: ${e.tagName} ${e.className} ${e.textContent.replace(/\\s+/g, " ").slice(0, 40)}`)
    .concat(`${over} px in all`);
}"""
# Through the object model: the security policy refuses style elements.
LARGE = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(":root { font-size: 200% !important; }");
  document.adoptedStyleSheets.push(sheet);
}"""


def too_wide(page: Page, paths: list[str]) -> list[str]:
    """What sticks out of each page, at 320 px and with large letters."""
    found = []
    for path in paths:
        page.set_viewport_size(NARROW)
        page.goto(path)
        found += [f"{path} 320 px: {each}" for each in page.evaluate(STICKS_OUT)]
        page.evaluate(LARGE)
        for name, size in SIZES.items():
            page.set_viewport_size(size)
            found += [f"{path} {name} px, 200 %: {each}" for each in page.evaluate(STICKS_OUT)]
    return found


def of_shop(shop: Shop) -> list[str]:
    return [f"/o/{shop.outlet}", f"/o/{shop.outlet}/reviews", shop.slots_path]


def test_what_everybody_may_see(device: Device, world: World) -> None:
    shops = [path for shop in (world.salon, world.cleaner) for path in of_shop(shop)]
    assert not (found := too_wide(device().new_page(), [*PUBLIC, *shops])), "\n".join(found)


def test_a_visit_from_the_checkout_to_its_end(device: Device, site: Site, world: World) -> None:
    held = site.orm(street.hold, world.salon, days=3)
    page = device().new_page()
    page.goto(f"/b/{held.booking.ref}?key={held.token}")
    base = f"/b/{held.booking.ref}"
    found = too_wide(page, [f"{base}/checkout", f"{base}/company"])
    site.orm(street.promise_to_pay, held)
    found += too_wide(page, [base, f"{base}/cancel", f"{base}/move", f"{base}/data"])
    site.orm(street.bring_to, held.booking.ref, "completed")
    found += too_wide(page, [base, f"{base}/review", f"{base}/receipt", f"{base}/again"])
    assert not found, "\n".join(found)


def test_what_a_customer_keeps(device: Device, site: Site, world: World) -> None:
    site.orm(street.confirmed, world.cleaner, user=street.CUSTOMER, days=2)
    page = sign_in(device(), street.CUSTOMER)
    pages = [f"/account/{part}/" if part else "/account/" for part in ACCOUNT]
    assert not (found := too_wide(page, ["/bookings", *pages])), "\n".join(found)


def test_where_a_business_works(device: Device, site: Site, world: World) -> None:
    held = site.orm(street.confirmed, world.salon, days=2)
    base = f"/provider/{world.salon.provider}"
    outlet = f"{base}/outlets/{world.salon.outlet}"
    paths = [f"{base}/{part}/" if part else f"{base}/" for part in BUSINESS]
    paths += [f"{outlet}/{part}" for part in ("", "hours/", "days/", "times/", "seasons/", "pictures/")]
    paths += [world.salon.day_path(held.booking.local_start.date().isoformat())]
    paths += [f"{base}/{world.salon.outlet}/board", f"{base}/{world.salon.outlet}/day/add"]
    paths += [f"{base}/visits/{held.booking.ref}/{part}" for part in ("", "cancel", "move")]
    assert not (found := too_wide(sign_in(device(), street.OWNER), paths)), "\n".join(found)


def test_the_operators_desk(device: Device, site: Site, world: World) -> None:
    held = site.orm(street.confirmed, world.salon, days=2)
    paths = [f"/desk/{part}/" if part else "/desk/" for part in DESK]
    paths += [f"/desk/providers/{world.salon.provider}/", f"/desk/bookings/{held.booking.ref}/"]
    assert not (found := too_wide(as_operator(device(), site), paths)), "\n".join(found)
