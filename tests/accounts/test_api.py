"""/me and the tokens, as tools outside see them."""

import pytest
from django.test import Client

from accounts import services
from accounts.models import ApiToken, User
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def _app(user: User) -> Client:
    _, secret = services.create_token(user=user, name="till", scopes=["bookings:read"])
    return Client(headers={"authorization": f"Bearer {secret}"})


def test_who_am_i() -> None:
    alice = make_user(name="Alice", email="alice@example.com", language="zh-hans")

    assert _app(alice).get("/api/v1/me").json() == {
        "id": alice.public_id,
        "name": "Alice",
        "email": "alice@example.com",
        "language": "zh-hans",
        "is_operator": False,
        "scopes": ["bookings:read"],
    }


def test_a_session_has_all_scopes(client: Client) -> None:
    client.force_login(make_user())
    assert client.get("/api/v1/me").json()["scopes"] is None


@pytest.mark.parametrize("header", [None, "Bearer hbt_wrong", "Bearer some-booking-token"])
def test_strangers_are_told_to_sign_in(client: Client, header: str | None) -> None:
    response = client.get("/api/v1/me", headers={"authorization": header} if header else {})

    assert response.status_code == 401
    assert response["Content-Type"] == "application/problem+json"
    assert response["WWW-Authenticate"] == "Bearer"
    assert response.json()["code"] == "not_authenticated"


def test_a_bad_token_is_refused_where_strangers_are_welcome(client: Client) -> None:
    assert client.get("/api/v1/categories").status_code == 200
    response = client.get("/api/v1/categories", headers={"authorization": "Bearer hbt_wrong"})
    assert (response.status_code, response.json()["code"]) == (401, "not_authenticated")


def test_a_session_lists_and_revokes_its_tokens_and_never_shows_secrets() -> None:
    alice = make_user()
    app = _app(alice)
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)

    (token,) = client.get("/api/v1/me/tokens").json()["items"]
    assert (token["name"], token["scopes"]) == ("till", ["bookings:read"])
    assert set(token) == {"id", "name", "scopes", "created_at", "expires_at", "last_used_at"}

    refused = client.delete(f"/api/v1/me/tokens/{token['id']}")
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf_failed")
    client.cookies["csrftoken"] = "a" * 32
    done = client.delete(f"/api/v1/me/tokens/{token['id']}", headers={"x-csrftoken": "a" * 32})
    assert done.status_code == 204
    assert app.get("/api/v1/me").status_code == 401


def test_an_app_does_not_manage_tokens_and_nobody_anothers() -> None:
    alice, bob = make_user(), make_user()
    app = _app(alice)
    token = ApiToken.objects.get()
    assert app.get("/api/v1/me/tokens").json()["code"] == "not_allowed"
    assert app.delete(f"/api/v1/me/tokens/{token.public_id}").json()["code"] == "not_allowed"

    client = Client()
    client.force_login(bob)
    assert client.delete(f"/api/v1/me/tokens/{token.public_id}").json()["code"] == "not_found"
    assert client.get("/api/v1/me/tokens").json() == {"items": []}
