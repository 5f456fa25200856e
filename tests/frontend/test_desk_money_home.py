"""The operators' page of the marketplace's money: balances, weeks, and what is overdue with the way to settle it."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from common import clock
from payments import services
from payments.enums import DifferenceKind, Movement, PayoutStatus
from payments.models import Dispute, GatewayDifference, Payment, Payout, PayoutRun, Refund
from payments.rules.payouts import Terms
from providers.models import Provider
from tests.factories import make_outlet
from tests.frontend.booking_steps import text
from tests.frontend.test_provider_money import earn
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> Client:
    return sign_in(Client(), User.objects.create_superuser(email="operator@example.com"))


@pytest.fixture
def provider() -> Provider:
    return make_outlet().provider


def test_without_any_money_the_page_says_so(operator: Client) -> None:
    shown = text(operator.get("/desk/money/"))

    assert "Nothing is overdue" in shown
    assert "Held for visits, EUR" in shown


def test_the_page_and_the_files_say_what_the_books_say(operator: Client, provider: Provider) -> None:
    for number in range(3):
        earn(provider, number)

    shown = text(operator.get("/desk/money/"))

    assert "€165.30" in shown  # owed to the business
    assert "€8.70" in shown  # commission of the week
    rows = list(
        csv.DictReader(io.StringIO(operator.get("/desk/money/commission.csv").content.decode("utf-8-sig")))
    )
    assert len(rows) == 26
    assert (rows[-1]["commission"], rows[-2]["commission"]) == ("8.70", "0.00")
    assert rows[-1]["week_from"] <= clock.now().date().isoformat() <= rows[-1]["week_to"]
    assert operator.get("/desk/money/nothing.csv").status_code == 404
    assert operator.get("/desk/money/?currency=CHF").status_code == 404


def test_what_is_overdue_leads_to_where_it_is_settled(operator: Client, provider: Provider) -> None:
    services.set_payout_terms(provider=None, terms=Terms(1, 0), actor="system")
    earn(provider, 1)
    payment = Payment.objects.create(
        booking_ref="HA-1",
        provider_id=provider.public_id,
        method="sandbox",
        gateway="sandbox",
        amount=5800,
        currency="EUR",
        status="captured",
        captured_at=clock.now(),
    )
    Refund.objects.create(
        payment=payment, amount=100, reason="decided", key="1", actor="system", status="failed"
    )
    respond_by = clock.now() + timedelta(days=3)
    Dispute.objects.create(
        payment=payment, gateway_ref="dp_1", amount=5800, currency="EUR", respond_by=respond_by
    )
    GatewayDifference.objects.create(
        gateway="sandbox",
        day=clock.now().date(),
        kind=DifferenceKind.AMOUNT,
        moved=Movement.CAPTURE,
        reference="pay_1",
        currency="EUR",
        booked=100,
        reported=90,
        found_at=clock.now(),
    )
    with clock.at(clock.now() + timedelta(days=2)):
        page = operator.get("/desk/money/").content.decode()

    assert "It has entered no bank account" in page
    assert f"/desk/providers/{provider.public_id}/money/" in page
    assert "The payment company refuses it" in page
    assert "/desk/bookings/HA-1/" in page
    assert "taken the money back" in page
    assert "with other amounts" in page
    assert "Nothing is overdue" not in page


def test_a_late_payout_says_why(operator: Client, provider: Provider) -> None:
    run = PayoutRun.objects.create(key="one", actor="system")
    Payout.objects.create(
        run=run,
        provider=provider,
        amount=5510,
        currency="EUR",
        way="file",
        status=PayoutStatus.PLANNED,
        created_at=clock.now() - timedelta(days=5),
    )

    page = operator.get("/desk/money/").content.decode()

    assert "The file for the bank was not fetched" in page
    assert f"/desk/payouts/{run.public_id}/" in page
    assert "€55.10 overdue" in page


def test_the_page_asks_as_much_of_a_large_book_as_of_a_small_one(
    operator: Client, provider: Provider, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        earn(provider, number)
    services.keep_checkpoints()
    operator.get("/desk/money/")

    with django_assert_max_num_queries(45):
        operator.get("/desk/money/")
