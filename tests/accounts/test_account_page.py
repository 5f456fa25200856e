import re

import pytest
from django.test import Client

from accounts import selectors, services
from accounts.models import ApiToken
from frontend.views.preferences import preferences
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_the_page_is_for_those_who_signed_in(client: Client) -> None:
    response = client.get("/account/")
    assert (response.status_code, response["Location"]) == (302, "/account/login/?next=/account/")


def test_name_number_and_language_are_saved(client: Client) -> None:
    alice = make_user()
    client.force_login(alice)

    response = client.post(
        "/account/profile/", {"name": "Alice", "phone": "040 123 4567", "language": "zh-hans"}
    )

    assert response["Location"] == "/account/"
    alice.refresh_from_db()
    assert (alice.name, alice.language) == ("Alice", "zh-hans")
    assert services.main_customer(user=alice).phone == "+358401234567"
    assert client.cookies["django_language"].value == "zh-hans"


def test_a_short_number_is_refused_beside_its_field_and_nothing_is_lost(client: Client) -> None:
    alice = make_user(name="Alice")
    client.force_login(alice)

    response = client.post("/account/profile/", {"name": "Alicia", "phone": "040 12", "language": "en"})

    page = response.content.decode()
    assert response.status_code == 422
    assert "This number is two digits short." in page
    assert 'value="Alicia"' in page
    alice.refresh_from_db()
    assert alice.name == "Alice"


def test_a_token_is_shown_once_and_revoked(client: Client) -> None:
    client.force_login(make_user())
    assert "None yet." in client.get("/account/tokens/").content.decode()

    page = client.post(
        "/account/tokens/", {"token-name": "till", "token-scopes": ["bookings:read", "bookings:write"]}
    ).content.decode()
    found = re.search(r"hbt_[\w-]+", page)
    assert found
    assert selectors.principal_of_bearer(found[0]).scopes == {"bookings:read", "bookings:write"}
    again = client.get("/account/tokens/").content.decode()
    assert "hbt_" not in again
    assert "<span>See bookings</span>" in again

    token = ApiToken.objects.get()
    client.post(f"/account/tokens/{token.public_id}/revoke/")
    token.refresh_from_db()
    assert token.revoked_at is not None
    assert "till" not in client.get("/account/tokens/").content.decode()


def test_anothers_token_is_not_there(client: Client) -> None:
    token, _ = services.create_token(user=make_user(), name="till", scopes=["bookings:read"])
    client.force_login(make_user())

    assert client.post(f"/account/tokens/{token.public_id}/revoke/").status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None


@pytest.mark.parametrize(
    "path",
    [
        "/account/",
        "/account/profile/",
        "/account/tokens/",
        "/account/people/",
        "/account/addresses/",
        "/account/vehicles/",
        "/account/sessions/",
        "/account/email/",
        "/account/password/change/",
        "/account/logout/",
    ],
)
def test_pages_for_the_signed_in_render(client: Client, path: str) -> None:
    client.force_login(make_user(password="lamp-yellow-street-7"))
    response = client.get(path)
    assert response.status_code == 200
    assert "<h1>" in response.content.decode()


@pytest.mark.parametrize(
    "path", ["/account/login/", "/account/login/code/", "/account/signup/", "/account/password/reset/"]
)
def test_pages_for_strangers_render(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert 'autocomplete="email"' in response.content.decode()


def test_a_language_chosen_in_the_menu_is_remembered(rf) -> None:
    alice = make_user(language="en")
    request = rf.post("/preferences", {"language": "zh-hans", "next": "/"})
    request.user = alice

    preferences(request)

    alice.refresh_from_db()
    assert alice.language == "zh-hans"
