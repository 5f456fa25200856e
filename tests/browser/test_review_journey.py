"""A review is written, reported, hidden and appealed: an author, a stranger, a business and two operators."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import world as street
from tests.browser.conftest import PHONE, as_operator, sign_in
from tests.browser.site import Site
from tests.browser.test_axe import looked_at
from tests.browser.test_journey import open_mail
from tests.browser.world import World

pytestmark = pytest.mark.browser

Device = Callable[..., BrowserContext]
WORDS = "They washed the wrong car."


def test_from_a_report_to_an_appeal(device: Device, site: Site, world: World) -> None:
    held = site.orm(street.confirmed, world.wash, days=4)
    ref = held.booking.ref
    site.orm(street.bring_to, ref, "closed")
    email = site.orm(_email_of, ref)
    author = device(viewport=PHONE).new_page()
    author.goto(f"/b/{ref}?key={held.token}")
    _writes(author, ref)

    stranger = sign_in(device(viewport=PHONE), street.CUSTOMER)
    stranger.goto(f"/o/{world.wash.outlet}/reviews")
    stranger.get_by_role("listitem").filter(has_text=WORDS).get_by_role("link", name="Report").click()
    stranger.get_by_label("It is not true").check()
    stranger.get_by_label("What should we know?").fill("There was one car only.")
    assert looked_at(stranger) == []
    stranger.set_viewport_size(PHONE)
    stranger.get_by_role("button", name="Report").click()
    expect(stranger.get_by_text("Thank you. We look at it.")).to_be_visible()

    first = as_operator(device(), site)
    _opens(first)
    expect(first.get_by_text("There was one car only.")).to_be_visible()
    # Without a reason nothing is hidden.
    first.get_by_role("button", name="Hide it").click()
    expect(first.locator("#errors")).to_contain_text("both sides are told")
    assert looked_at(first) == []
    first.get_by_label("Why it is hidden").select_option("untrue")
    first.get_by_label("What both sides are told").fill("The film shows one car.")
    first.get_by_role("button", name="Hide it").click()
    expect(first.get_by_text("Decided. Both sides are told, and whoever reported it.")).to_be_visible()

    # Nobody reads it any more; both sides read why.
    stranger.goto(f"/o/{world.wash.outlet}/reviews")
    expect(stranger.get_by_text(WORDS)).to_have_count(0)
    review = f"/b/{ref}/review"
    author.goto(review)
    owner = sign_in(device(), street.OWNER)
    owner.goto(f"/provider/{world.wash.provider}/reviews/")
    owner.get_by_role("listitem").filter(has_text=WORDS).get_by_role("link").first.click()
    for page in (author, owner):
        expect(page.get_by_text("Hidden: nobody sees it")).to_be_visible()
        expect(page.get_by_text("The film shows one car.")).to_be_visible()
    mailbox = device().new_page()
    open_mail(mailbox, email, "is hidden")
    open_mail(mailbox, "shop@example.com", "A review of you is hidden")

    author.get_by_label("Why should we look again?").fill("It is the film of the other bay.")
    assert looked_at(author) == []
    author.set_viewport_size(PHONE)
    author.get_by_role("button", name="Appeal").click()
    expect(author.get_by_text("You appealed. Somebody else looks at it and we tell you.")).to_be_visible()

    # Whoever hid it does not decide; somebody else does.
    _opens(first)
    expect(first.get_by_text("another operator decides")).to_be_visible()
    expect(first.get_by_role("button", name=re.compile("appeal"))).to_have_count(0)
    second = as_operator(device(), site)
    _opens(second)
    expect(second.get_by_text("It is the film of the other bay.")).to_be_visible()
    second.get_by_label("What both sides are told").fill("True: the bays were confused.")
    second.get_by_role("button", name="Grant the appeal: show it again").click()
    expect(second.get_by_text("Decided. Both sides are told, and whoever reported it.")).to_be_visible()

    author.goto(review)
    expect(author.get_by_text("You appealed, and were right.")).to_be_visible()
    stranger.reload()
    expect(stranger.get_by_text(WORDS)).to_be_visible()
    open_mail(mailbox, email, "is shown again")


def _email_of(ref: str) -> str:
    customer = street.booking(ref).customer
    assert customer
    return customer.email


def _writes(page: Page, ref: str) -> None:
    page.goto(f"/b/{ref}/review")
    for group, stars in (("The service", 1), ("On time", 3), ("Worth the price", 2)):
        page.get_by_role("group", name=group).get_by_role("radio", name=f"{stars} of 5").check()
    page.get_by_label("What was it like?").fill(WORDS)
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text(WORDS)).to_be_visible()


def _opens(operator: Page) -> None:
    """The review, from the queue."""
    operator.goto("/desk/reviews/")
    operator.get_by_role("listitem").filter(has_text=WORDS).get_by_role("link").click()
    expect(operator.get_by_role("heading", name="The review")).to_be_visible()
