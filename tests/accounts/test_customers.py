import pytest
from django.db import IntegrityError, transaction

from accounts import services
from accounts.errors import EmailInvalid, PhoneInvalid
from accounts.models import Customer, User
from common.models import AuditEntry, Event
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_each_guest_booking_makes_a_customer_of_its_own() -> None:
    first = services.guest_customer(
        name="Bob", email="Bob@Example.com", phone="040 123 4567", language="zh-hans"
    )
    second = services.guest_customer(name="Bob", email="bob@example.com")

    assert first.pk != second.pk
    assert (first.email, first.phone, first.language) == ("bob@example.com", "+358401234567", "zh-hans")
    assert (second.phone, second.language) == (None, "en")


def test_a_guest_with_a_wrong_contact_is_not_made() -> None:
    with pytest.raises(EmailInvalid):
        services.guest_customer(name="Bob", email="bob")
    with pytest.raises(PhoneInvalid):
        services.guest_customer(name="Bob", email="bob@example.com", phone="12")

    assert not Customer.objects.exists()


def test_a_language_the_site_does_not_speak_becomes_its_own() -> None:
    assert services.guest_customer(name="Bob", language="tlh").language == "en"


def test_a_user_has_one_main_customer() -> None:
    alice = make_user(name="Alice", language="zh-hans")

    first = services.main_customer(user=alice)

    assert services.main_customer(user=alice) == first
    assert (first.name, first.email, first.language) == ("Alice", alice.email, "zh-hans")
    with pytest.raises(IntegrityError), transaction.atomic():
        Customer.objects.create(user=alice, is_main=True)


def test_a_guest_may_correct_themselves_until_they_joined() -> None:
    guest = services.guest_customer(name="Bbo", email="bob@example.com")
    services.correct_guest(customer=guest, name="Bob", email="bob@example.com", phone="0401234567")
    guest.refresh_from_db()
    assert (guest.name, guest.phone) == ("Bob", "+358401234567")

    services.join_customers(user=make_user(), emails=["bob@example.com"])
    services.correct_guest(customer=guest, name="Mallory", email="mallory@example.com")
    guest.refresh_from_db()
    assert (guest.name, guest.email) == ("Bob", "bob@example.com")


def test_only_guests_with_exactly_the_verified_address_join() -> None:
    alice = make_user(email="alice@example.com")
    hers = services.guest_customer(name="A.", email="Alice@example.com")
    others = [
        services.guest_customer(name="B.", email="alice@example.org"),
        services.guest_customer(name="C.", email="malice@example.com"),
        services.guest_customer(name="D.", phone="0401234567"),
        services.main_customer(user=make_user(email="bob@example.com")),
    ]

    joined = services.join_customers(user=alice, emails=["alice@example.com"])

    assert joined == [hers]
    hers.refresh_from_db()
    assert hers.user == alice
    assert hers.joined_at is not None
    assert not hers.is_main
    assert [Customer.objects.get(pk=o.pk).user_id == alice.pk for o in others] == [False] * 4


def test_joining_leaves_one_event_and_one_audit_row_and_happens_once() -> None:
    alice = make_user(email="alice@example.com")
    guest = services.guest_customer(name="A.", email="alice@example.com")

    services.join_customers(user=alice, emails=["alice@example.com"])
    services.join_customers(user=alice, emails=["alice@example.com"])
    services.join_customers(user=make_user(), emails=["alice@example.com"])

    guest.refresh_from_db()
    assert guest.user == alice
    event = Event.objects.get(type="customer.joined")
    assert (event.subject_id, event.actor) == (guest.public_id, f"user:{alice.public_id}")
    assert event.payload == {"user": alice.public_id, "by": "email"}
    assert AuditEntry.objects.filter(action="customer.joined", object_id=guest.public_id).count() == 1


def test_a_number_joins_only_when_the_caller_verified_it() -> None:
    alice = make_user(email="alice@example.com")
    walk_in = services.guest_customer(name="A.", phone="040 123 4567")

    assert services.join_customers(user=alice, emails=["alice@example.com"]) == []
    assert services.join_customers(user=alice, phones=["+358401234567"]) == [walk_in]


def test_the_number_on_the_profile_is_the_customers_and_may_be_shared() -> None:
    """Unverified, it must not become the name that someone signs in with, nor tell who else has it."""
    alice, bob = make_user(), make_user()

    services.update_profile(user=alice, name="Alice", phone="040 123 4567", language="en")
    services.update_profile(user=bob, name="Bob", phone="040 123 4567", language="zh-hans")

    assert (
        services.main_customer(user=alice).phone == services.main_customer(user=bob).phone == "+358401234567"
    )
    assert list(User.objects.filter(phone__isnull=False)) == []
    assert services.main_customer(user=bob).language == "zh-hans"


def test_two_users_without_an_address_do_not_collide() -> None:
    first = User.objects.create_user(email="", phone="+358401234567")
    second = User.objects.create_user(email=None, phone="+358401234568")

    assert (first.email, second.email) == (None, None)
    assert str(first) == "+358401234567"
