"""A full day, somebody who waits for it, and what happens when the business frees an hour."""

import re
from collections.abc import Callable
from datetime import time

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from accounts.principals import Principal
from bookings.enums import Source
from bookings.models import WaitEntry
from bookings.selectors.access import booking_for
from bookings.selectors.waitlist import key_of
from bookings.services import changes, front_desk, holds, offers
from providers.enums import Role
from providers.models import HoursRule, Membership, Outlet, Service, StaffMember
from tests.browser import world as street
from tests.browser.conftest import PHONE, sign_in
from tests.browser.site import Site
from tests.browser.test_axe import looked_at
from tests.browser.world import Shop, World
from tests.factories import make_service, make_staff, tomorrow_at
from tests.waiting import noon

pytestmark = pytest.mark.browser

Device = Callable[..., BrowserContext]


def _owner(shop: Shop) -> Principal:
    own = Membership.objects.filter(provider__public_id=shop.provider, role=Role.OWNER)
    return Principal(user=own.select_related("user")[0].user)


def _fill(shop: Shop) -> tuple[str, str, str]:
    """A service of one hour, which one person does, booked all of tomorrow; the service, the day, the first visit."""
    outlet = Outlet.objects.get(public_id=shop.outlet)
    outlet.timezone = noon()
    outlet.save()
    day = tomorrow_at(12, outlet=outlet).astimezone(outlet.zone).date()
    person: StaffMember = make_staff(outlet, name="Saga Lind")
    like = Service.objects.select_related("category").get(public_id=shop.service)
    service = make_service(outlet, staff=[person], name="Long cut", category=like.category)
    rule = HoursRule.objects.filter(outlet=outlet, weekday=day.weekday())
    rule.update(opens=time(10), closes=time(12))
    refs = [
        front_desk.book_in(
            principal=_owner(shop),
            outlet=outlet.public_id,
            item=holds.ItemRequest(service.public_id, staff=person.public_id),
            start=tomorrow_at(hour, outlet=outlet),
            contact=holds.Contact(f"Caller {hour}"),
            source=Source.PHONE,
        ).ref
        for hour in (10, 11)
    ]
    return service.public_id, day.isoformat(), refs[0]


def _free(shop: Shop, ref: str) -> None:
    access = booking_for(_owner(shop), ref)
    changes.cancel(access=access, version=changes.preview(access=access, action="cancel").version)


def _offer() -> int:
    return offers.offer_what_is_free()


def _link(email: str) -> str:
    entry = WaitEntry.objects.get(customer__email=email, state="unconfirmed")
    return f"/w/{entry.public_id}?key={key_of(entry)}"


def _seen(page: Page) -> None:
    assert looked_at(page) == []
    page.set_viewport_size(PHONE)


def test_from_a_full_day_to_a_booked_visit(device: Device, site: Site, world: World) -> None:
    service, day, first = site.orm(_fill, world.salon)

    # A customer with an account is on the list in one step.
    maria = sign_in(device(viewport=PHONE), street.CUSTOMER)
    maria.goto(f"/o/{world.salon.outlet}/book/{service}?day={day}")
    maria.get_by_role("link", name="Tell me when something frees").click()
    expect(maria.get_by_label("First day")).to_have_value(day)
    maria.get_by_label("Last day").fill(day)
    _seen(maria)
    maria.get_by_role("button", name="Put me on the list").click()
    maria.wait_for_url("**/w/*")
    expect(maria.get_by_text("You are next.")).to_be_visible()
    _seen(maria)

    # A guest follows the link of the mail.
    guest = device(viewport=PHONE).new_page()
    guest.goto(f"/o/{world.salon.outlet}/wait/{service}?day={day}")
    guest.get_by_role("button", name="Put me on the list").click()
    expect(guest.get_by_role("alert")).to_be_visible()
    _seen(guest)
    guest.get_by_label("Name").fill("Gwen Lind")
    guest.get_by_label("E-mail").fill("gwen.waits@example.org")
    guest.get_by_label("Last day").fill(day)
    guest.get_by_role("button", name="Put me on the list").click()
    expect(guest.get_by_role("heading", name="Look into your mail")).to_be_visible()
    _seen(guest)
    guest.goto(site.orm(_link, "gwen.waits@example.org"))
    _seen(guest)
    guest.get_by_role("button", name="Yes, put me on the list").click()
    expect(guest.get_by_text("1 person is asked before you.")).to_be_visible()

    # The business sees the order, and puts a caller on.
    owner = sign_in(device(), street.OWNER)
    owner.goto(f"/provider/{world.salon.provider}/outlets/{world.salon.outlet}/waitlist/")
    expect(owner.get_by_text("Gwen Lind", exact=True)).to_be_visible()
    owner.get_by_label("Service").select_option(service)
    owner.get_by_label("First day").fill(day)
    owner.get_by_label("Last day").fill(day)
    owner.get_by_label("Name").fill("Onni Aalto")
    owner.get_by_label("Phone").fill("040 123 4567")
    owner.get_by_role("button", name="Put them on the list").click()
    expect(owner.get_by_text("Onni Aalto", exact=True)).to_be_visible()
    assert looked_at(owner) == []

    # An hour frees: Maria is asked, lets it go, and Gwen books it.
    site.orm(_free, world.salon, first)
    site.orm(_offer)
    maria.reload()
    expect(maria.get_by_role("heading", name="is held for you")).to_be_visible()
    _seen(maria)
    maria.get_by_role("button", name="Let it go").click()
    expect(maria.get_by_text("Declined")).to_be_visible()
    site.orm(_offer)
    guest.reload()
    guest.get_by_role("button", name="Book it").click()
    guest.wait_for_url("**/checkout")
    guest.get_by_text("At the shop", exact=True).click()
    guest.locator("button[name=do][value=pay]:visible").last.click()
    guest.wait_for_url(re.compile(r"/b/[A-Z0-9-]+$"))

    owner.reload()
    expect(owner.get_by_text("Gwen Lind", exact=True)).to_have_count(0)
    expect(owner.get_by_text(re.compile(r": Declined$"))).to_be_visible()
