"""A business's money: the page, the PDF and the CSV say what the ledger says."""

import csv
import io
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from payments import services
from payments.enums import AccountKind, TransactionKind
from payments.selectors import provider_balance
from payments.selectors import statements as read
from payments.services.ledger import Account, Cause, Line, post
from providers.enums import Role
from providers.models import Provider
from tests.factories import make_member, make_outlet
from tests.frontend.booking_steps import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider() -> Provider:
    return make_outlet().provider


@pytest.fixture
def manager(provider: Provider) -> Client:
    client = Client()
    client.force_login(make_member(provider, Role.MANAGER))
    return client


def earn(provider: Provider, number: int, amount: int = 5800) -> None:
    post(
        kind=TransactionKind.RELEASE,
        booking_ref=f"HA-{number}",
        entries=[
            Line(Account(AccountKind.GATEWAY, "sandbox"), -amount, "EUR"),
            Line(Account(AccountKind.PAYABLE, provider.public_id), amount - 290, "EUR"),
            Line(Account(AccountKind.COMMISSION, "marketplace"), 290, "EUR"),
        ],
        actor="system",
        cause=Cause("payment", f"pay_{number}"),
    )


def page(provider: Provider, name: str = "") -> str:
    return f"/provider/{provider.public_id}/money/{name}"


def test_the_page_has_the_balance_the_sums_and_each_movement(provider: Provider, manager: Client) -> None:
    for number in range(30):
        earn(provider, number)
    services.hold_payouts(provider=provider, reason="Three cases are open.", actor="system")

    first = manager.get(page(provider))
    shown = text(first)

    assert "€1,740.00" in shown  # 30 × 58.00
    assert "-€87.00" in shown  # the commission
    assert "€1,653.00" in shown  # what is left, the balance
    assert "Three cases are open." in shown
    assert "Commission: 5 %" in shown
    assert shown.count("Visit, ") + shown.count("HA-") >= 25
    following = manager.get(page(provider) + "?cursor=" + first.context["next_cursor"])
    assert len(first.context["lines"]) + len(following.context["lines"]) == 30


def test_a_business_that_earned_nothing_sees_that(provider: Provider, manager: Client) -> None:
    shown = text(manager.get(page(provider)))

    assert "Nothing moved in this month." in shown
    assert "There is no bank account yet" in shown


def test_the_csv_adds_up(provider: Provider, manager: Client) -> None:
    for number in range(3):
        earn(provider, number, 1000 + number)

    answer = manager.get(page(provider, "statement.csv"))
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))

    assert answer["Content-Disposition"].startswith("attachment")
    amounts = {row["kind"]: Decimal(row["amount"]) for row in rows}
    moved = sum(Decimal(row["amount"]) for row in rows if row["kind"] == "release")
    assert amounts["opening"] + moved == amounts["closing"]
    assert amounts["closing"] * 100 == provider_balance(provider.public_id, "EUR")
    assert [row["price"] for row in rows[1:-1]] == ["10.00", "10.01", "10.02"]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_pdf_is_one(provider: Provider, manager: Client, language: str) -> None:
    earn(provider, 1)

    answer = manager.get(page(provider, "statement.pdf"), headers={"accept-language": language})

    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")


@pytest.mark.parametrize("wrong", ["month=2099-01", "month=x", "month=0001-01", "currency=XXX"])
def test_what_is_no_month_or_currency_of_it_is_not_found(
    provider: Provider, manager: Client, wrong: str
) -> None:
    for name in ("", "statement.pdf", "statement.csv"):
        assert manager.get(f"{page(provider, name)}?{wrong}").status_code == 404


def test_earlier_months_are_reached_and_the_queries_do_not_grow(
    provider: Provider, manager: Client, django_assert_max_num_queries: Any
) -> None:
    month = read.this_month(provider)
    for number in range(25):
        earn(provider, number)

    assert manager.get(f"{page(provider)}?month={month.before:%Y-%m}").status_code == 200
    with django_assert_max_num_queries(45):
        manager.get(page(provider))
