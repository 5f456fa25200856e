"""Finding, booking, paying and watching a visit, as a person would click it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, ViewportSize, expect

from tests.browser import world as street
from tests.browser.conftest import DESK, PHONE, sign_in
from tests.browser.site import Site
from tests.browser.world import Shop, World
from tests.setup.site import until

pytestmark = pytest.mark.browser

Device = Callable[..., BrowserContext]


def shown(page: Page, name: str | re.Pattern[str], role: str = "button") -> Locator:
    """The visible one of those with this name: phone and desk each have theirs."""
    return page.get_by_role(role, name=name).locator("visible=true").first  # type: ignore[arg-type]


def open_times(page: Page, site: Site, shop: Shop, days: int) -> Locator:
    """The picker on the day `days` from today; answers its plates."""
    start = site.orm(street.free_starts, shop, days=days)[0]
    page.goto(f"{shop.slots_path}?day={site.orm(street.local_day, shop, start)}")
    return page.locator(".times button")


def fill_contact(page: Page, email: str = "maria.k@example.com") -> None:
    page.get_by_label("Name").fill("Maria Korhonen")
    page.get_by_label("E-mail").fill(email)


def hold_and_fill(page: Page, site: Site, shop: Shop, days: int, email: str) -> str:
    """Hold the first time of a day and say who comes; answers the reference."""
    open_times(page, site, shop, days).first.click()
    page.wait_for_url("**/checkout")
    fill_contact(page, email)
    return ref_of(page)


def pay_online(page: Page, press: str) -> None:
    """From the checkout to the gateway's page, and press a button there."""
    page.get_by_role("radio", name=re.compile("^Card")).check()
    shown(page, re.compile("^Pay .* and book")).click()
    page.wait_for_url("**/sandbox/pay/**")
    page.get_by_role("button", name=press, exact=False).first.click()


def book_at_counter(page: Page) -> None:
    page.get_by_role("radio", name=re.compile("^(At the shop|To who comes)")).check()
    shown(page, re.compile("^Book, pay")).click()


def ref_of(page: Page) -> str:
    found = re.search(r"/b/([^/?]+)", page.url)
    assert found, page.url
    return found[1]


def says(page: Page, words: str) -> None:
    """The booking's page comes to show this status, without being loaded again."""
    expect(page.locator("#now .badge")).to_have_text(words)


def mark_to_notice_a_reload(page: Page) -> None:
    page.evaluate("window.notReloaded = true")


def was_not_reloaded(page: Page) -> bool:
    return bool(page.evaluate("window.notReloaded === true"))


@pytest.mark.parametrize(("viewport", "days"), [(PHONE, 3), (DESK, 4)], ids=["390", "1280"])
def test_from_the_street_to_a_paid_visit_followed_live(
    device: Device, site: Site, world: World, viewport: ViewportSize, days: int
) -> None:
    customer = device(viewport=viewport).new_page()
    email = f"maria.{days}@example.com"

    customer.goto("/")
    customer.get_by_label("What").first.fill("haircut")
    customer.get_by_label("Where").first.fill(street.NEAR_ADDRESS)
    shown(customer, re.compile("Find a time|Search")).click()
    customer.wait_for_url("**/search?**")
    assert street.NEAR_ADDRESS not in customer.url
    customer.get_by_role("link", name=world.salon.name).first.click()
    customer.get_by_role("link", name=f"Book {world.salon.service_name}").click()
    expect(customer.get_by_role("heading", level=1)).to_be_visible()

    # A person, a day, a time.
    shown(customer, "Helmi Laine", role="link").click()
    customer.wait_for_url("**staff=**")
    start = site.orm(street.free_starts, world.salon, days=days)[8]
    day = site.orm(street.local_day, world.salon, start)
    customer.goto(f"{world.salon.slots_path}?day={day}&staff={world.salon.staff['Helmi Laine']}")
    customer.locator(".times button").nth(8).click()
    customer.wait_for_url("**/checkout")
    ref = ref_of(customer)
    expect(customer.locator("[data-left]")).to_have_text(re.compile(r"\d+:\d\d"))

    # What is wrong is said, and everything that was typed stays.
    customer.get_by_label("Name").fill("Maria Korhonen")
    customer.get_by_label("E-mail").fill("maria@nowhere")
    customer.get_by_label("Phone").fill("12")
    shown(customer, re.compile("^Pay .* and book")).click()
    expect(customer.locator("#errors")).to_be_visible()
    expect(customer.get_by_label("Name")).to_have_value("Maria Korhonen")
    expect(customer.get_by_label("E-mail")).to_have_value("maria@nowhere")
    expect(customer.get_by_label("Phone")).to_have_value("12")
    customer.get_by_label("E-mail").fill(email)
    shown(customer, re.compile("^Pay .* and book")).click()
    expect(customer.locator("#errors")).to_contain_text("Phone")
    customer.get_by_label("Phone").fill("040 123 4567")

    # An option changes the price at once.
    expect(customer.locator(".sums__total").first).to_contain_text("50.00")
    customer.get_by_role("checkbox", name=re.compile("^Hot towel")).check()
    expect(customer.locator(".sums__total").first).to_contain_text("62.00")
    expect(customer.get_by_label("E-mail")).to_have_value(email)

    pay_online(customer, "Pay €62.00")
    customer.wait_for_url(f"**/b/{ref}")
    says(customer, "Confirmed")
    code = "".join(customer.locator("#code .code span").all_inner_texts())
    assert re.fullmatch(r"\d{4}", code)

    # At the shop: the day page in another browser; the customer's page follows by itself.
    mark_to_notice_a_reload(customer)
    expect(customer.locator(".live")).to_have_text("Live")
    shop = sign_in(device(viewport=viewport), street.EMPLOYEE)
    site.orm(street.let_the_day_come, ref, days=days)
    shop.goto(world.salon.day_path(""))
    visit = shop.locator(f"[id='{ref}']")
    visit.get_by_label("Code of Maria Korhonen").fill("0000" if code != "0000" else "1111")
    visit.get_by_role("button", name="Check in").click()
    expect(shop.get_by_text("This is not the code of this booking.")).to_be_visible()
    visit.get_by_label("Code of Maria Korhonen").fill(code)
    visit.get_by_role("button", name="Check in").click()
    says(customer, "Checked in")
    visit.get_by_role("button", name="Start").click()
    says(customer, "In service")
    visit.get_by_role("button", name="Done").click()
    expect(customer.get_by_role("button", name="It was good")).to_be_visible()
    assert was_not_reloaded(customer)

    customer.get_by_role("button", name="It was good").click()
    says(customer, "Completed")
    assert site.orm(lambda: street.booking(ref).status) == "closed"

    # The mail: its calendar file, and its link in a browser that knows nothing.
    mail = device(viewport=viewport).new_page()
    open_mail(mail, email, "confirmed")
    calendar = mail.context.request.get(str(mail.locator("a", has_text=".ics").get_attribute("href")))
    assert ".ics" in calendar.headers["content-disposition"]
    assert b"BEGIN:VEVENT" in calendar.body()
    link = mail.locator(f"article a[href*='/b/{ref}']").first.get_attribute("href")
    assert link and "key=" in link
    mail.goto(link)
    assert "key=" not in mail.url
    expect(mail.locator("#facts")).to_contain_text(ref)


def open_mail(page: Page, to: str, words: str) -> None:
    """Open the newest mail to an address whose subject has these words, waiting for it to come."""
    mail = page.locator("main li", has_text=to).filter(has_text=re.compile(words, re.IGNORECASE))

    def came() -> bool:
        page.goto("/mailbox/")
        return mail.count() > 0

    assert until(came, seconds=20), page.locator("main").inner_text()
    mail.first.get_by_role("link").click()


def test_paid_visit_is_cancelled_with_what_was_promised(device: Device, site: Site, world: World) -> None:
    page = device().new_page()
    ref = hold_and_fill(page, site, world.salon, 5, "cancels@example.com")
    pay_online(page, "Pay €50.00")
    says(page, "Confirmed")
    page.locator("#to-cancel").click()
    expect(page.locator(".sums__total")).to_contain_text("€50.00")
    page.get_by_role("button", name="Cancel, €50.00 back").click()
    page.wait_for_url(f"**/b/{ref}")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#to-cancel")).to_be_visible()
    says(page, "Confirmed")
    page.locator("#to-cancel").click()
    page.get_by_role("button", name="Cancel, €50.00 back").click()
    page.wait_for_url(f"**/b/{ref}")
    expect(page.get_by_text("For ten seconds you can take that back.")).to_be_visible()
    # The worker carries it out, and the page hears of it.
    expect(page.locator("#now .badge")).to_have_text("Cancelled", timeout=30_000)
    open_mail(page, "cancels@example.com", "cancel")


def test_declined_payment_leads_back_and_can_be_tried_again(device: Device, site: Site, world: World) -> None:
    page = device().new_page()
    ref = hold_and_fill(page, site, world.salon, 6, "declined@example.com")
    pay_online(page, "Decline")
    page.wait_for_url(f"**/b/{ref}/checkout")
    expect(page.get_by_role("alert")).to_contain_text("The payment did not go through.")
    pay_online(page, "Pay €50.00")
    says(page, "Confirmed")


@pytest.mark.parametrize("trouble", ["Told twice", "Told in the wrong order"])
def test_messages_of_the_gateway_confirm_once(device: Device, site: Site, world: World, trouble: str) -> None:
    page = device().new_page()
    ref = hold_and_fill(page, site, world.salon, 7, f"{trouble.replace(' ', '.').lower()}@example.com")
    pay_online(page, f"Pay: {trouble}")
    page.wait_for_url(f"**/b/{ref}")
    says(page, "Confirmed")
    assert until(lambda: site.orm(street.webhooks_taken, ref), seconds=20)
    assert site.orm(street.confirmations, ref) == 1


def test_time_that_somebody_else_takes_fades(device: Device, site: Site, world: World) -> None:
    page = device().new_page()
    with page.expect_websocket():
        plates = open_times(page, site, world.wash, 8)
    page.wait_for_timeout(1000)  # until the server has begun to tell
    words, value = plates.nth(2).inner_text(), plates.nth(2).get_attribute("value")
    count = plates.count()
    mark_to_notice_a_reload(page)
    site.orm(street.hold, world.wash, site.orm(street.free_starts, world.wash, days=8)[2])
    expect(page.locator(f".times button[value='{value}']")).to_have_count(0)
    expect(page.locator(".plate--taken", has_text=words).first).to_be_visible()
    expect(page.locator("[data-taken-note]").first).to_be_visible()
    assert plates.count() < count
    assert was_not_reloaded(page)


def test_taken_time_offers_the_nearest(device: Device, site: Site, world: World) -> None:
    page = device().new_page()
    # The socket stays silent: the page does not know that its time has gone.
    page.route_web_socket("**/ws/**", lambda socket: None)
    plates = open_times(page, site, world.wash, 9)
    site.orm(street.hold, world.wash, site.orm(street.free_starts, world.wash, days=9)[4])
    plates.nth(4).click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("These are the nearest that are free")
    expect(alert.get_by_role("button")).to_have_count(3)
    alert.get_by_role("button").first.click()
    page.wait_for_url("**/checkout")


def test_double_click_holds_once(device: Device, site: Site, world: World) -> None:
    page = device().new_page()
    plates = open_times(page, site, world.salon, 10)
    before = site.orm(street.held_bookings, world.salon)
    plates.nth(4).dblclick()
    page.wait_for_url("**/checkout")
    assert site.orm(street.held_bookings, world.salon) == before + 1


def test_back_after_holding_shows_the_times_and_the_hold_stays(
    device: Device, site: Site, world: World
) -> None:
    page = device().new_page()
    plates = open_times(page, site, world.salon, 11)
    before = site.orm(street.held_bookings, world.salon)
    plates.nth(3).click()
    page.wait_for_url("**/checkout")
    ref = ref_of(page)
    page.go_back()
    # The form was sent once; come back, another time can be chosen.
    page.locator(".times button").nth(8).click()
    page.wait_for_url("**/checkout")
    assert ref_of(page) != ref
    assert site.orm(street.held_bookings, world.salon) == before + 2
    page.goto(f"/b/{ref}/checkout")
    expect(page.get_by_role("heading", name="Who is coming?")).to_be_visible()


def test_home_visit_goes_only_where_they_come(device: Device, site: Site, world: World) -> None:
    page = device(viewport=PHONE).new_page()
    open_times(page, site, world.cleaner, 3)
    # Times depend on where they come to: first the address.
    expect(page.locator(".times")).to_have_count(0)
    page.get_by_label("Address").fill(street.FAR_ADDRESS)
    page.get_by_role("button", name="Show times").click()
    expect(page.get_by_label("Address")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Address")).to_have_value(street.FAR_ADDRESS)
    page.get_by_label("Address").fill(street.NEAR_ADDRESS)
    page.get_by_label("Address").press("Enter")
    expect(page.locator(".times").first).to_be_visible()
    assert "Kalevankatu" not in page.url
    page.get_by_label("How to get in").fill("Door code 1234")
    # Another address on the way to the checkout is looked at there and then.
    page.get_by_label("Address").fill(street.FAR_ADDRESS)
    page.locator(".times button").first.click()
    expect(page.get_by_label("Address")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("How to get in")).to_have_value("Door code 1234")
    page.get_by_label("Address").fill(street.NEAR_ADDRESS)
    page.get_by_role("button", name="Show times").click()
    page.locator(".times button").nth(2).click()
    page.wait_for_url("**/checkout")
    expect(page.get_by_label("Address")).to_have_value(street.NEAR_ADDRESS)
    fill_contact(page, "at.home@example.com")
    book_at_counter(page)
    says(page, "Confirmed")
    expect(page.locator("#facts")).to_contain_text(street.NEAR_ADDRESS)


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["390", "1280"])
def test_without_javascript(device: Device, site: Site, world: World, viewport: ViewportSize) -> None:
    page = device(viewport=viewport, java_script_enabled=False).new_page()
    page.goto("/")
    page.get_by_label("What").first.fill("haircut")
    page.get_by_label("Where").first.fill(street.NEAR_ADDRESS)
    shown(page, re.compile("Find a time|Search")).click()
    page.get_by_role("link", name=world.salon.name).first.click()
    page.get_by_role("link", name=f"Book {world.salon.service_name}").click()
    open_times(page, site, world.salon, 12).nth(6 if viewport is PHONE else 12).click()
    page.wait_for_url("**/checkout")
    page.get_by_role("checkbox", name=re.compile("^Hot towel")).check()
    page.get_by_role("button", name="Update the price").click()
    expect(page.locator(".sums__total").first).to_contain_text("62.00")
    fill_contact(page, f"no.script.{viewport['width']}@example.com")
    book_at_counter(page)
    says(page, "Confirmed")
    expect(page.locator("#code .code span")).to_have_count(4)
