"""Whoever owns a business hears of its bank account: also who did not change it."""

import pytest

from accounts.models import User
from notifications.models import Message
from providers.models import Provider
from providers.rules.bank import by_iban
from providers.services import bank
from tests.factories import make_member, make_outlet, make_user
from tests.notifications.conftest import Deliver

pytestmark = pytest.mark.django_db
IBAN = "FI2112345600000785"


@pytest.fixture
def provider() -> Provider:
    provider = make_outlet().provider
    provider.email = "shop@example.com"
    provider.save(update_fields=["email"])
    return provider


def enter(provider: Provider, owner: User, iban: str = IBAN) -> None:
    bank.set_bank_account(provider=provider, account=by_iban(holder="Helmi Oy", iban=iban), user=owner)


def test_every_owner_and_the_business_are_told_once(provider: Provider, deliver: Deliver) -> None:
    owner = make_member(provider, email="one@example.com")
    make_member(provider, email="two@example.com")
    enter(provider, owner)

    mails = deliver()

    assert sorted(address for mail in mails for address in mail.to) == [
        "one@example.com",
        "shop@example.com",
        "two@example.com",
    ]
    for mail in mails:
        assert mail.subject == f"{provider.name}: a bank account was entered"
        assert "FI ···· 0785" in mail.body
        assert f"/provider/{provider.public_id}/bank/" in mail.body
        assert IBAN not in mail.body.replace(" ", "")
        assert "Helmi Oy" not in mail.body
    assert deliver() == []
    assert Message.objects.count() == 3


def test_the_business_at_an_owners_address_is_told_once(provider: Provider, deliver: Deliver) -> None:
    owner = make_member(provider, email="shop@example.com")
    enter(provider, owner)
    deliver()
    enter(provider, owner, "GB82WEST12345698765432")
    bank.remove_bank_account(provider=provider, actor="system")

    changed, removed = deliver()

    assert changed.subject == f"{provider.name}: the bank account was changed"
    assert "FI ···· 0785" in changed.body
    assert "GB ···· 5432" in changed.body
    assert removed.subject == f"{provider.name}: the bank account was removed"


def test_who_is_no_owner_any_more_is_not_told(provider: Provider, deliver: Deliver) -> None:
    owner = make_member(provider, email="one@example.com")
    make_user(email="stranger@example.com")
    enter(provider, owner)
    assert {address for mail in deliver() for address in mail.to} == {"one@example.com", "shop@example.com"}
