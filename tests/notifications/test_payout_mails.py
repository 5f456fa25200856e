"""Owners hear why they are not paid, and when they are again."""

from datetime import timedelta

import pytest

from common import clock
from payments import services
from payments.enums import AccountKind, PayeeNeed, PayeeStatus, TransactionKind
from payments.gateways.base import PayeeState
from payments.models import PayeeAccount, Payout
from payments.services import payees
from payments.services.ledger import Account, Cause, Line, post
from providers.models import Provider
from providers.rules.bank import by_iban
from providers.services.bank import set_bank_account
from tests.factories import make_member, make_outlet
from tests.notifications.conftest import Deliver

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider() -> Provider:
    provider = make_outlet().provider
    owner = make_member(provider, email="shop@example.com")
    account = by_iban(holder="Helmi Oy", iban="FI2112345600000785")
    set_bank_account(provider=provider, account=account, user=owner)
    return provider


def test_owners_are_told_why_they_are_held_and_when_it_is_over(provider: Provider, deliver: Deliver) -> None:
    deliver()
    services.hold_payouts(provider=provider, reason="Three cases are open.", actor="system")
    (held,) = deliver()
    services.free_payouts(provider=provider, actor="system")
    (freed,) = deliver()

    assert held.subject == f"{provider.name}: payouts are on hold"
    assert "Why: Three cases are open." in held.body
    assert f"/provider/{provider.public_id}/money/" in held.body
    assert freed.subject == f"{provider.name}: payouts go on"


def test_a_hold_that_is_over_before_its_mail_went_out_is_no_news(
    provider: Provider, deliver: Deliver
) -> None:
    deliver()
    services.hold_payouts(provider=provider, reason="A mistake.", actor="system")
    services.free_payouts(provider=provider, actor="system")

    (freed,) = deliver()

    assert freed.subject == f"{provider.name}: payouts go on"


def test_owners_are_told_of_a_payout_that_did_not_arrive(provider: Provider, deliver: Deliver) -> None:
    deliver()
    post(
        kind=TransactionKind.RELEASE,
        booking_ref="HA-1",
        entries=[
            Line(Account(AccountKind.GATEWAY, "sandbox"), -9500, "EUR"),
            Line(Account(AccountKind.PAYABLE, provider.public_id), 9500, "EUR"),
        ],
        actor="system",
        cause=Cause("payment", "pay_1"),
    )
    with clock.at(clock.now() + timedelta(days=4)):
        services.start_run(key="one", actor="system")
        services.plan_runs()
    services.fail_payout(payout_id=Payout.objects.get().public_id, failure="returned", actor="system")

    (mail,) = deliver()

    assert mail.subject == f"{provider.name}: a payout did not arrive"
    assert "€95.00" in mail.body


def test_owners_are_told_of_the_account_at_the_gateway(provider: Provider, deliver: Deliver) -> None:
    row = PayeeAccount.objects.create(provider=provider, gateway="stripe", account="acct_1")
    deliver()

    def now(status: PayeeStatus, *needs: PayeeNeed) -> None:
        payees._follow(row, PayeeState("acct_1", status, needs))

    now(PayeeStatus.MISSING, PayeeNeed.BANK)
    assert deliver() == []  # they are at it
    now(PayeeStatus.ENABLED)
    (ready,) = deliver()
    now(PayeeStatus.ENABLED, PayeeNeed.DOCUMENT)
    (more,) = deliver()
    now(PayeeStatus.MISSING, PayeeNeed.DOCUMENT)
    (stopped,) = deliver()
    now(PayeeStatus.REJECTED)
    (rejected,) = deliver()

    assert ready.subject == f"{provider.name}: your account at Stripe"
    assert "Your account at Stripe is ready." in ready.body
    assert f"/provider/{provider.public_id}/money/account/" in ready.body
    assert "It asks for: a document that shows who they are." in more.body
    assert "is not ready any more" in stopped.body
    assert "Stripe does not pay your business." in rejected.body


def test_what_has_come_right_before_its_mail_went_out_is_no_news(
    provider: Provider, deliver: Deliver
) -> None:
    row = PayeeAccount.objects.create(provider=provider, gateway="stripe", account="acct_1", status="enabled")
    deliver()
    payees._follow(row, PayeeState("acct_1", PayeeStatus.MISSING, (PayeeNeed.DOCUMENT,)))
    payees._follow(row, PayeeState("acct_1", PayeeStatus.ENABLED))

    (mail,) = deliver()

    assert "is ready" in mail.body
