"""The pages of a business's bank account, and its place at the operators' desk."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from common.models import AuditEntry
from providers.enums import Role
from providers.models import BankAccount, Provider
from tests.factories import make_member, make_provider
from tests.signing_in import make_operator, sign_in

pytestmark = pytest.mark.django_db
IBAN = "FI2112345600000785"
HOLDER = "Helmi Hiusala Oy"
FORM = {"holder": HOLDER, "iban": "FI21 1234 5600 0007 85"}


@pytest.fixture
def provider() -> Provider:
    return make_provider()


@pytest.fixture
def owner(provider: Provider) -> User:
    return make_member(provider)


def browser(user: User, **more: Any) -> Client:
    return sign_in(Client(), user, **more)


def lately(user: User) -> Client:
    """Signed in just now."""
    import time

    client = browser(user)
    session = client.session
    session["account_authentication_methods"] = [{"method": "code", "at": time.time()}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client


def base(provider: Provider) -> str:
    return f"/provider/{provider.public_id}/bank/"


def test_an_owner_enters_changes_and_removes_it(provider: Provider, owner: User) -> None:
    client = lately(owner)
    assert "There is none yet" in client.get(base(provider)).content.decode()

    answer = client.post(f"{base(provider)}change/", FORM)

    assert answer["Location"] == base(provider)
    page = client.get(base(provider)).content.decode()
    assert "FI ···· 0785" in page
    assert HOLDER not in page
    assert IBAN not in page.replace(" ", "")
    # Nothing of it is filled in when it is changed.
    page = client.get(f"{base(provider)}change/").content.decode()
    assert "0785" in page
    assert HOLDER not in page
    plain = {"holder": HOLDER, "country": "US", "bank": "021000021", "number": "9988776655"}
    client.post(f"{base(provider)}change/", plain)
    assert "US ···· 6655" in client.get(base(provider)).content.decode()
    assert "Remove the bank account?" in client.get(f"{base(provider)}remove/").content.decode()
    client.post(f"{base(provider)}remove/")
    assert not BankAccount.objects.exists()


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"holder": HOLDER}, "Give the IBAN"),
        ({"holder": HOLDER, "iban": "FI2112345600000786"}, "This is not an IBAN."),
        ({**FORM, "country": "US"}, "not both"),
        (
            {"holder": HOLDER, "country": "FI", "bank": "NDEAFIHH", "number": "1234567"},
            "Select a valid choice",
        ),
        ({"holder": HOLDER, "country": "US", "bank": "021000021", "number": "12"}, "letters and digits only"),
    ],
)
def test_what_does_not_fit_is_said_on_the_form(
    provider: Provider, owner: User, form: dict[str, str], said: str
) -> None:
    answer = lately(owner).post(f"{base(provider)}change/", form)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not BankAccount.objects.exists()


@pytest.mark.parametrize("page", ["change/", "remove/"])
def test_who_did_not_sign_in_lately_shows_first_that_it_is_them(
    provider: Provider, owner: User, page: str
) -> None:
    client = browser(owner)
    assert client.get(base(provider)).status_code == 200
    for answer in (client.get(base(provider) + page), client.post(base(provider) + page, FORM)):
        assert answer.status_code == 302
        assert answer["Location"].startswith("/account/")
        assert answer["Location"].endswith(f"?next=%2Fprovider%2F{provider.public_id}%2Fbank%2F")
    assert not BankAccount.objects.exists()


def test_managers_neither_see_it_nor_are_shown_the_way(provider: Provider, owner: User) -> None:
    lately(owner).post(f"{base(provider)}change/", FORM)
    manager = lately(make_member(provider, Role.MANAGER))
    assert manager.get(base(provider)).status_code == 403
    for page in ("", "application/", "about/"):
        text = manager.get(f"/provider/{provider.public_id}/{page}").content.decode()
        assert "0785" not in text
        assert base(provider) not in text
    assert (
        base(provider) in lately(owner).get(f"/provider/{provider.public_id}/application/").content.decode()
    )


def test_an_operator_sees_it_masked_and_opens_it_on_the_record(provider: Provider, owner: User) -> None:
    lately(owner).post(f"{base(provider)}change/", FORM)
    operator = browser(make_operator())
    page = operator.get(f"/desk/providers/{provider.public_id}/").content.decode()
    assert "FI ···· 0785" in page
    assert HOLDER not in page
    assert not AuditEntry.objects.filter(action="bank.open").exists()

    answer = operator.post(f"/desk/providers/{provider.public_id}/bank/")

    assert IBAN in answer.content.decode()
    assert HOLDER in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert AuditEntry.objects.get(action="bank.open").chained
