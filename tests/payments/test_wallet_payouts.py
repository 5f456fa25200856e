"""From a wallet to a bank account: asked for, paid by hand, two people above the limit, and back when it fails."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from common.actors import user_actor
from common.errors import NotFound
from common.models import AuditEntry
from payments import services
from payments.enums import AccountKind
from payments.errors import (
    AnotherPersonNeeded,
    InsufficientFunds,
    InvalidAmount,
    WalletPayoutEnded,
    WalletPayoutOpen,
)
from payments.models import WalletPayout
from payments.selectors import balance
from payments.selectors.wallets import payable_out, wallet_balance
from providers.errors import OwnCause
from providers.rules.bank import by_iban
from tests.payments.paying import BOOKING, PROVIDER, pay_online, together

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books")]
USER = "usr_0000000000000001"
ONE, OTHER = "user:usr_0000000000000008", "user:usr_0000000000000009"


@pytest.fixture(autouse=True)
def given() -> None:
    """60.00 that a business gave, and 8.00 that came back from a payment."""
    services.compensate(
        booking_ref="HA-GIVEN", provider_id=PROVIDER, user_id=USER, amount=6000, currency="EUR", actor=ONE
    )
    pay_online(5800)
    services.refund_payment(booking_ref=BOOKING, amount=800, reason="t", actor=ONE, key="k", wallet=USER)


def asked(amount: int = 6000) -> WalletPayout:
    return services.ask_wallet_payout(
        user_id=USER,
        currency="EUR",
        amount=amount,
        account=by_iban(holder="Helmi Laine", iban="FI21 1234 5600 0007 85"),
        actor=user_actor(USER),
    )


def act(verb: Any, found: WalletPayout, actor: str = ONE) -> WalletPayout:
    done: WalletPayout = verb(payout_id=found.public_id, actor=actor)
    return done


def test_it_leaves_the_wallet_when_asked_and_is_paid_by_hand() -> None:
    found = asked()
    assert (found.shown_account, found.needs_second) == ("FI ···· 0785", False)
    assert wallet_balance(USER, "EUR") == 800
    assert balance(AccountKind.PAYOUT_DUE, found.public_id, "EUR") == 6000

    act(services.finish_wallet_payout, found)

    assert balance(AccountKind.BANK, "marketplace", "EUR") == 6000
    found.refresh_from_db()
    assert (found.state, found.holder, found.iban) == ("paid", "", "")
    with pytest.raises(WalletPayoutEnded):
        act(services.refuse_wallet_payout, found)
    trail = AuditEntry.objects.filter(object_id=USER).order_by("pk")
    assert [(row.action, row.chained) for row in trail] == [
        ("wallet_payout.asked", True),
        ("wallet_payout.paid", True),
    ]


def test_refused_it_is_in_the_wallet_again() -> None:
    found = asked()

    act(services.refuse_wallet_payout, found)

    assert wallet_balance(USER, "EUR") == 6800
    assert asked().pk != found.pk


def test_above_the_limit_one_agrees_and_another_pays() -> None:
    services.set_refund_limit(currency="EUR", amount=5000, actor=ONE)
    found = asked()
    assert found.needs_second
    with pytest.raises(AnotherPersonNeeded):
        act(services.finish_wallet_payout, found)
    act(services.agree_to_wallet_payout, found)
    with pytest.raises(AnotherPersonNeeded):
        act(services.finish_wallet_payout, found)
    # Who agrees second is not the one who agreed.
    assert act(services.agree_to_wallet_payout, found, OTHER).agreed_by == ONE

    assert act(services.finish_wallet_payout, found, OTHER).state == "paid"


def test_the_database_refuses_a_large_one_with_one_name_on_it() -> None:
    services.set_refund_limit(currency="EUR", amount=5000, actor=ONE)
    found = act(services.agree_to_wallet_payout, asked())

    with pytest.raises(IntegrityError, match="large_wallet_payout_has_two_people"), transaction.atomic():
        WalletPayout.objects.filter(pk=found.pk).update(state="paid", ended_by=ONE, ended_at=found.agreed_at)


def test_what_can_go_to_where_it_came_from_goes_there_only() -> None:
    assert payable_out(USER, "EUR") == 6000
    with pytest.raises(InsufficientFunds):
        asked(6001)
    with pytest.raises(InvalidAmount):
        asked(0)


def test_one_at_a_time() -> None:
    asked(1000)

    with pytest.raises(WalletPayoutOpen):
        asked(1000)

    assert wallet_balance(USER, "EUR") == 5800


def test_nobody_decides_about_their_own() -> None:
    found = asked()
    for verb in (
        services.agree_to_wallet_payout,
        services.finish_wallet_payout,
        services.refuse_wallet_payout,
    ):
        with pytest.raises(OwnCause):
            act(verb, found, user_actor(USER))
        with pytest.raises(NotFound):
            verb(payout_id="wpo_0000000000000000", actor=ONE)


@pytest.mark.django_db(transaction=True)
def test_paid_and_put_back_at_once_it_is_one_of_them() -> None:
    found = asked()

    together(
        lambda: act(services.finish_wallet_payout, found),
        lambda: act(services.refuse_wallet_payout, found, OTHER),
        lambda: act(services.finish_wallet_payout, found, OTHER),
    )

    found.refresh_from_db()
    out = balance(AccountKind.BANK, "marketplace", "EUR")
    assert (found.state, wallet_balance(USER, "EUR"), out) in (("paid", 800, 6000), ("refused", 6800, 0))


@pytest.mark.django_db(transaction=True)
def test_asked_for_twice_at_once_it_leaves_once() -> None:
    together(*[asked] * 4)

    assert WalletPayout.objects.count() == 1
    assert wallet_balance(USER, "EUR") == 800
