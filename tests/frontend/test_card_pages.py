"""A customer keeps a card at the checkout, pays with it the next time, and removes it from the account."""

import json
import uuid
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.services.tokens import create_token
from bookings.models import Booking
from payments.models import Payment, SavedCard
from payments.sandbox.service import act
from payments.selectors.cards import cards_of
from payments.services import forget_at_gateways
from providers.models import Outlet, Service
from tests.factories import make_outlet, make_service, make_staff, make_user, tomorrow_at
from tests.frontend.booking_steps import held_by, pay, text
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def outlet(settings: Any) -> Outlet:
    settings.DEMO = True
    return make_outlet()


@pytest.fixture
def service(outlet: Outlet) -> Service:
    return make_service(outlet, staff=[make_staff(outlet)])


@pytest.fixture
def user() -> User:
    return make_user(name="Helmi", email="helmi@example.com")


@pytest.fixture
def helmi(user: User) -> Client:
    return sign_in(Client(), user)


def hold(client: Client, outlet: Outlet, service: Service, hour: int = 10) -> Booking:
    return held_by(client, outlet, service, tomorrow_at(hour))


def keep(client: Client, booking: Booking, action: str = "pay") -> SavedCard:
    """Pay on the sandbox's page, and have the card kept."""
    pay(client, booking, "sandbox", keep="on")
    ref = Payment.objects.get(booking_ref=booking.ref).gateway_ref
    act(ref, action)
    if action == "step_up":
        act(ref, "pay")
    client.get(f"/b/{booking.ref}")
    return SavedCard.objects.get()


def test_a_card_is_kept_and_pays_the_next_visit_in_one_step(
    outlet: Outlet, service: Service, helmi: Client, user: User
) -> None:
    first = hold(helmi, outlet, service)
    page = text(helmi.get(f"/b/{first.ref}/checkout"))
    assert "Keep this card for next time" in page
    assert "Which card?" not in page
    card = keep(helmi, first)

    second = hold(helmi, outlet, service, 13)
    page = helmi.get(f"/b/{second.ref}/checkout")
    assert "Visa ending in 4242" in text(page)
    assert f'value="{card.public_id}" id="card-1" checked' in page.content.decode()
    answer = pay(helmi, second, "sandbox", card=card.public_id)

    assert answer["Location"] == f"/b/{second.ref}"
    second.refresh_from_db()
    assert (second.status, second.payment_state) == ("confirmed", "paid")


def test_a_declined_card_leads_back_to_the_checkout(outlet: Outlet, service: Service, helmi: Client) -> None:
    card = keep(helmi, hold(helmi, outlet, service), "pay_once")
    second = hold(helmi, outlet, service, 13)

    answer = pay(helmi, second, "sandbox", card=card.public_id)

    assert "The payment did not go through." in text(helmi.get(answer["Location"], follow=True))
    second.refresh_from_db()
    assert (second.status, second.payment_state) == ("held", "unpaid")


def test_the_bank_may_ask_and_leads_on(outlet: Outlet, service: Service, helmi: Client) -> None:
    card = keep(helmi, hold(helmi, outlet, service), "step_up")
    second = hold(helmi, outlet, service, 13)

    answer = pay(helmi, second, "sandbox", card=card.public_id)

    assert answer["Location"].startswith("/sandbox/pay/pi_")
    assert "Your bank asks: is this payment yours?" in text(helmi.get(answer["Location"]))


def test_a_removed_card_is_refused_in_words(outlet: Outlet, service: Service, helmi: Client) -> None:
    card = keep(helmi, hold(helmi, outlet, service))
    second = hold(helmi, outlet, service, 13)
    helmi.post(f"/account/cards/{card.public_id}/remove/")

    answer = pay(helmi, second, "sandbox", card=card.public_id)

    assert answer.status_code == 422
    assert "This card cannot be used. Choose another one." in text(answer)


def test_it_is_seen_and_removed_in_the_account(
    outlet: Outlet, service: Service, helmi: Client, user: User
) -> None:
    assert "None are kept." in text(helmi.get("/account/cards/"))
    card = keep(helmi, hold(helmi, outlet, service))
    assert "Visa ending in 4242 Good until 12/" in text(helmi.get("/account/cards/"))
    stranger = sign_in(Client(), make_user())
    assert stranger.post(f"/account/cards/{card.public_id}/remove/").status_code == 404

    gone = helmi.post(f"/account/cards/{card.public_id}/remove/", follow=True)

    assert "It is kept no longer" in text(gone)
    forget_at_gateways()
    assert not SavedCard.objects.exists()


def test_a_guest_is_offered_none_and_keeps_none(outlet: Outlet, service: Service, client: Client) -> None:
    booking = hold(client, outlet, service)
    assert "Keep this card" not in text(client.get(f"/b/{booking.ref}/checkout"))

    pay(client, booking, "sandbox", keep="on")

    assert Payment.objects.get().keep_card is False


def test_over_the_api_in_a_session(outlet: Outlet, service: Service, helmi: Client, user: User) -> None:
    card = keep(helmi, hold(helmi, outlet, service))
    [item] = helmi.get("/api/v1/me/cards").json()["items"]
    assert (item["id"], item["method"], item["last4"], item["expired"]) == (
        card.public_id,
        "sandbox",
        "4242",
        False,
    )
    second = hold(helmi, outlet, service, 13)

    paid = helmi.post(
        f"/api/v1/bookings/{second.ref}/payments",
        json.dumps({"method": "sandbox", "card": card.public_id}),
        content_type="application/json",
        headers={"Idempotency-Key": str(uuid.uuid4())},
    )

    assert paid.json() == {"status": "captured", "redirect_url": None}
    assert helmi.delete(f"/api/v1/me/cards/{card.public_id}").status_code == 204
    assert helmi.delete(f"/api/v1/me/cards/{card.public_id}").status_code == 404
    assert not cards_of(user).exists()


def test_a_token_of_an_app_pays_with_no_card(
    outlet: Outlet, service: Service, helmi: Client, user: User
) -> None:
    card = keep(helmi, hold(helmi, outlet, service))
    second = hold(helmi, outlet, service, 13)
    _token, secret = create_token(user=user, name="app", scopes=["bookings:write"])

    paid = Client().post(
        f"/api/v1/bookings/{second.ref}/payments",
        json.dumps({"method": "sandbox", "card": card.public_id}),
        content_type="application/json",
        headers={"Idempotency-Key": str(uuid.uuid4()), "Authorization": f"Bearer {secret}"},
    )

    assert (paid.status_code, paid.json()["code"]) == (403, "not_allowed")
    assert Payment.objects.filter(booking_ref=second.ref).count() == 0
