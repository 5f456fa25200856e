"""Sign-up, sign-in, reset and their mails, over Django's test client: what a person would do."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user
from django.core import mail
from django.test import Client

from accounts import services
from accounts.enums import ConsentSource
from accounts.models import Customer, User
from accounts.services.consents import accept_terms
from tests.accounts.conftest import Code
from tests.factories import make_user

pytestmark = pytest.mark.django_db
PASSWORD = "lamp-yellow-street-7"


def _verified(email: str = "alice@example.com", password: str | None = PASSWORD, **fields: object) -> User:
    user = make_user(email=email, password=password, **fields)
    services.vouch_for_email(user=user)
    accept_terms(customer=services.main_customer(user=user), source=ConsentSource.SIGNUP)
    return user


def _who(client: Client) -> User | None:
    user = get_user(client)
    return user if isinstance(user, User) else None


def _sign_up(client: Client, email: str = "alice@example.com", **fields: str):
    data = {"name": "Alice", "email": email, "language": "en", "password1": "", **fields}
    return client.post("/account/signup/", data)


def test_sign_up_signs_in_once_the_address_is_verified(client: Client, newest_code: Code) -> None:
    response = _sign_up(client, "Alice@Example.com", language="zh-hans", password1=PASSWORD)
    assert response["Location"] == "/account/confirm-email/"
    assert _who(client) is None
    assert mail.outbox[-1].to == ["alice@example.com"]

    client.post("/account/confirm-email/", {"code": newest_code()})

    alice = User.objects.get()
    assert _who(client) == alice
    assert (alice.email, alice.name, alice.language) == ("alice@example.com", "Alice", "zh-hans")
    assert alice.check_password(PASSWORD)
    assert client.cookies["django_language"].value == "zh-hans"


def test_sign_up_without_a_password_works_and_the_account_has_none(client: Client, newest_code: Code) -> None:
    _sign_up(client)
    client.post("/account/confirm-email/", {"code": newest_code()})

    alice = User.objects.get()
    assert _who(client) == alice
    assert not alice.has_usable_password()


def test_a_wrong_code_does_not_sign_in_and_three_end_the_attempt(client: Client, newest_code: Code) -> None:
    _verified()
    client.post("/account/login/", {"login": "alice@example.com"})
    wrong = "0000-0000" if newest_code() != "0000-0000" else "1111-1111"
    for _ in range(3):
        client.post("/account/login/code/confirm/", {"code": wrong})

    client.post("/account/login/code/confirm/", {"code": newest_code()})
    assert _who(client) is None


def test_sign_in_by_code(client: Client, newest_code: Code) -> None:
    alice = _verified()
    response = client.post("/account/login/", {"login": "ALICE@example.com", "password": "", "next": "/x/"})
    assert response["Location"].startswith("/account/login/code/confirm/")
    assert newest_code().replace("-", "") in mail.outbox[-1].subject.replace("-", "")

    response = client.post("/account/login/code/confirm/?next=/x/", {"code": newest_code().replace("-", " ")})

    assert _who(client) == alice
    assert response["Location"] == "/x/"


def test_sign_in_by_password_and_sign_out_by_post_only(client: Client) -> None:
    alice = _verified()
    client.post("/account/login/", {"login": "alice@example.com", "password": PASSWORD})
    assert _who(client) == alice

    assert client.get("/account/logout/").status_code == 200
    assert _who(client) == alice
    client.post("/account/logout/")
    assert _who(client) is None


def test_a_next_that_leaves_the_site_is_not_followed(client: Client) -> None:
    _verified()
    response = client.post(
        "/account/login/?next=https://evil.example/",
        {"login": "alice@example.com", "password": PASSWORD, "next": "https://evil.example/"},
    )
    assert response["Location"] == "/account/start/"


def test_a_closed_account_does_not_open(client: Client) -> None:
    alice = _verified()
    alice.is_active = False
    alice.save(update_fields=["is_active"])

    client.post("/account/login/", {"login": "alice@example.com", "password": PASSWORD})
    assert _who(client) is None
    mail.outbox.clear()
    client.post("/account/login/", {"login": "alice@example.com"})
    assert not [m for m in mail.outbox if re.search(r"\d{4}-\d{4}", m.body)]


def test_a_forgotten_password_is_replaced_by_code(client: Client, newest_code: Code) -> None:
    alice = _verified()
    client.post("/account/password/reset/", {"email": "alice@example.com"})
    client.post("/account/password/reset/confirm/", {"code": newest_code()})
    new = "granite-courtyard-42"
    client.post("/account/password/reset/complete/", {"password1": new, "password2": new})

    alice.refresh_from_db()
    assert alice.check_password(new)
    assert _who(client) == alice


def test_a_password_is_changed_only_with_the_old_one(client: Client) -> None:
    alice = _verified()
    client.force_login(alice)
    new = {"password1": "granite-courtyard-42", "password2": "granite-courtyard-42"}
    client.post("/account/password/change/", {"oldpassword": "wrong", **new})
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)

    client.post("/account/password/change/", {"oldpassword": PASSWORD, **new})
    alice.refresh_from_db()
    assert alice.check_password("granite-courtyard-42")
    assert "password" in mail.outbox[-1].subject.lower()


def test_the_address_changes_once_the_new_one_is_verified(client: Client, newest_code: Code) -> None:
    alice = _verified()
    services.main_customer(user=alice)
    client.force_login(alice)
    client.post("/account/email/", {"email": "New@example.com", "action_add": "1"})
    alice.refresh_from_db()
    assert alice.email == "alice@example.com"

    client.post("/account/confirm-email/", {"code": newest_code()})

    alice.refresh_from_db()
    assert alice.email == "new@example.com"
    assert [a.email for a in EmailAddress.objects.filter(user=alice)] == ["new@example.com"]
    assert Customer.objects.get(user=alice, is_main=True).email == "new@example.com"


# Guests join


def test_verifying_at_sign_up_joins_what_was_booked_as_a_guest(client: Client, newest_code: Code) -> None:
    guest = services.guest_customer(name="A.", email="alice@example.com")
    _sign_up(client)
    guest.refresh_from_db()
    assert guest.user is None

    client.post("/account/confirm-email/", {"code": newest_code()})

    guest.refresh_from_db()
    assert guest.user == User.objects.get()


def test_signing_in_by_code_verifies_and_joins(client: Client, newest_code: Code) -> None:
    alice = make_user(email="alice@example.com")
    guest = services.guest_customer(name="A.", email="alice@example.com")

    client.post("/account/login/", {"login": "alice@example.com"})
    client.post("/account/login/code/confirm/", {"code": newest_code()})

    guest.refresh_from_db()
    assert _who(client) == alice
    assert guest.user == alice


def test_what_was_booked_as_a_guest_after_verifying_joins_at_the_next_code(
    client: Client, newest_code: Code
) -> None:
    alice = _verified()
    guest = services.guest_customer(name="A.", email="alice@example.com")

    client.post("/account/login/code/", {"email": "alice@example.com"})
    client.post("/account/login/code/confirm/", {"code": newest_code()})

    guest.refresh_from_db()
    assert guest.user == alice


def test_a_password_alone_joins_nothing(client: Client) -> None:
    make_user(email="alice@example.com", password=PASSWORD)
    guest = services.guest_customer(name="A.", email="alice@example.com")

    client.post("/account/login/", {"login": "alice@example.com", "password": PASSWORD})

    guest.refresh_from_db()
    assert _who(client) is None
    assert guest.user is None


def test_who_squats_an_address_loses_the_password_when_its_reader_signs_in(newest_code: Code) -> None:
    squatter, reader = Client(), Client()
    _sign_up(squatter, password1=PASSWORD)

    reader.post("/account/login/", {"login": "alice@example.com"})
    reader.post("/account/login/code/confirm/", {"code": newest_code()})

    assert _who(reader) == User.objects.get()
    squatter.post("/account/logout/")
    squatter.post("/account/login/", {"login": "alice@example.com", "password": PASSWORD})
    assert _who(squatter) is None
    assert not User.objects.get().has_usable_password()


# Nobody learns who has an account


def _seen(response) -> tuple[int, str, str]:
    """What a stranger sees of an answer, without what is random on every page."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", response.content.decode())
    text = re.sub(r"(alice|nobody)@example\.com", "somebody@example.com", text)
    return response.status_code, response.get("Location", ""), text


@pytest.mark.parametrize(
    ("address", "field"),
    [("/account/login/", "login"), ("/account/login/code/", "email"), ("/account/password/reset/", "email")],
)
def test_asking_for_a_code_looks_the_same_with_and_without_an_account(address: str, field: str) -> None:
    _verified()
    seen = []
    for email in ("alice@example.com", "nobody@example.com"):
        client = Client()
        first = client.post(address, {field: email})
        seen.append((_seen(first), _seen(client.get(first["Location"]))))
        assert mail.outbox[-1].to == [email]

    assert seen[0] == seen[1]
    assert not User.objects.filter(email="nobody@example.com").exists()


def test_a_wrong_password_looks_the_same_with_and_without_an_account() -> None:
    _verified()
    answers = [
        _seen(Client().post("/account/login/", {"login": email, "password": "wrong-password-1"}))
        for email in ("alice@example.com", "nobody@example.com")
    ]
    assert answers[0] == answers[1]
    assert answers[0][0] == 200


def test_signing_up_with_a_taken_address_looks_the_same_and_tells_its_owner() -> None:
    alice = _verified()
    seen = []
    for email in ("alice@example.com", "nobody@example.com"):
        client = Client()
        first = _sign_up(client, email)
        seen.append((_seen(first), _seen(client.get(first["Location"]))))

    assert seen[0] == seen[1]
    told = [m for m in mail.outbox if m.to == ["alice@example.com"]]
    assert [m.subject for m in told] == ["You have an account already"]
    assert list(User.objects.filter(email="alice@example.com")) == [alice]


def test_codes_for_one_address_are_limited(client: Client) -> None:
    _verified()
    for _ in range(3):
        assert Client().post("/account/login/", {"login": "alice@example.com"}).status_code == 302

    response = Client().post("/account/login/", {"login": "alice@example.com"})

    assert response.status_code == 200
    assert len(mail.outbox) == 3


def test_limits_count_by_the_address_that_a_trusted_proxy_names(settings) -> None:
    settings.TRUSTED_PROXIES = ["unix", "127.0.0.1"]
    settings.ACCOUNT_RATE_LIMITS = {"login": "2/m/ip"}

    def attempt(forwarded: str) -> int:
        return (
            Client()
            .post(
                "/account/login/",
                {"login": "alice@example.com", "password": "x"},
                headers={"x-forwarded-for": forwarded},
            )
            .status_code
        )

    assert [attempt("192.0.2.1, 203.0.113.7") for _ in range(3)] == [200, 200, 429]
    # The left end is what the caller says of itself.
    assert attempt("192.0.2.99, 203.0.113.7") == 429
    assert attempt("203.0.113.8") == 200


# Languages


def test_a_new_device_learns_the_users_language(client: Client) -> None:
    _verified(language="zh-hans")
    client.post("/account/login/", {"login": "alice@example.com", "password": PASSWORD})
    assert client.cookies["django_language"].value == "zh-hans"


def test_the_language_chosen_on_the_device_is_remembered(client: Client) -> None:
    alice = _verified(language="en")
    client.cookies["django_language"] = "zh-hans"
    client.post("/account/login/", {"login": "alice@example.com", "password": PASSWORD})
    alice.refresh_from_db()
    assert alice.language == "zh-hans"
