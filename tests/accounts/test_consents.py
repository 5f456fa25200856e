"""Consent: noted with its words and version, never changed, asked for anew when the text has changed."""

from typing import Any

import pytest
from django.db import transaction
from django.db.utils import DatabaseError
from django.test import Client

from accounts import selectors, services
from accounts.enums import ConsentSource
from accounts.models import Consent, User
from accounts.principals import Principal
from accounts.rules import terms
from accounts.services import consents
from bookings.models import Booking
from bookings.services import holds
from tests.factories import make_outlet, make_service, make_user, tomorrow_at

pytestmark = pytest.mark.django_db
PASSWORD = "a password that is long enough"


def rows() -> list[tuple[str, str, bool, str]]:
    return list(Consent.objects.order_by("pk").values_list("kind", "version", "given", "source"))


BOTH = [("terms", terms.TERMS, True), ("privacy", terms.PRIVACY, True)]


def test_signing_up_agrees_to_what_stood_beside_the_button(client: Client) -> None:
    page = client.get("/account/signup/").content.decode()
    words = "By making an account you agree to the terms, and have read how we treat your data."
    assert words in page

    client.post(
        "/account/signup/", {"name": "Alice", "email": "a@example.com", "language": "en", "password1": ""}
    )

    assert rows() == [(*each, "signup") for each in BOTH]
    assert set(Consent.objects.values_list("wording", flat=True)) == {words}
    customer = Consent.objects.first().customer  # type: ignore[union-attr]
    assert customer.user == User.objects.get()
    assert not selectors.holds_consent(customer, "marketing")


def test_a_guest_agrees_at_the_checkout_in_their_own_name(client: Client) -> None:
    service = make_service(make_outlet())
    outlet = service.offerings.get().outlet
    held = holds.hold(
        principal=Principal(),
        outlet=outlet.public_id,
        items=[holds.ItemRequest(service.public_id)],
        start=tomorrow_at(10),
    )
    assert held.token
    path = f"/b/{held.booking.ref}/checkout"
    client.get(f"{path}?key={held.token}")
    page = client.get(path)
    assert "By booking you agree to the terms, and have read how we treat your data." in page.content.decode()

    answer = client.post(
        path,
        {
            "do": "pay",
            "key": page.context["key"],
            "total": held.booking.total_amount,
            "name": "Helmi",
            "email": "helmi@example.com",
            "method": "counter",
        },
    )

    assert answer.status_code == 302, answer.content
    booking = Booking.objects.get(pk=held.booking.pk)
    assert booking.status == "confirmed"
    assert rows() == [(*each, "checkout") for each in BOTH]
    assert set(Consent.objects.values_list("customer_id", flat=True)) == {booking.customer_id}


@pytest.fixture
def alice() -> User:
    user = make_user(email="alice@example.com", password=PASSWORD)
    services.vouch_for_email(user=user)
    return user


def sign_in(client: Client) -> str:
    answer = client.post(
        "/account/login/", {"login": "alice@example.com", "password": PASSWORD, "next": "/bookings"}
    )
    return str(answer["Location"])


def test_a_new_version_is_agreed_to_at_the_next_sign_in(
    client: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    consents.accept_terms(customer=services.main_customer(user=alice), source=ConsentSource.SIGNUP)
    assert sign_in(client) == "/bookings"
    client.logout()
    monkeypatch.setattr(terms, "TERMS", "2027-01-01")
    monkeypatch.setitem(consents.VERSIONS, "terms", "2027-01-01")

    assert sign_in(client) == "/account/terms/?next=%2Fbookings"
    assert "I agree to the terms" in client.get("/account/terms/?next=/bookings").content.decode()
    answer = client.post("/account/terms/", {"next": "/bookings"})

    assert answer["Location"] == "/bookings"
    assert rows()[-1] == ("terms", "2027-01-01", True, "sign_in")
    assert len(rows()) == 3, "the privacy notice has not changed"
    client.logout()
    assert sign_in(client) == "/bookings"


def test_who_never_agreed_is_asked_at_the_first_sign_in(client: Client, alice: User) -> None:
    assert sign_in(client) == "/account/terms/?next=%2Fbookings"


def test_agreeing_leads_nowhere_else(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.post("/account/terms/", {"next": "https://evil.example/"})["Location"] == "/"
    assert client.post("/account/terms/", {"next": "//evil.example/"})["Location"] == "/"


def test_mails_about_what_is_new_are_off_asked_for_apart_and_taken_back(client: Client, alice: User) -> None:
    client.force_login(alice)

    def page() -> Any:
        return client.get("/account/data/").context["marketing"]

    assert page() is False

    client.post("/account/data/marketing/", {"marketing": "on"})
    client.post("/account/data/marketing/", {"marketing": "on"})
    assert page() is True
    client.post("/account/data/marketing/", {})

    assert page() is False
    assert [row[2] for row in rows() if row[0] == "marketing"] == [True, False]


def test_nobody_changes_or_deletes_what_was_agreed(alice: User) -> None:
    consents.accept_terms(customer=services.main_customer(user=alice), source=ConsentSource.SIGNUP)

    for change in (lambda: Consent.objects.update(given=False), lambda: Consent.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
