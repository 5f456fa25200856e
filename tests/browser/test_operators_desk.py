"""An operator in a browser: both steps of signing in, and the pages of the desk seen by axe."""

from collections.abc import Iterator

import pytest
from allauth.account.models import EmailAddress
from playwright.sync_api import Browser, Page

from accounts.code_app import code_now
from tests.browser import world as street
from tests.browser.conftest import sign_in
from tests.browser.site import Site
from tests.browser.test_axe import _context, check, looked_at
from tests.browser.world import World
from tests.signing_in import SECRET, make_operator
from tests.vetting.conftest import world as make_case

pytestmark = pytest.mark.browser

OPERATOR = "outi@example.com"


def _operator() -> None:
    user = make_operator(email=OPERATOR, name="Outi Salo", password=street.PASSWORD)
    EmailAddress.objects.create(user=user, email=OPERATOR, verified=True, primary=True)


def _apply() -> None:
    make_case().apply()


@pytest.fixture(scope="module")
def operator(browser: Browser, site: Site, world: World) -> Iterator[Page]:
    site.orm(_operator)
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
        *("/desk/", "/desk/applications/", "/desk/documents/", "/desk/appeals/", "/desk/find/"),
        *("/desk/record/?all=1", "/account/2fa/", "/account/2fa/webauthn/"),
    ],
)
def test_pages_of_the_desk(operator: Page, site: Site, path: str) -> None:
    site.orm(_apply)
    check(operator, path)
