"""An operator in a browser: both steps of signing in, and the pages of the desk seen by axe."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.code_app import code_now
from providers.services import vetting
from reviews.enums import Reason
from reviews.models import Review
from reviews.services.reports import report
from tests.browser import world as street
from tests.browser.conftest import sign_in, sign_in_operator
from tests.browser.site import Site
from tests.browser.test_axe import _context, check, looked_at
from tests.browser.world import Shop, World
from tests.factories import make_review, make_user
from tests.signing_in import SECRET
from tests.vetting.conftest import Vetting
from tests.vetting.conftest import world as make_case

pytestmark = pytest.mark.browser

OPERATOR = "outi@example.com"


def _apply() -> None:
    make_case(category="nails").apply()


@pytest.fixture(scope="module")
def operator(browser: Browser, site: Site, world: World) -> Iterator[Page]:
    site.orm(street.operator, OPERATOR, "Outi Salo")
    context = _context(browser, site)
    page = sign_in(context, OPERATOR)
    page.wait_for_url("**/account/2fa/authenticate/")
    found = looked_at(page)
    assert not found, "\n".join(found)
    page.get_by_label("Code").fill(code_now(SECRET))
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/2fa/" not in url)
    yield page
    context.close()


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/desk/disputes/",
            "/desk/gateways/",
            "/desk/",
            "/desk/applications/",
            "/desk/documents/",
            "/desk/appeals/",
            "/desk/find/",
            "/desk/categories/",
            "/desk/categories/hair/",
            *(f"/desk/categories/hair/{part}/" for part in ("basics", "documents", "standard", "quiz")),
        ),
        *("/desk/record/?all=1", "/account/2fa/", "/account/2fa/webauthn/"),
    ],
)
def test_pages_of_the_desk(operator: Page, site: Site, path: str) -> None:
    site.orm(_apply)
    check(operator, path)


def _warned() -> tuple[Vetting, str]:
    """A listed business that was warned and appealed; the appeal's id."""
    case = make_case(category="nails")
    case.approve()
    entry = vetting.warn(provider=case.provider, operator=case.operator, reason="Late three times.")
    return case, vetting.appeal(entry=entry, user=case.owner, text="It snowed.").public_id


def test_a_business_its_people_and_an_appeal(operator: Page, site: Site) -> None:
    case, appeal = site.orm(_warned)
    for path in ("/desk/appeals/", f"/desk/appeals/{appeal}/", f"/desk/providers/{case.provider.public_id}/"):
        check(operator, path)
    for person in (case.owner.public_id, case.person.public_id):
        check(operator, f"/desk/people/{person}/")


def test_an_application(operator: Page, site: Site) -> None:
    application = site.orm(lambda: make_case(category="nails").apply().public_id)
    check(operator, f"/desk/applications/{application}/")
    for key in "arx?":
        operator.goto(f"/desk/applications/{application}/")
        operator.keyboard.press(key)
        found = looked_at(operator)
        assert not found, "\n".join([key, *found])


def _reported(shop: Shop) -> str:
    """A review of the shop that somebody reported; its id."""
    held = street.confirmed(shop)
    street.bring_to(held.booking.ref, "closed")
    review: Review = make_review(held.booking, text="Never again.", language="en")
    report(review=review, by=make_user(), reason=Reason.UNTRUE, text="It was another shop.")
    return review.public_id


def test_a_reported_review(operator: Page, site: Site, world: World) -> None:
    review = site.orm(_reported, world.salon)
    ref = site.orm(lambda: Review.objects.get(public_id=review).booking.ref)
    for path in ("/desk/reviews/", f"/desk/reviews/{review}/", f"/desk/bookings/{ref}/", "/desk/quality/"):
        check(operator, path)


def _with_a_key(page: Page) -> None:
    """Put a security key into the device: it makes passkeys, and says yes by itself."""
    browser = page.context.new_cdp_session(page)
    browser.send("WebAuthn.enable")
    browser.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def test_a_passkey_is_enrolled_and_opens_the_desk(
    device: Callable[..., BrowserContext], site: Site, world: World
) -> None:
    email = "kaisa.key@example.com"
    site.orm(street.operator, email, "Kaisa Key")
    context = device()
    page = sign_in_operator(context, email)
    _with_a_key(page)
    # What changes how they sign in asks for the password again.
    page.goto("/account/2fa/webauthn/add/")
    page.wait_for_url("**/account/reauthenticate/**")
    page.get_by_role("main").get_by_label("Password").fill(street.PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/account/2fa/webauthn/add/")
    page.get_by_label("Name").fill("This laptop")
    page.get_by_role("button", name="Add a passkey").click()
    page.wait_for_url(lambda url: "/add/" not in url)
    page.goto("/account/2fa/webauthn/")
    expect(page.get_by_role("main")).to_contain_text("This laptop")
    expect(page.get_by_role("main")).to_contain_text("Never used")

    page.goto("/account/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    page.wait_for_url(lambda url: "/logout" not in url)
    # In the same tab: the key is in it.
    page.goto("/account/login/?next=/desk/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_text("Use a password instead").click()
    page.get_by_role("main").get_by_label("Password").fill(street.PASSWORD)
    page.get_by_role("button", name="Sign in with the password").click()
    page.wait_for_url("**/account/2fa/authenticate/**")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/desk/")
    expect(page.get_by_role("main")).to_contain_text("You are at the desk as Kaisa Key")
