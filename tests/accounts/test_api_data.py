"""One's own data over HTTP: consents, the download, being erased."""

import io
import json
import time
import zipfile
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts import services
from accounts.models import Consent, DataExport, ErasureRequest, User
from accounts.services import exports
from common import clock
from tests.factories import make_member, make_provider, make_user

pytestmark = pytest.mark.django_db
ME = "/api/v1/me"


@pytest.fixture
def user() -> User:
    return make_user(email="alice@example.com")


def signed_in(user: User, *, lately: bool = True) -> Client:
    client = Client()
    client.force_login(user)
    session = client.session
    at = time.time() - (0 if lately else 3600)
    session["account_authentication_methods_user"] = str(user.pk)
    session["account_authentication_methods"] = [{"method": "code", "at": at}]
    session.save()
    return client


def ask(client: Client, path: str, body: Any = None, method: str = "post") -> HttpResponse:
    return client.generic(  # type: ignore[return-value]
        method.upper(),
        f"{ME}{path}",
        "" if body is None else json.dumps(body),
        content_type="application/json",
        headers={"Idempotency-Key": str(uuid4())},
    )


def test_terms_are_agreed_to_and_mails_wanted_and_not(user: User) -> None:
    client = signed_in(user)
    before = client.get(f"{ME}/consents").json()
    assert (before["accepted"], before["items"]) == (False, [])

    after = ask(client, "/consents", {"accept": True, "marketing": True}, "put").json()

    assert after["accepted"] is True
    assert {(c["to"], c["given"], c["source"]) for c in after["items"]} == {
        ("terms", True, "api"),
        ("privacy", True, "api"),
        ("marketing", True, "api"),
    }
    assert {c["wording"] for c in after["items"] if c["to"] != "marketing"} == {before["wording"]}
    ask(client, "/consents", {"accept": True}, "put")
    ask(client, "/consents", {"marketing": False}, "put")
    assert Consent.objects.count() == 4
    # What was agreed to is not taken back by saying so.
    assert ask(client, "/consents", {"accept": False}, "put").status_code == 422
    assert Consent.objects.count() == 4


def test_all_about_the_caller_is_asked_for_and_fetched(user: User) -> None:
    client = signed_in(user)
    asked = ask(client, "/exports")
    assert asked.status_code == 201
    row = asked.json()  # type: ignore[attr-defined]
    assert ask(client, "/exports").json()["code"] == "export_under_way"  # type: ignore[attr-defined]
    path = f"{ME}/exports/{row['id']}/file"
    assert client.get(path).json()["code"] == "not_found"

    exports.make_export(export_id=row["id"])

    [listed] = client.get(f"{ME}/exports").json()["items"]
    assert listed["status"] == "ready"
    answer = client.get(path)
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store, private")
    assert len(answer.content) == listed["size"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert "alice@example.com" in archive.read("account.json").decode()
    other = signed_in(make_user())
    assert other.get(path).json()["code"] == "not_found"
    assert client.get(f"{ME}/exports/%00/file").json()["code"] == "not_found"


def test_the_caller_asks_to_be_erased_and_undoes_it(user: User) -> None:
    client = signed_in(user)
    assert client.get(f"{ME}/erasure").json() == {"waiting": None, "obstacles": []}
    assert ask(client, "/erasure", {"reviews": True}).status_code == 201
    assert ErasureRequest.objects.get().forget_reviews
    assert client.get(f"{ME}/erasure").json()["waiting"]["id"] == ErasureRequest.objects.get().public_id
    assert ask(client, "/erasure", method="delete").status_code == 204
    assert ask(client, "/erasure", method="delete").status_code == 404
    assert ErasureRequest.objects.get().status == "undone"


def test_what_stands_in_the_way_is_named(user: User) -> None:
    # One that waits for approval cannot be closed along with its only owner.
    provider = make_provider(status="submitted")
    make_member(provider).memberships.update(user=user)
    client = signed_in(user)
    blocked = ask(client, "/erasure", {}).json()  # type: ignore[attr-defined]
    wanted = [{"code": "only_owner", "about": provider.public_id}]
    assert (blocked["code"], blocked["obstacles"]) == ("erasure_blocked", wanted)
    assert client.get(f"{ME}/erasure").json()["obstacles"] == wanted


def test_who_did_not_sign_in_lately_gets_nothing_out_and_nothing_erased(user: User) -> None:
    client = signed_in(user, lately=False)
    export = DataExport.objects.create(
        user=user,
        status="ready",
        content=b"PK",
        ready_at=clock.now(),
        expires_at=clock.now() + timedelta(days=1),
    )
    for answer in (
        ask(client, "/exports"),
        client.get(f"{ME}/exports/{export.public_id}/file"),
        ask(client, "/erasure", {}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "sign_in_again")  # type: ignore[attr-defined]
    assert DataExport.objects.count() == 1
    assert not ErasureRequest.objects.exists()


def test_a_token_manages_none_of_it(user: User) -> None:
    _, secret = services.create_token(user=user, name="till", scopes=["bookings:read"])
    app = Client(headers={"authorization": f"Bearer {secret}"})
    assert {app.get(f"{ME}/{name}").status_code for name in ("consents", "exports", "erasure")} == {403}
