"""A statement is downloaded and added up; an operator sets a rate, and holds what is to be paid with a reason."""

import csv
import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from django.db.models import Sum
from playwright.sync_api import BrowserContext, Page, expect

from payments.enums import AccountKind, TransactionKind
from payments.models import LedgerEntry
from payments.services.ledger import Account, Cause, Line, post
from tests.browser import world as street
from tests.browser.conftest import DESK, as_operator, sign_in
from tests.browser.site import Site
from tests.browser.test_axe import looked_at
from tests.browser.world import World

pytestmark = pytest.mark.browser

Device = Callable[..., BrowserContext]
VISITS = 28


def earn(provider: str) -> None:
    """Visits that were closed: more than stand on one page."""
    for number in range(VISITS):
        amount = 4000 + number
        post(
            kind=TransactionKind.RELEASE,
            booking_ref=f"HA-{number}",
            entries=[
                Line(Account(AccountKind.GATEWAY, "sandbox"), -amount, "EUR"),
                Line(Account(AccountKind.PAYABLE, provider), amount - 251, "EUR"),
                Line(Account(AccountKind.COMMISSION, "marketplace"), 200, "EUR"),
                Line(Account(AccountKind.TAX, "FI"), 51, "EUR"),
            ],
            actor="system",
            cause=Cause("browser", str(number)),
        )


def standing(provider: str) -> tuple[int, int]:
    """How often, and to how much, other tests have moved what is owed to the business by now."""
    moved = LedgerEntry.objects.filter(account__kind=AccountKind.PAYABLE, account__owner=provider)
    return moved.count(), moved.aggregate(sum=Sum("amount"))["sum"] or 0


def downloaded(page: Page, link: str) -> bytes:
    with page.expect_download() as waiting:
        page.get_by_role("link", name=link).click()
    return Path(waiting.value.path()).read_bytes()


def test_a_statement_adds_up_and_a_hold_is_told(device: Device, site: Site, world: World) -> None:
    provider = world.salon.provider
    times, before = site.orm(standing, provider)
    site.orm(earn, provider)
    owner = sign_in(device(), street.OWNER)
    owner.goto(f"/provider/{provider}/")
    owner.get_by_role("link", name="Statements and payouts").first.click()

    # What the page says is what the file adds up to.
    total = before + sum(4000 + number - 251 for number in range(VISITS))
    balance = f"€{total / 100:,.2f}"
    expect(owner.locator(".account-lines__sum")).to_contain_text(balance)
    assert looked_at(owner) == []
    owner.set_viewport_size(DESK)
    rows = list(csv.DictReader(io.StringIO(downloaded(owner, "CSV").decode("utf-8-sig"))))
    moved = [Decimal(row["amount"]) for row in rows if row["kind"] not in ("opening", "closing")]
    assert len(moved) == VISITS + times
    assert sum(moved) * 100 == total
    assert Decimal(rows[-1]["amount"]) == Decimal(rows[0]["amount"]) + sum(moved)
    assert downloaded(owner, "Statement PDF").startswith(b"%PDF-")
    owner.get_by_role("link", name="Next page").click()
    expect(owner.locator("table .strong").first).to_be_visible()

    # An operator sets a rate for this business, and holds its payouts.
    operator = as_operator(device(), site)
    operator.goto("/desk/commission/")
    assert looked_at(operator) == []
    operator.set_viewport_size(DESK)
    operator.get_by_label("Business, by its id").fill(provider)
    operator.get_by_role("button", name="Set a rate for it").click()
    operator.get_by_label("Commission, per cent").fill("4.5")
    assert looked_at(operator) == []
    operator.set_viewport_size(DESK)
    operator.get_by_role("button", name="See whom it touches").click()
    expect(operator.locator("#reach")).to_contain_text("1 business pays 4.5 %")
    operator.get_by_role("button", name="Save it so").click()
    expect(operator.get_by_role("main")).to_contain_text("4.5 %")
    operator.goto("/desk/payouts/")
    operator.get_by_role("button", name="Begin a run now").click()
    expect(operator.get_by_role("main").get_by_text("0 payouts").first).to_be_visible()
    assert looked_at(operator) == []
    operator.set_viewport_size(DESK)
    operator.goto(f"/desk/providers/{provider}/money/")
    operator.get_by_label("Why").fill("Three cases are open.")
    operator.get_by_role("button", name="Hold and tell the owners").click()
    expect(operator.get_by_role("button", name="Pay it again")).to_be_visible()
    assert looked_at(operator) == []

    owner.goto(f"/provider/{provider}/money/")
    expect(owner.get_by_role("main")).to_contain_text("Three cases are open.")
    expect(owner.get_by_role("main")).to_contain_text("Commission: 4.5 %")
