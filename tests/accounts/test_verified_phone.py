"""A phone that is verified by a code, and the walk-ins that join by it."""

import re
from functools import partial
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from accounts import services
from accounts.errors import PhoneTaken
from accounts.models import Customer, User
from bookings.enums import Source
from bookings.models import Booking
from bookings.selectors.access import booking_for
from bookings.services import front_desk, holds, paying
from common.errors import NotAllowed
from common.models import AuditEntry, Event
from notifications.models import DevMail
from tests.bookings.conftest import Shop, contact, shop
from tests.factories import make_user, tomorrow_at
from tests.payments.paying import together

__all__ = ["contact", "shop"]
NUMBER = "+358401234567"


@pytest.fixture(autouse=True)
def _texts(settings: Any) -> None:
    settings.TEXTS_URL, settings.TEXTS_SENDER = "mailbox:", "notifications.mailbox.keep_text"
    cache.clear()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def code_in(text: DevMail) -> str:
    found = re.search(rb"\d{4}-\d{4}", bytes(text.raw))
    assert found, bytes(text.raw)
    return found[0].decode()


def ask(client: Client, number: str = "040 123 4567") -> Any:
    return client.post("/account/phone/", {"phone": number})


def type_in(client: Client, code: str) -> Any:
    return client.post("/account/phone/code/", {"code": code}, follow=True)


@pytest.mark.django_db
def test_a_code_by_text_makes_the_number_ones_own_and_brings_the_walk_ins() -> None:
    alice = make_user(name="Alice")
    walk_in = services.guest_customer(name="A.", phone="040 123 4567")
    client = signed_in(alice)

    assert ask(client).url == "/account/phone/code/"
    text = DevMail.objects.get()
    assert (text.recipients, text.is_text) == (NUMBER, True)
    code = code_in(text)
    assert bytes(text.raw).decode().strip().endswith(f"#{code.replace('-', '')}")
    page = type_in(client, code)

    assert "What shops wrote down for this number is in your account now." in page.content.decode()
    alice.refresh_from_db()
    walk_in.refresh_from_db()
    assert (alice.phone, walk_in.user) == (NUMBER, alice)
    assert services.main_customer(user=alice).phone == NUMBER
    assert Event.objects.get(type="customer.joined").payload == {"user": alice.public_id, "by": "phone"}
    actions = AuditEntry.objects.values_list("action", flat=True)
    assert list(actions) == ["user.phone_verified", "customer.joined"]
    assert [each.subject for each in mail.outbox] == ["Your account has a phone number"]
    # The same code once more: it has been used.
    assert type_in(client, code).redirect_chain == [("/account/phone/", 302)]


@pytest.mark.django_db
def test_it_is_verified_also_when_no_mail_can_say_so(settings: Any) -> None:
    alice = make_user()
    client = signed_in(alice)
    ask(client)
    code = code_in(DevMail.objects.get())
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9

    page = type_in(client, code)

    assert page.redirect_chain == [("/account/phone/", 302)]
    assert "Yours: its code came back." in page.content.decode()
    alice.refresh_from_db()
    assert alice.phone == NUMBER


@pytest.mark.django_db
def test_three_wrong_codes_and_it_counts_no_longer() -> None:
    alice = make_user()
    client = signed_in(alice)
    ask(client)
    code = code_in(DevMail.objects.get())
    wrong = "0000-0000" if code != "0000-0000" else "1111-1111"

    assert "This is not the code." in type_in(client, wrong).content.decode()
    type_in(client, wrong)
    assert "That code counts no longer." in type_in(client, wrong).content.decode()
    type_in(client, code)

    alice.refresh_from_db()
    assert alice.phone is None


@pytest.mark.django_db
def test_who_has_a_number_is_told_only_to_who_holds_the_phone() -> None:
    User.objects.filter(pk=make_user().pk).update(phone=NUMBER)
    bob = make_user()
    client = signed_in(bob)

    assert ask(client).url == "/account/phone/code/"
    said = type_in(client, code_in(DevMail.objects.get())).content.decode()

    assert "Another account has this number." in said
    bob.refresh_from_db()
    assert bob.phone is None


@pytest.mark.django_db
def test_a_number_rings_seldom() -> None:
    """Somebody else's phone does not ring for everyone who types its number."""
    assert ask(signed_in(make_user())).status_code == 302

    refused = ask(signed_in(make_user()))

    assert refused.status_code == 429
    assert "That was too often." in refused.content.decode()
    assert DevMail.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("number", ["", "12", "Aino", "+358 40 123"])
def test_what_is_no_number_is_said(number: str) -> None:
    page = ask(signed_in(make_user()), number)

    assert page.status_code == 200
    assert 'aria-invalid="true"' in page.content.decode()
    assert not DevMail.objects.exists()


@pytest.mark.django_db
def test_without_a_gateway_nothing_is_sent_and_it_is_said(settings: Any) -> None:
    settings.TEXTS_URL = ""
    client = signed_in(make_user())

    page = ask(client)

    assert page.status_code == 503
    assert "We could not send you the text just now." in page.content.decode()
    assert "/account/phone/" not in client.get("/account/").content.decode()
    assert client.get("/account/phone/code/").url == "/account/phone/"


@pytest.mark.django_db
def test_a_number_is_taken_away() -> None:
    alice = make_user()
    services.verify_phone(user=alice, phone=NUMBER)
    client = signed_in(alice)
    assert "+358 40 1234567" in client.get("/account/phone/").content.decode()

    client.post("/account/phone/remove/")
    client.post("/account/phone/remove/")

    alice.refresh_from_db()
    assert alice.phone is None
    assert AuditEntry.objects.filter(action="user.phone_removed").count() == 1
    services.verify_phone(user=make_user(), phone=NUMBER)


@pytest.mark.django_db
def test_a_guest_who_gave_an_address_is_its_readers() -> None:
    alice = make_user()
    guest = services.guest_customer(name="A.", email="somebody@example.com", phone=NUMBER)

    assert services.verify_phone(user=alice, phone=NUMBER) == []

    guest.refresh_from_db()
    assert guest.user is None


@pytest.mark.django_db(transaction=True)
def test_two_accounts_verify_one_number_at_once() -> None:
    users = [make_user(), make_user()]
    services.guest_customer(name="A.", phone=NUMBER)

    outcomes = together(*[partial(services.verify_phone, user=user, phone=NUMBER) for user in users])

    joined, taken = sorted(outcomes, key=lambda outcome: isinstance(outcome, PhoneTaken))
    assert (len(joined), type(taken)) == (1, PhoneTaken)
    winner = User.objects.get(phone=NUMBER)
    assert [row.user for row in Customer.objects.filter(phone=NUMBER, is_main=False)] == [winner]
    # Whoever came second is as they were.
    assert not Customer.objects.filter(user__in=users).exclude(user=winner).exists()


@pytest.mark.django_db
def test_what_a_shop_writes_down_later_is_the_accounts_at_once(shop: Shop) -> None:
    user = shop.customer.user
    assert user is not None
    services.verify_phone(user=user, phone=NUMBER)

    def books(hour: int, **contact: str) -> Booking:
        return front_desk.book_in(
            principal=shop.owner,
            outlet=shop.outlet.public_id,
            item=holds.ItemRequest(shop.service.public_id),
            start=tomorrow_at(hour),
            contact=holds.Contact("Ville", **contact),
            source=Source.WALK_IN,
        )

    theirs = books(10, phone="040 123 4567")
    assert theirs.customer is not None
    assert (theirs.customer.user, theirs.customer.name) == (user, "Ville")
    assert booking_for(shop.customer, theirs.ref).booking == theirs
    for number, hour in (("040 765 4321", 12), ("", 14)):
        other = books(hour, phone=number)
        assert other.customer is not None
        assert other.customer.user is None
    mailed = books(16, phone="040 123 4567", email="ville@example.com")
    assert mailed.customer is not None
    assert mailed.customer.user is None


@pytest.mark.django_db
def test_a_guest_who_types_a_number_joins_nobody(shop: Shop) -> None:
    """The web is not the shop: whoever types another person's number must not put visits into their account."""
    user = shop.customer.user
    assert user is not None
    services.verify_phone(user=user, phone=NUMBER)

    access = shop.hold(contact=holds.Contact("Ville", phone=NUMBER))

    assert access.booking.customer is not None
    assert access.booking.customer.user is None


@pytest.mark.django_db
def test_a_strangers_visit_leaves_the_account(shop: Shop) -> None:
    user = shop.customer.user
    assert user is not None
    services.verify_phone(user=user, phone=NUMBER)
    theirs = front_desk.book_in(
        principal=shop.owner,
        outlet=shop.outlet.public_id,
        item=holds.ItemRequest(shop.service.public_id),
        start=tomorrow_at(10),
        contact=holds.Contact("Ville", phone=NUMBER),
        source=Source.WALK_IN,
    )
    client, path = signed_in(user), f"/b/{theirs.ref}/not-mine"
    assert path in client.get(f"/b/{theirs.ref}").content.decode()
    assert "+358 40 1234567, which is your number" in client.get(path).content.decode()

    assert client.post(path).url == "/bookings"

    assert client.get(f"/b/{theirs.ref}").status_code == 404
    assert client.post(path).status_code == 404
    customer = Customer.objects.get(bookings=theirs)
    assert (customer.user, customer.phone, customer.name) == (None, None, "Ville")
    told = Event.objects.filter(subject_id=customer.public_id).order_by("seq")
    assert [(each.seq, each.type) for each in told] == [(1, "customer.joined"), (2, "customer.parted")]
    assert services.join_customers(user=user, phones=[NUMBER]) == []


@pytest.mark.django_db
def test_what_one_booked_oneself_is_ones_own(shop: Shop) -> None:
    access = shop.hold(principal=shop.customer)
    paying.pay(access=access, method="counter", return_url="")
    user, customer = shop.customer.user, shop.again(access).booking.customer
    assert user is not None
    assert customer is not None
    client = signed_in(user)

    assert "not-mine" not in client.get(f"/b/{access.booking.ref}").content.decode()
    assert client.get(f"/b/{access.booking.ref}/not-mine").status_code == 404
    with pytest.raises(NotAllowed):
        services.part_from_user(customer=customer, user=user)
