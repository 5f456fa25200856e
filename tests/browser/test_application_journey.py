"""A business applies, is asked to correct something, is approved by keyboard, and gets its first booking."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from common import clock
from common.models import AuditEntry
from providers.enums import PaperSubject
from providers.models import Category
from tests.browser import world as street
from tests.browser.conftest import PHONE, sign_in_operator
from tests.browser.site import Site
from tests.browser.test_journey import book_at_counter, fill_contact, open_mail, ref_of, says, shown
from tests.browser.world import World
from tests.setup.site import until
from tests.uploads.pdfs import pdf
from tests.vetting.conftest import make_kind

pytestmark = pytest.mark.browser

Device = Callable[..., BrowserContext]
OWNER = "paavo.parturi@example.com"
OPERATOR = "otto.ovi@example.com"
SHOP = "Parturi Paavo"
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _prepare() -> None:
    """Barbers: the businesses show a licence, and their people who they are."""
    barber = Category.objects.get(slug="barber")
    make_kind("trade-licence", barber, asks_until=True)
    make_kind("identity-card", barber, subject=PaperSubject.PERSON, asks_until=False)
    street.operator(OPERATOR, "Otto Ovi")


def _openings(email: str) -> int:
    """How many openings of a document by the operator stand in the record."""
    actor = f"user:{street.User.objects.get(email=email).public_id}"
    return AuditEntry.objects.filter(action="document.open", actor=actor).count()


def test_from_signing_up_to_the_first_booking(
    device: Device, site: Site, world: World, tmp_path: Path
) -> None:
    site.orm(_prepare)
    owner = signs_up(device(viewport=PHONE), "Paavo Parturi", OWNER)
    _describes_the_place_and_leaves(owner)
    _comes_back_and_finishes(owner, tmp_path)

    operator = sign_in_operator(device(), OPERATOR)
    _asks_for_a_correction(operator, site)

    owner.reload()
    expect(owner.locator(".vetting__point")).to_have_text("Say what the beard trim costs with VAT.")
    owner.get_by_role("link", name=re.compile("Services and prices")).last.click()
    owner.get_by_role("link", name="Beard trim").click()
    owner.get_by_label("Price", exact=True).fill("25.50")
    owner.get_by_role("button", name="Save").first.click()
    expect(owner.get_by_text("Saved.")).to_be_visible()
    business = owner.url.split("/services/")[0]
    owner.goto(f"{business}/application/")
    owner.get_by_role("button", name="Send it again").click()
    expect(owner.get_by_text("Sent. We look at it and write to you.")).to_be_visible()

    # Nobody finds it yet.
    guest = device().new_page()
    _searches(guest)
    expect(guest.get_by_role("link", name=SHOP)).to_have_count(0)

    _approves_by_keyboard(operator)
    open_mail(device().new_page(), OWNER, "is approved")

    _searches(guest)
    guest.get_by_role("link", name=SHOP).first.click()
    guest.get_by_role("link", name="Book Beard trim").click()
    guest.locator(".times button").first.click()
    guest.wait_for_url("**/checkout")
    expect(guest.locator(".sums__total").first).to_contain_text("25.50")
    fill_contact(guest, "first.guest@example.com")
    book_at_counter(guest)
    says(guest, "Confirmed")
    ref = ref_of(guest)

    day = site.orm(lambda: street.booking(ref).local_start.date().isoformat())
    outlet = site.orm(lambda: street.booking(ref).outlet.public_id)
    owner.goto(f"{business}/{outlet}/day?day={day}")
    visit = owner.locator(f"[id='{ref}']")
    expect(visit).to_contain_text("Maria Korhonen")
    expect(visit).to_contain_text("Beard trim")


def signs_up(context: BrowserContext, name: str, email: str) -> Page:
    """Somebody new, with their address verified, where a business begins."""
    page = context.new_page()
    page.goto("/account/signup/?next=/provider/new/")
    page.get_by_label("Name").fill(name)
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(street.PASSWORD)
    page.get_by_role("button", name="Make the account").click()
    page.get_by_label("Code").wait_for()
    mail = context.new_page()
    open_mail(mail, email, ".")
    code = re.search(r"\b[A-Z0-9]{3,4}-?[A-Z0-9]{3,4}\b", mail.locator("article").inner_text())
    assert code, mail.locator("article").inner_text()
    mail.close()
    page.get_by_label("Code").fill(code[0])
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/provider/new/")
    return page


def _describes_the_place_and_leaves(page: Page) -> None:
    page.get_by_label("Name of the business").fill(SHOP)
    page.get_by_label("E-mail").fill(OWNER)
    page.get_by_role("button", name="Make the draft").click()
    page.wait_for_url("**/outlets/new/")
    page.get_by_label("Name of the shop").fill(SHOP)
    page.get_by_label("Mostly").select_option("barber")
    page.get_by_label("Street and number").fill(street.NEAR_ADDRESS)
    page.get_by_label("City").fill("Helsinki")
    page.get_by_label("Country").select_option("FI")
    page.get_by_label("Time zone").select_option("Europe/Helsinki")
    page.get_by_label("Currency").fill("EUR")
    page.get_by_role("button", name="Save").first.click()
    page.wait_for_url(lambda url: "/outlets/new/" not in url)
    page.goto("/")


def _comes_back_and_finishes(page: Page, folder: Path) -> None:
    page.goto("/provider/")
    page.get_by_role("link", name=SHOP).click()
    page.wait_for_url(re.compile(r"/provider/[^/]+/$"))
    business = page.url
    page.goto(f"{business}application/")
    page.get_by_role("link", name="Go on: Opening hours").click()
    for day in DAYS:
        page.get_by_label(f"{day}, opening 1").fill("00:00")
        page.get_by_label(f"{day}, closing 1").fill("00:00")
    page.get_by_role("button", name="Save the week").click()
    expect(page.get_by_text("Saved.")).to_be_visible()

    page.goto(f"{business}application/")
    page.get_by_role("link", name="Go on: Services and prices").click()
    page.wait_for_url("**/services/new/")
    page.get_by_label("Name of the service").fill("Beard trim")
    page.get_by_label("Category").select_option("barber")
    page.get_by_label("Length in minutes").fill("30")
    page.get_by_label("Price", exact=True).fill("20")
    page.get_by_label("VAT, per cent").fill("25.5")
    page.get_by_role("button", name="Save").first.click()
    page.wait_for_url(lambda url: "/services/new/" not in url)

    page.goto(f"{business}application/")
    page.get_by_role("link", name="Go on: People").click()
    page.get_by_label("Name", exact=True).fill("Paavo Parturi")
    page.get_by_role("checkbox", name=SHOP).check()
    page.get_by_role("combobox", name="Beard trim").select_option(index=1)
    page.get_by_role("button", name="Save").first.click()
    page.wait_for_url(lambda url: "/staff/new/" not in url)

    licence, identity = folder / "licence.pdf", folder / "identity.jpg"
    licence.write_bytes(pdf())
    Image.new("RGB", (640, 400), "beige").save(identity, "JPEG")
    for name, file in (("Trade-Licence", licence), ("Identity-Card", identity)):
        page.goto(f"{business}documents/")
        page.get_by_role("link", name=f"Send: {name}").click()
        page.locator("[name=file]").set_input_files(file)
        if file is licence:
            page.get_by_label("Last day").fill(f"{clock.now().year + 2}-06-30")
        page.get_by_role("button", name="Send it").click()
        page.wait_for_url("**/documents/")
        expect(page.get_by_role("link", name=f"Open: {name}")).to_be_visible()

    page.goto(f"{business}application/")
    page.get_by_role("button", name="Send for approval").click()
    expect(page.get_by_text("Sent. We look at it and write to you.")).to_be_visible()


def _takes_in_hand(operator: Page) -> None:
    """The first of the barbers, by keyboard."""
    operator.goto("/desk/applications/?category=barber")
    operator.keyboard.press("j")
    operator.keyboard.press("Enter")
    operator.wait_for_url(re.compile(r"/desk/applications/[^/?]+/$"))
    expect(operator.get_by_role("heading", level=1)).to_have_text(SHOP)
    operator.keyboard.press("c")
    expect(operator.get_by_role("button", name="Give it back")).to_be_visible()


def _asks_for_a_correction(operator: Page, site: Site) -> None:
    _takes_in_hand(operator)
    # The photo stands beside the data, without what the camera wrote into it.
    photo = operator.get_by_role("img", name="Document: Identity-Card")
    photo.scroll_into_view_if_needed()
    until(lambda: photo.evaluate("(image) => image.complete && image.naturalWidth"))
    beside = operator.locator('iframe[title="Document: Trade-Licence"]').get_attribute("src")
    shown = operator.request.get(f"{site.url}{beside}")
    assert shown.headers["content-type"] == "application/pdf"
    assert shown.headers["content-disposition"].startswith("inline")
    before = site.orm(_openings, OPERATOR)
    with operator.expect_download() as saved:
        operator.get_by_role("link", name=re.compile("^Open the PDF")).click()
    assert saved.value.path().read_bytes().startswith(b"%PDF")
    assert site.orm(_openings, OPERATOR) > before

    operator.keyboard.press("r")
    reason = operator.get_by_label("Reason").locator("visible=true")
    expect(reason).to_be_focused()
    reason.select_option(label="Hours or prices unclear")
    # Now keys are letters: nothing else opens.
    operator.get_by_label("Services and prices").fill("Say what the beard trim costs with VAT.")
    operator.get_by_label("Services and prices").press("Enter")
    expect(operator.get_by_text("sent back. They are told what to change.")).to_be_visible()


def _approves_by_keyboard(operator: Page) -> None:
    _takes_in_hand(operator)
    for name in ("Trade-Licence", "Identity-Card"):
        accept = operator.get_by_role("button", name=re.compile(f"^Accept ?, {name}"))
        accept.press("Enter")
        expect(accept).to_have_count(0)
    operator.keyboard.press("a")
    operator.keyboard.type("Welcome.")
    operator.keyboard.press("Tab")
    expect(operator.get_by_role("button", name="Approve and show it")).to_be_focused()
    operator.keyboard.press("Enter")
    expect(operator.get_by_text("approved. Everybody sees it now.")).to_be_visible()


def _searches(guest: Page) -> None:
    guest.goto("/")
    guest.get_by_label("What").first.fill("beard trim")
    guest.get_by_label("Where").first.fill(street.NEAR_ADDRESS)
    shown(guest, re.compile("Find a time|Search")).click()
    guest.wait_for_url("**/search?**")
