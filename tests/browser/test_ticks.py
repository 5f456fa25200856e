"""What was ticked and not saved yet outlives the page's own refreshing, beside what a colleague saved meanwhile."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from accounts.models import User
from accounts.principals import Principal
from bookings.models import Booking
from bookings.selectors.access import booking_for
from bookings.services import standard
from providers.models import Service
from providers.services.categories import set_standard
from tests.browser import world as street
from tests.browser.conftest import PHONE, sign_in
from tests.browser.site import Site
from tests.browser.world import Shop, World

pytestmark = pytest.mark.browser

Device = Callable[..., BrowserContext]
STEPS = [{"en": "Ask what is wanted"}, {"en": "Clean tools"}, {"en": "Show the result"}]


def agree_on(shop: Shop, steps: list[dict[str, str]]) -> None:
    """What visits booked from now on are to be ticked by."""
    category = Service.objects.get(public_id=shop.service).category
    set_standard(category=category, steps=steps, actor="system")


def colleague_ticks(ref: str, done: set[int]) -> None:
    owner = Principal(user=User.objects.get(email=street.OWNER))
    standard.tick(access=booking_for(owner, ref), done=done)


def ticked(ref: str) -> list[bool]:
    [item] = Booking.objects.get(ref=ref).items.all()
    return [bool(step["at"]) for step in item.standard]


def test_ticks_that_are_not_saved_yet_stay_while_the_page_follows(
    device: Device, site: Site, world: World
) -> None:
    site.orm(agree_on, world.salon, STEPS)
    held = site.orm(street.confirmed, world.salon, days=9)
    site.orm(agree_on, world.salon, [])
    ref = held.booking.ref
    site.orm(street.bring_to, ref, "checked_in")
    base = f"/provider/{world.salon.provider}"

    for path in (f"{base}/{world.salon.outlet}/day", f"{base}/visits/{ref}/"):
        site.orm(colleague_ticks, ref, set())
        page = sign_in(device(viewport=PHONE), street.OWNER)
        page.goto(path)
        visit = page.locator(f"form.checklist[action*='{ref}']")
        visit.get_by_label("Clean tools").check()
        visit.get_by_label("Clean tools").blur()

        # Something happens: the page takes the visit anew.
        site.orm(colleague_ticks, ref, {0})
        expect(visit.get_by_label("Ask what is wanted")).to_be_checked()
        expect(visit.get_by_label("Clean tools")).to_be_checked()
        # A colleague takes theirs back: that is seen, and this one stays all the same.
        site.orm(colleague_ticks, ref, set())
        expect(visit.get_by_label("Ask what is wanted")).not_to_be_checked()
        expect(visit.get_by_label("Clean tools")).to_be_checked()
        expect(visit.get_by_label("Show the result")).not_to_be_checked()

        visit.get_by_role("button", name="Save what is done").click()
        expect(page.get_by_text("Noted: the customer sees it.")).to_be_visible()
        assert site.orm(ticked, ref) == [False, True, False]
