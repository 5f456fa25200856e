"""The price is held on the card: said in plain words before, confirmed for the bank, taken or let go."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import User
from accounts.principals import Principal
from bookings.selectors.access import booking_for
from bookings.services import paying
from common import clock
from payments import services
from payments.gateways.base import PayoutOrder
from payments.gateways.sandbox import SandboxGateway
from payments.models import Payment, PolicyRule
from payments.rules.policy import Policy, Prepayment
from payments.sandbox import service as sandbox
from payments.services import set_policy
from providers.models import Service
from tests.browser import world as street
from tests.browser.conftest import PHONE, as_operator, sign_in
from tests.browser.site import Site
from tests.browser.test_axe import looked_at
from tests.browser.test_journey import hold_and_fill, says, shown
from tests.browser.world import Shop, World

pytestmark = pytest.mark.browser

Device = Callable[..., BrowserContext]


def _asks_for_holds(shop: Shop) -> None:
    service = Service.objects.get(public_id=shop.service)
    set_policy(
        provider=service.provider,
        service=service,
        policy=Policy(prepayment=Prepayment.HOLD),
        actor="user:owner",
    )


def _no_longer(shop: Shop) -> None:
    PolicyRule.objects.filter(service__public_id=shop.service).delete()


def _seen(page: Page) -> None:
    assert looked_at(page) == []
    page.set_viewport_size(PHONE)


def test_held_on_the_card_after_the_bank_asked_and_let_go_when_it_is_cancelled(
    device: Device, site: Site, world: World
) -> None:
    site.orm(_asks_for_holds, world.wash)
    try:
        page = device(viewport=PHONE).new_page()
        ref = hold_and_fill(page, site, world.wash, 3, "maria.held@example.com")
        expect(page.get_by_role("radio", name=re.compile("^Hold it on my card"))).to_be_checked()
        words = page.get_by_text("is held on your card. Nothing is taken until the visit is done.")
        expect(words.locator("visible=true").first).to_be_visible()
        _seen(page)

        # The bank asks, and the customer says no; another try, and yes.
        shown(page, re.compile("^Hold €.* and book")).click()
        page.wait_for_url("**/sandbox/pay/**")
        page.get_by_role("button", name="Pay: The bank asks").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Your bank asks: is this payment yours?")
        _seen(page)
        page.get_by_role("button", name="No, refuse").click()
        page.wait_for_url(f"**/b/{ref}/checkout")
        expect(page.get_by_role("alert")).to_contain_text("The payment did not go through.")
        shown(page, re.compile("^Hold €.* and book")).click()
        page.wait_for_url("**/sandbox/pay/**")
        page.get_by_role("button", name="Pay: The bank asks").click()
        page.get_by_role("button", name="Yes, confirm").click()
        page.wait_for_url(f"**/b/{ref}")
        says(page, "Confirmed")
        expect(page.get_by_text("held, nothing taken until it is done")).to_be_visible()
        _seen(page)

        page.get_by_role("link", name="Cancel", exact=True).click()
        expect(page.get_by_text("Held on your card")).to_be_visible()
        _seen(page)
        page.get_by_role("button", name="Cancel, nothing is taken").click()
        # Ten seconds in which it could be taken back, and the worker.
        expect(page.locator("#now .badge")).to_have_text("Cancelled", timeout=30_000)
        expect(page.get_by_text("that was held on your card is free again")).to_be_visible()
    finally:
        site.orm(_no_longer, world.wash)


def _charged_back(shop: Shop) -> str:
    """A visit that was paid online, and whose money the customer's bank took back; and a payout of nobody."""
    held = street.hold(shop, days=4, user=street.CUSTOMER)
    access = booking_for(Principal(user=User.objects.get(email=street.CUSTOMER)), held.booking.ref)
    paying.pay(access=access, method="sandbox", return_url="http://localhost/")
    payment = Payment.objects.get(booking_ref=held.booking.ref)
    for action in ("pay", "dispute"):
        sandbox.act(payment.gateway_ref, action)
        services.sync_payment(payment_id=payment.public_id)
    SandboxGateway().pay_out(PayoutOrder("out_1", "acct_1", 700, "EUR", "po-of-the-journey"))
    services.compare_day(gateway="sandbox", day=clock.now().date())
    return held.booking.ref


def test_a_chargeback_and_a_difference_are_seen_at_the_desk_and_on_the_visit(
    device: Device, site: Site, world: World
) -> None:
    ref = site.orm(_charged_back, world.salon)
    desk = as_operator(device(), site)

    desk.goto("/desk/disputes/")
    expect(desk.get_by_role("link", name=ref)).to_be_visible()
    _seen(desk)
    desk.goto("/desk/gateways/")
    expect(desk.get_by_text("our books do not know of it").first).to_be_visible()
    _seen(desk)
    owner = sign_in(device(), street.OWNER)
    owner.goto(f"/provider/{world.salon.provider}/visits/{ref}/")
    expect(owner.get_by_text(re.compile("The customer's bank took €.* back"))).to_be_visible()
    _seen(owner)
