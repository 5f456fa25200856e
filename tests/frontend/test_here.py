"""The square on a shop's counter, and what it opens; nobody came, on its pages."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from bookings.models import Booking, Objection
from bookings.selectors.access import Access
from bookings.services import changes, expiry, paying, price_changes
from bookings.services.price_changes import Wish
from common.money import Money
from payments import services as payments
from payments.rules.policy import Policy, Prepayment, Tier
from tests.bookings.conftest import Shop
from tests.bookings.test_not_come import on_card
from tests.bookings.test_price_changes import agreed, agreed_soon
from tests.factories import make_due
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db


def browser(shop: Shop, who: str = "customer") -> Client:
    user = getattr(shop, who).user
    assert user
    return sign_in(Client(), user)


@pytest.fixture
def due(shop: Shop) -> Access:
    """A visit of a signed-in customer, promised at the counter, whose time has come."""
    access = agreed(shop)
    make_due(access.booking.ref)
    return shop.again(access)


def here(shop: Shop) -> str:
    return f"/here/{shop.outlet.public_id}"


def test_who_has_a_visit_says_that_they_are_here_and_staff_see_it(shop: Shop, due: Access) -> None:
    client, staff = browser(shop), browser(shop, "staff")
    page = client.get(here(shop)).content.decode()
    assert "I am here" in page
    assert due.booking.check_in_code[0] in page

    sent = client.post(f"/b/{due.booking.ref}/here", {"key": str(uuid.uuid4())}, follow=True)

    assert sent.redirect_chain[-1][0] == here(shop)
    assert "I am here" not in sent.content.decode()
    day = f"/provider/{shop.outlet.provider.public_id}/{shop.outlet.public_id}/day"
    assert "Here since" in staff.get(day).content.decode()
    board = f"/provider/{shop.outlet.provider.public_id}/{shop.outlet.public_id}/board"
    assert "Here, not checked in" in staff.get(board).content.decode()
    # No code is typed.
    mark = f"/provider/{shop.outlet.provider.public_id}/visits/{due.booking.ref}/check_in"
    staff.post(mark, {"key": str(uuid.uuid4()), "code": ""})
    assert Booking.objects.get().status == "checked_in"


def test_an_open_price_is_answered_there_and_the_rest_paid(shop: Shop, due: Access) -> None:
    price_changes.propose(access=shop.as_owner(due), wish=Wish(name="Beard oil", amount=800, minutes=10))

    page = browser(shop).get(here(shop)).content.decode()

    assert "Approve €58.00" in page
    assert "It takes 10 minutes more." in page
    assert "Pay the €50.00 by phone" in page


def test_who_has_none_books_there(shop: Shop, due: Access) -> None:
    for client in (Client(), browser(shop, "owner")):
        page = client.get(here(shop)).content.decode()
        assert "Nothing of yours is booked here today" in page
        assert "Book here" in page
        assert due.booking.ref not in page
    assert "Sign in" in Client().get(here(shop)).content.decode()
    assert Client().get("/here/out_0000000000000000").status_code == 404


def test_the_square_can_be_printed(shop: Shop) -> None:
    page = browser(shop, "staff").get(
        f"/provider/{shop.outlet.provider.public_id}/outlets/{shop.outlet.public_id}/square/"
    )

    text = page.content.decode()
    assert page.status_code == 200
    assert "<svg" in text
    assert f"/here/{shop.outlet.public_id}" in text


@pytest.fixture
def missed(shop: Shop) -> Access:
    payments.set_policy(provider=shop.outlet.provider, policy=Policy(breach_percent=40), actor="user:o")
    access = agreed(shop, online=True)
    make_due(access.booking.ref, ago=timedelta(minutes=20))
    return shop.again(access)


def said(shop: Shop, access: Access) -> Any:
    fields = {"text": "I rang twice.", "key": str(uuid.uuid4())}
    return browser(shop).post(f"/b/{access.booking.ref}/not-come", fields, follow=True)


def test_the_customer_sees_what_follows_then_says_that_nobody_came(shop: Shop, missed: Access) -> None:
    client = browser(shop)
    assert "Nobody is there" in client.get(f"/b/{missed.booking.ref}").content.decode()
    form = client.get(f"/b/{missed.booking.ref}/not-come").content.decode()
    assert "€50.00" in form
    assert "€20.00" in form

    page = said(shop, missed).content.decode()

    assert "has until" in page
    assert Objection.objects.get().kind == "not_come"
    assert client.get(f"/b/{missed.booking.ref}/not-come").status_code == 302


def test_the_business_says_that_it_is_so(shop: Shop, missed: Access) -> None:
    said(shop, missed)
    owner = browser(shop, "owner")
    assert "It is so: give everything back" in owner.get(f"/b/{missed.booking.ref}").content.decode()

    owner.post(f"/b/{missed.booking.ref}/concede-objection", {"key": str(uuid.uuid4())})

    assert Booking.objects.get().status == "cancelled"
    page = browser(shop).get(f"/b/{missed.booking.ref}").content.decode()
    assert "was not there." in page
    assert "It counts as not kept by the business" in page


def test_empty_words_are_asked_for_again(shop: Shop, missed: Access) -> None:
    answer = browser(shop).post(f"/b/{missed.booking.ref}/not-come", {"text": "", "key": str(uuid.uuid4())})

    assert answer.status_code == 422
    assert not Objection.objects.exists()


def test_a_cancellation_goes_into_the_wallet_and_on_from_there(shop: Shop) -> None:
    access = agreed(shop, online=True)
    client, url = browser(shop), f"/b/{access.booking.ref}/cancel"
    page = client.get(url)
    assert "Into your wallet here" in page.content.decode()
    fields = {"version": page.context["version"], "key": str(uuid.uuid4()), "back_to": "wallet"}
    client.post(url, fields)
    assert Booking.objects.get().cancel_to_wallet
    Booking.objects.update(cancel_asked_at=access.booking.created_at - timedelta(minutes=1))

    expiry.finish_cancellations()
    assert "are in your wallet here" in client.get(f"/b/{access.booking.ref}").content.decode()

    wallet = client.get("/account/wallet/")
    (balance, back, _out, key) = wallet.context["balances"][0]
    sent = client.post(
        "/account/wallet/", {"amount": str(back.amount), "currency": "EUR", "key": key}, follow=True
    )

    assert balance == back
    assert "It is on its way back" in sent.content.decode()


def test_the_checkout_says_what_the_wallet_pays_and_what_is_left(shop: Shop) -> None:
    late = agreed_soon(shop)
    version = changes.preview(access=late, action="cancel").version
    changes.cancel(access=late, version=version, to_wallet=True)
    access = shop.hold(principal=shop.customer)

    page = browser(shop).get(f"/b/{access.booking.ref}/checkout")

    assert page.context["wallet_splits"] == [("when-whole", Money(2500, "EUR"), Money(2500, "EUR"))]
    assert "From your wallet" in page.content.decode()


def test_a_late_move_of_what_is_held_on_a_card_is_explained_before(shop: Shop, settings: Any) -> None:

    settings.DEMO = True
    late = (Tier(7 * 24 * 60, 0), Tier(0, 50))
    payments.set_policy(
        provider=shop.outlet.provider,
        policy=Policy(cancel=late, change=late, prepayment=Prepayment.HOLD),
        actor="user:o",
    )
    access = on_card(shop, 10)
    Booking.objects.update(
        starts_at=access.booking.starts_at + timedelta(hours=20),
        ends_at=access.booking.ends_at + timedelta(hours=20),
    )

    page = browser(shop).get(f"/b/{access.booking.ref}/move")

    assert page.status_code == 200
    text = page.content.decode()
    assert "It is too late to move this visit" in text
    assert text.count("€25.00") == 2


def test_a_promise_at_the_counter_is_no_reason_to_choose(shop: Shop) -> None:
    access = shop.hold(principal=shop.customer)
    paying.pay(access=access, method="counter", return_url="")
    page = browser(shop).get(f"/b/{access.booking.ref}/cancel").content.decode()

    assert "Into your wallet here" not in page
