"""Every page, on a phone and at a desk, light and dark, without a violation of WCAG 2.2 AA.

Both themes and both sizes are seen in one visit: the theme follows the system's, the size the window's.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from accounts.models import User
from accounts.principals import Principal
from bookings.selectors.access import booking_for
from bookings.services.messages import send_message
from providers.models import Provider, Service
from providers.services import vetting
from tests.browser import world as street
from tests.browser.axe import violations
from tests.browser.conftest import DESK, SIZES, TABLETS, as_operator, sign_in
from tests.browser.site import Site
from tests.browser.world import Shop, World
from tests.factories import make_quiz
from tests.setup.site import until
from tests.signing_in import make_operator
from tests.vetting.conftest import make_kind

pytestmark = pytest.mark.browser


# Until none is left: a colour that a child inherits sets out only when its parent's has arrived.
SETTLED = """async () => {
  const moving = () => document.getAnimations().filter((each) => each instanceof CSSTransition);
  for (let left = moving(); left.length; left = moving()) {
    await Promise.allSettled(left.map((each) => each.finished));
  }
}"""

# A label, and a script, would find the first only.
IDS_USED_TWICE = """() => {
  const ids = [...document.querySelectorAll("[id]")].map((each) => each.id);
  return [...new Set(ids.filter((id, n) => ids.indexOf(id) !== n))];
}"""


def looked_at(page: Page) -> list[str]:
    """What is wrong with the page as it is open now.

    What axe says at each size: all in light, and what dark makes different; whether anything is wider than the
    window; which ids stand on it more than once. A workplace is seen on a tablet, too.
    """
    workplace = page.locator("body.work").count() > 0
    found = [f"the id {twice} is used twice" for twice in page.evaluate(IDS_USED_TWICE)]
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        # A colour on its way from one theme to the other is nobody's contrast.
        page.evaluate(SETTLED)
        for size, viewport in (TABLETS if workplace and scheme == "light" else SIZES).items():
            page.set_viewport_size(viewport)
            # As tall as the page: what a bar at the bottom covers at first is reached by scrolling.
            tall = page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size({**viewport, "height": max(tall, viewport["height"])})
            found += [f"{size} {scheme} {line}" for line in violations(page, colours_only=scheme == "dark")]
            wide = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            if wide > 0:
                found.append(f"{size} {scheme} the page is {wide} px wider than the window")
    return found


@pytest.fixture(scope="module")
def visitor(browser: Browser, site: Site) -> Iterator[Page]:
    context = _context(browser, site)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def owner(browser: Browser, site: Site, world: World) -> Iterator[Page]:
    context = _context(browser, site)
    yield sign_in(context, street.OWNER)
    context.close()


@pytest.fixture(scope="module")
def customer(browser: Browser, site: Site, world: World) -> Iterator[Page]:
    context = _context(browser, site)
    yield sign_in(context, street.CUSTOMER)
    context.close()


def _context(browser: Browser, site: Site) -> BrowserContext:
    context = browser.new_context(base_url=site.url, viewport=DESK, reduced_motion="reduce", locale="en-GB")
    context.set_default_timeout(10_000)
    return context


def check(page: Page, path: str, status: int = 200) -> None:
    """The page at `path` answers `status` and axe has nothing to say."""
    answer = page.goto(path, wait_until="load")
    assert answer and answer.status == status, f"{path}: {answer and answer.status}"
    found = looked_at(page)
    assert not found, f"{path}\n" + "\n".join(found)


PUBLIC = {
    "landing": "/",
    "results": "/search?q=haircut&lat=60.167&lng=24.937",
    "results without any": "/search?q=piano",
    "help": "/help",
    "privacy": "/privacy",
    "terms": "/terms",
    "for providers": "/for-providers",
    "how we rank": "/how-we-rank",
    "category": "/find/hair",
    "sign in": "/account/login/",
    "sign in by code": "/account/login/code/",
    "sign up": "/account/signup/",
    "forgotten password": "/account/password/reset/",
    "mailbox": "/mailbox/",
    "offline": "/offline",
}


@pytest.mark.parametrize("path", PUBLIC.values(), ids=PUBLIC.keys())
def test_public_page(visitor: Page, world: World, path: str) -> None:
    check(visitor, path)


@pytest.mark.parametrize("name", ["salon", "cleaner", "wash"])
def test_outlet_and_its_times(visitor: Page, world: World, name: str) -> None:
    shop: Shop = getattr(world, name)
    check(visitor, f"/o/{shop.outlet}")
    check(visitor, shop.slots_path)


def test_not_found(visitor: Page, world: World) -> None:
    check(visitor, "/nowhere/at/all", 404)


def test_not_allowed(visitor: Page, world: World) -> None:
    visitor.goto("/help")
    # A form without its token, as from somebody else's site.
    with visitor.expect_navigation() as sent:
        visitor.evaluate(
            """() => {
              const form = document.createElement("form");
              Object.assign(form, { method: "post", action: "/preferences" });
              document.body.append(form);
              form.submit();
            }"""
        )
    assert sent.value and sent.value.status == 403
    found = looked_at(visitor)
    assert not found, "\n".join(found)


def test_held_booking(visitor: Page, site: Site, world: World) -> None:
    held = site.orm(street.hold, world.salon)
    visitor.goto(f"/b/{held.booking.ref}?key={held.token}")
    check(visitor, f"/b/{held.booking.ref}/checkout")
    check(visitor, f"/b/{held.booking.ref}/cancel")
    visitor.goto(f"/b/{held.booking.ref}/checkout")
    visitor.get_by_label("E-mail").fill("nobody at all")
    visitor.get_by_role("button", name="Pay", exact=False).locator("visible=true").first.click()
    visitor.locator("#errors").wait_for()
    found = looked_at(visitor)
    assert not found, "\n".join(found)


def test_hold_that_has_ended(visitor: Page, site: Site, world: World) -> None:
    held = site.orm(street.hold, world.salon)
    site.orm(street.run_out, held.booking.ref)
    visitor.goto(f"/b/{held.booking.ref}?key={held.token}")
    check(visitor, f"/b/{held.booking.ref}/checkout")


def test_slot_that_somebody_took(visitor: Page, site: Site, world: World) -> None:
    start = site.orm(street.free_starts, world.wash)[0]
    visitor.goto(f"{world.wash.slots_path}?day={start.date().isoformat()}")
    site.orm(street.hold, world.wash, start)
    visitor.evaluate("document.querySelector('#hold [name=slot][value]')")
    value = f"{world.wash.outlet}:{world.wash.service}:{street.instant(start)}"
    visitor.evaluate(
        """(value) => {
          const form = document.getElementById("hold");
          const field = document.createElement("input");
          Object.assign(field, { type: "hidden", name: "slot", value });
          form.append(field);
          form.submit();
        }""",
        value,
    )
    visitor.get_by_role("alert").first.wait_for()
    found = looked_at(visitor)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("status", ["confirmed", "checked_in", "started", "completed", "closed", "cancelled"])
def test_booking(visitor: Page, site: Site, world: World, status: str) -> None:
    held = site.orm(street.confirmed, world.salon)
    site.orm(street.bring_to, held.booking.ref, status)
    visitor.goto(f"/b/{held.booking.ref}?key={held.token}")
    check(visitor, f"/b/{held.booking.ref}")


def test_request_and_its_answer(visitor: Page, owner: Page, site: Site, world: World) -> None:
    site.orm(street.ask_for_acceptance, world.wash, True)
    held = site.orm(street.hold, world.wash, days=3)
    visitor.goto(f"/b/{held.booking.ref}?key={held.token}")
    check(visitor, f"/b/{held.booking.ref}/checkout")
    site.orm(street.promise_to_pay, held)
    check(visitor, f"/b/{held.booking.ref}")
    for path in (f"/provider/{world.wash.provider}/", world.wash.day_path("2030-01-01")):
        check(owner, path)
        owner.locator(".request__no summary").first.click()
        found = looked_at(owner)
        assert not found, "\n".join(found)
    site.orm(street.answer_no, held.booking.ref, "Both bays are being mended.")
    site.orm(street.ask_for_acceptance, world.wash, False)
    check(visitor, f"/b/{held.booking.ref}")


def test_case_and_its_decision(visitor: Page, browser: Browser, site: Site, world: World) -> None:
    held = site.orm(street.confirmed, world.salon)
    site.orm(street.bring_to, held.booking.ref, "started")
    visitor.goto(f"/b/{held.booking.ref}?key={held.token}")
    check(visitor, f"/b/{held.booking.ref}/object")
    objection = site.orm(street.object_to, held.booking.ref, "He broke the chair.")
    check(visitor, f"/b/{held.booking.ref}")
    context = _context(browser, site)
    operator = as_operator(context, site)
    check(operator, "/desk/objections/")
    check(operator, f"/desk/objections/{objection}/")
    operator.get_by_role("button", name="Decide and tell both").click()
    operator.locator("#errors").wait_for()
    found = looked_at(operator)
    assert not found, "\n".join(found)
    context.close()


def test_money_at_the_operators_desk(browser: Browser, site: Site) -> None:
    context = _context(browser, site)
    operator = as_operator(context, site)
    for part in MONEY_AT_THE_DESK:
        check(operator, f"/desk/{part}/")
    context.close()


MONEY_AT_THE_DESK = (
    *("commission", "commission/edit", "payouts", "terms", "terms/edit"),
    *("refunds", "disputes", "gateways"),
)


def test_home_visit_on_its_way(visitor: Page, site: Site, world: World) -> None:
    held = site.orm(street.confirmed, world.cleaner)
    site.orm(street.bring_to, held.booking.ref, "on_the_way")
    visitor.goto(f"/b/{held.booking.ref}?key={held.token}")
    check(visitor, f"/b/{held.booking.ref}")


def test_cancelling_and_moving(visitor: Page, site: Site, world: World) -> None:
    held = site.orm(street.confirmed, world.salon)
    visitor.goto(f"/b/{held.booking.ref}?key={held.token}")
    check(visitor, f"/b/{held.booking.ref}/cancel")
    check(visitor, f"/b/{held.booking.ref}/move")


def test_page_of_the_gateway(visitor: Page, site: Site, world: World) -> None:
    held = site.orm(street.hold, world.salon)
    check(visitor, urlsplit(site.orm(street.payment_page, held)).path)


def test_own_bookings_and_account(customer: Page, site: Site, world: World) -> None:
    check(customer, "/bookings")
    site.orm(street.confirmed, world.salon, user=street.CUSTOMER)
    for path in (
        "/bookings",
        "/account/",
        "/account/profile/",
        "/account/people/",
        "/account/addresses/",
        "/account/vehicles/",
        "/account/sessions/",
        "/account/tokens/",
        "/account/email/",
        "/account/password/change/",
        "/account/logout/",
        "/account/terms/",
        "/account/again/",
        "/account/data/",
        "/account/data/erase/",
        "/account/notices/",
        "/account/wallet/",
        "/account/calendar/",
    ):
        check(customer, path)


def test_addresses_for_calendars(customer: Page, owner: Page, world: World) -> None:
    for page, path in (
        (customer, "/account/calendar/"),
        (owner, f"/provider/{world.wash.provider}/calendars/"),
    ):
        page.goto(path)
        page.get_by_role("button", name="Make a link").first.click()
        page.get_by_role("textbox", name="Address of the calendar").wait_for()
        found = looked_at(page)
        assert not found, "\n".join(found)


def _both_wrote(ref: str) -> None:
    customer, owner = (User.objects.get(email=email) for email in (street.CUSTOMER, street.OWNER))
    send_message(access=booking_for(Principal(user=customer), ref), text="Is there room for a pram?")
    send_message(access=booking_for(Principal(user=owner), ref), text="There is, by the door.")


def test_messages_on_a_visit(customer: Page, owner: Page, site: Site, world: World) -> None:
    held = site.orm(street.confirmed, world.salon, user=street.CUSTOMER, days=4)
    site.orm(_both_wrote, held.booking.ref)
    check(customer, f"/b/{held.booking.ref}")
    report = customer.locator("a[href$='/report']").first.get_attribute("href")
    assert report
    check(customer, report)
    check(owner, f"/provider/{world.salon.provider}/visits/{held.booking.ref}/")


def test_a_guests_data(visitor: Page, site: Site, world: World) -> None:
    held = site.orm(street.confirmed, world.cleaner)
    visitor.goto(f"/b/{held.booking.ref}?key={held.token}")
    check(visitor, f"/b/{held.booking.ref}/data")


def test_a_mail(visitor: Page, site: Site, world: World) -> None:
    site.orm(street.confirmed, world.salon)
    visitor.goto("/mailbox/")
    until(lambda: visitor.reload() is not None and visitor.locator("main li a").count() > 0)
    path = visitor.locator("main li a").first.get_attribute("href")
    assert path
    check(visitor, path)


DESK_PAGES = (
    *("", "about/", "outlets/", "outlets/new/", "staff/", "staff/new/", "services/", "services/new/"),
    *("things/", "time-off/", "members/", "members/new/", "application/", "documents/", "reviews/"),
    *("training/", "close/", "leave/", "bank/", "bank/change/", "terms/", "money/"),
    *("invoices/", "invoices/seller/", "numbers/", "calendars/"),
    *("tables/services/", "tables/people/", "tables/hours/", "services/several/"),
)


def test_desk_of_an_owner(owner: Page, site: Site, world: World) -> None:
    check(owner, "/provider/")
    check(owner, "/provider/new/")


@pytest.mark.parametrize("page", DESK_PAGES, ids=[page or "overview" for page in DESK_PAGES])
def test_desk_of_a_business(owner: Page, world: World, page: str) -> None:
    check(owner, f"/provider/{world.wash.provider}/{page}")


def test_desk_of_an_outlet(owner: Page, world: World) -> None:
    for part in ("", "hours/", "days/", "days/copy/", "times/", "seasons/", "pictures/"):
        check(owner, f"/provider/{world.salon.provider}/outlets/{world.salon.outlet}/{part}")
    check(owner, f"/provider/{world.salon.provider}/services/{world.salon.service}/")
    person = next(iter(world.salon.staff.values()))
    check(owner, f"/provider/{world.salon.provider}/staff/{person}/")
    check(owner, f"/provider/{world.salon.provider}/staff/{person}/calendars/")


def test_day_of_an_outlet(owner: Page, site: Site, world: World) -> None:
    held = site.orm(street.confirmed, world.salon, days=2)
    over = site.orm(street.confirmed, world.salon, days=2)
    site.orm(street.bring_to, over.booking.ref, "completed")
    check(owner, world.salon.day_path(held.booking.local_start.date().isoformat()))
    check(owner, f"/provider/{world.salon.provider}/")
    check(owner, f"/provider/{world.salon.provider}/visits/{held.booking.ref}/cancel")


def _forms_of_an_application(shop: Shop) -> str:
    """A business of the owner's that is to send a paper and to read a quiz, warned once; the warning's id."""
    provider = Provider.objects.get(public_id=shop.provider)
    service = Service.objects.get(public_id=shop.service)
    make_kind("insurance", service.category, required=False, asks_until=True, asks_number=True)
    make_quiz(service.category)
    entry = vetting.warn(provider=provider, operator=make_operator(), reason="Late three times.")
    return entry.public_id


def test_paper_quiz_and_appeal(owner: Page, site: Site, world: World) -> None:
    warning = site.orm(_forms_of_an_application, world.salon)
    base = f"/provider/{world.salon.provider}"
    for path in (
        f"{base}/documents/",
        f"{base}/documents/new/insurance/",
        f"{base}/training/hair/",
        f"{base}/application/appeal/{warning}/",
        f"{base}/{world.salon.outlet}/day/add",
    ):
        check(owner, path)


def test_the_quiz_of_somebody_who_serves(browser: Browser, site: Site, world: World) -> None:
    site.orm(_forms_of_an_application, world.salon)
    context = _context(browser, site)
    page = sign_in(context, street.EMPLOYEE)
    check(page, f"/provider/{world.salon.provider}/training/hair/")
    context.close()


def _suspend(shop: Shop) -> None:
    provider = Provider.objects.get(public_id=shop.provider)
    vetting.suspend(provider=provider, operator=make_operator(), reason="Unsafe.")


def _reinstate(shop: Shop) -> None:
    vetting.reinstate(provider=Provider.objects.get(public_id=shop.provider), operator=make_operator())


def test_booking_at_a_suspended_business(visitor: Page, owner: Page, site: Site, world: World) -> None:
    held = site.orm(street.confirmed, world.wash)
    site.orm(_suspend, world.wash)
    visitor.goto(f"/b/{held.booking.ref}?key={held.token}")
    check(visitor, f"/b/{held.booking.ref}")
    check(visitor, f"/b/{held.booking.ref}/cancel")
    check(owner, f"/provider/{world.wash.provider}/")
    check(owner, f"/provider/{world.wash.provider}/application/")
    site.orm(_reinstate, world.wash)


def test_review_and_what_the_business_sees_of_it(
    visitor: Page, owner: Page, site: Site, world: World
) -> None:
    held = site.orm(street.confirmed, world.salon)
    site.orm(street.bring_to, held.booking.ref, "completed")
    visitor.goto(f"/b/{held.booking.ref}?key={held.token}")
    check(visitor, f"/b/{held.booking.ref}/review")
    check(visitor, f"/o/{world.salon.outlet}/reviews")
    check(owner, f"/provider/{world.salon.provider}/visits/{held.booking.ref}/")
