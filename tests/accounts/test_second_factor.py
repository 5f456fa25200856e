"""The operators' second factor: nothing of theirs opens without it, and nobody slips another one in."""

import re
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from accounts.code_app import code_now
from accounts.models import User
from accounts.second_factor import SecondFactorAdapter
from accounts.selectors import has_second_factor
from accounts.services import vouch_for_email
from common.models import AuditEntry
from tests.factories import make_user
from tests.signing_in import SECRET, give_code_app, give_passkey, make_operator, sign_in

pytestmark = pytest.mark.django_db
PASSWORD = "a long walk by the sea"
DOORS = ["/desk/", "/admin/", "/admin/providers/provider/"]


@pytest.fixture
def operator() -> User:
    user = make_operator(password=PASSWORD)
    vouch_for_email(user=user)
    return user


@pytest.mark.parametrize("path", DOORS)
def test_an_operator_without_a_factor_is_led_to_setting_one_up(client: Client, path: str) -> None:
    sign_in(client, make_user(is_operator=True), second_factor=False)

    answer = client.get(path, follow=True)

    assert answer.request["PATH_INFO"] == "/account/2fa/"
    assert "the desk and the tables open once you have one" in answer.content.decode()


@pytest.mark.parametrize("path", DOORS)
def test_an_operator_who_did_not_give_it_is_asked_for_it(client: Client, operator: User, path: str) -> None:
    sign_in(client, operator, second_factor=False)

    answer = client.get(path, follow=True)

    assert answer.request["PATH_INFO"] == "/account/2fa/reauthenticate/"
    client.post("/account/2fa/reauthenticate/", {"code": code_now(SECRET), "next": path})
    assert client.get(path).status_code == 200


def test_signing_in_takes_both_steps(client: Client, operator: User) -> None:
    answer = client.post("/account/login/", {"login": operator.email, "password": PASSWORD})

    assert answer["Location"] == "/account/2fa/authenticate/"
    assert client.get("/desk/").status_code == 302
    assert "This is not the code" in _step(client, "000000")
    client.post("/account/2fa/authenticate/", {"code": code_now(SECRET)})
    assert client.get("/desk/").status_code == 200


def test_a_code_works_once(client: Client, operator: User) -> None:
    code = code_now(SECRET)
    for expected in (302, 200):
        browser = Client()
        browser.post("/account/login/", {"login": operator.email, "password": PASSWORD})
        assert browser.post("/account/2fa/authenticate/", {"code": code}).status_code == expected


@pytest.mark.django_db(transaction=True)
def test_setting_up_a_code_app_opens_the_desk_and_shows_recovery_codes_once(client: Client) -> None:
    operator = make_user(is_operator=True)
    vouch_for_email(user=operator)
    sign_in(client, operator, second_factor=False)
    page = client.get("/account/2fa/totp/activate/").content.decode()
    secret = re.findall(r'id="secret" readonly value="(\w+)"', page)[0]
    assert 'src="data:image/svg+xml;base64,' in page

    client.post("/account/2fa/totp/activate/", {"code": code_now(secret)})

    answer = client.get("/account/2fa/recovery-codes/")
    codes = re.findall(r"<li>(\d{8})</li>", answer.content.decode())
    assert len(codes) == 10
    assert client.get("/desk/").status_code == 200
    assert not re.findall(r"<li>\d{8}</li>", client.get("/account/2fa/recovery-codes/").content.decode())
    other = sign_in(Client(), operator, second_factor=False)
    other.post("/account/2fa/reauthenticate/", {"code": codes[0], "next": "/desk/"})
    assert other.get("/desk/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_secrets_are_encrypted_and_adding_one_is_recorded(client: Client) -> None:
    operator = make_user(is_operator=True)
    sign_in(client, operator, second_factor=False)
    page = client.get("/account/2fa/totp/activate/").content.decode()
    secret = re.findall(r'id="secret" readonly value="(\w+)"', page)[0]

    client.post("/account/2fa/totp/activate/", {"code": code_now(secret)})

    stored = Authenticator.objects.get(user=operator, type="totp").data
    assert secret not in str(stored)
    assert stored["secret"].startswith("gAAAA")
    added = AuditEntry.objects.filter(action="factor.added", object_id=operator.public_id)
    assert {entry.data["kind"] for entry in added} == {"totp", "recovery_codes"}
    assert {(entry.actor, entry.chained) for entry in added} == {(f"user:{operator.public_id}", True)}


def test_a_factor_and_its_audit_row_are_one_transaction() -> None:
    """The library tells after the commit, where a process that dies tells nobody: the database writes it."""
    user = make_user()
    with pytest.raises(RuntimeError), transaction.atomic():
        give_code_app(user)
        raise RuntimeError
    assert not AuditEntry.objects.filter(object_id=user.public_id).exists()

    give_code_app(user)
    Authenticator.objects.filter(user=user).delete()

    entries = AuditEntry.objects.filter(object_id=user.public_id).order_by("pk")
    assert [(e.action, e.actor, e.data, e.chained) for e in entries] == [
        ("factor.added", f"user:{user.public_id}", {"kind": "totp"}, False),
        ("factor.removed", f"user:{user.public_id}", {"kind": "totp"}, False),
    ]


@pytest.mark.parametrize("path", ["", "totp/deactivate/", "webauthn/add/", "recovery-codes/generate/"])
def test_a_session_without_the_factor_changes_no_factor(client: Client, operator: User, path: str) -> None:
    """Somebody with the password, in a session from before the factor was set up."""
    sign_in(client, operator, second_factor=False)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "reauthenticated": True, "at": 2e9}]
    session["account_authentication_methods_user"] = str(operator.pk)
    session.save()

    for answer in (client.get(f"/account/2fa/{path}"), client.post(f"/account/2fa/{path}")):
        assert answer.status_code == 302
        assert answer["Location"].startswith("/account/2fa/reauthenticate/")
    assert Authenticator.objects.count() == 1


def test_the_last_factor_stays(client: Client, operator: User) -> None:
    sign_in(client, operator)
    answer = client.post("/account/2fa/totp/deactivate/")
    assert "set up another one first" in answer.content.decode()
    assert has_second_factor(operator)

    give_passkey(operator)
    client.post("/account/2fa/totp/deactivate/")
    assert Authenticator.objects.get(user=operator).type == "webauthn"


def test_who_removes_the_last_passkey_is_out_of_the_desk(client: Client) -> None:
    operator = make_user(is_operator=True)
    key = give_passkey(operator)
    sign_in(client, operator)

    client.post(f"/account/2fa/webauthn/keys/{key.pk}/remove/")

    assert not has_second_factor(operator)
    assert client.get("/desk/")["Location"].startswith("/account/2fa/?next=")


def test_others_may_have_one_and_get_no_further_by_it(client: Client) -> None:
    user = make_user()
    give_code_app(user)
    sign_in(client, user, second_factor=True)
    assert client.get("/account/2fa/").status_code == 200
    assert client.get("/desk/").status_code == 404


def _step(client: Client, code: str) -> str:
    return client.post("/account/2fa/authenticate/", {"code": code}).content.decode()


def test_who_lost_their_factor_sets_up_another_one(client: Client, operator: User) -> None:
    sign_in(client, operator)

    call_command("drop_second_factor", operator.email, stdout=StringIO())

    assert not has_second_factor(operator)
    assert client.get("/desk/")["Location"].startswith("/account/login/")
    assert AuditEntry.objects.get(action="factor.dropped").chained
    assert AuditEntry.objects.get(action="factor.removed").actor == "system"


def test_secrets_survive_a_change_of_keys(operator: User, settings: Any) -> None:
    old = settings.FIELD_KEYS
    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *old]

    call_command("rotate_keys", stdout=StringIO())

    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]
    assert SecondFactorAdapter().decrypt(Authenticator.objects.get(user=operator).data["secret"]) == SECRET
