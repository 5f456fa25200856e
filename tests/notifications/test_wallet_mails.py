"""Whose wallet it is hears of what goes from it to a bank account."""

from typing import Any

import pytest

from accounts.models import User
from common.actors import user_actor
from payments import services
from payments.models import WalletPayout
from providers.rules.bank import by_iban
from tests.factories import make_user
from tests.notifications.conftest import Deliver
from tests.payments.paying import PROVIDER

pytestmark = pytest.mark.django_db
OPERATOR = "user:usr_0000000000000009"


def ask(user: User) -> WalletPayout:
    services.compensate(
        booking_ref="HA-GIVEN",
        provider_id=PROVIDER,
        user_id=user.public_id,
        amount=6000,
        currency="EUR",
        actor=OPERATOR,
    )
    return services.ask_wallet_payout(
        user_id=user.public_id,
        currency="EUR",
        amount=6000,
        account=by_iban(holder="Helmi Laine", iban="FI2112345600000785"),
        actor=user_actor(user.public_id),
    )


@pytest.mark.parametrize(
    ("end", "subject"),
    [
        (services.finish_wallet_payout, "€60.00 of your wallet were paid"),
        (services.refuse_wallet_payout, "€60.00 are in your wallet again"),
    ],
)
def test_they_are_told_when_it_is_asked_for_and_how_it_ends(deliver: Deliver, end: Any, subject: str) -> None:
    user = make_user(email="helmi@example.com")
    found = ask(user)

    (asked,) = deliver()
    end(payout_id=found.public_id, actor=OPERATOR)
    (ended,) = deliver()

    assert (asked.to, asked.subject) == (
        ["helmi@example.com"],
        "€60.00 of your wallet go to a bank account",
    )
    assert "FI ···· 0785" in asked.body
    assert "Helmi Laine" not in asked.body + ended.body
    assert ended.subject == subject
    assert deliver() == []
