"""Book again: the landing page offers those who return the same service and person, or the way to all they chose."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from bookings.models import Booking, BookingItem
from providers.models import Outlet
from tests import factories as make
from tests.frontend.town import NOW, make_addresses, make_shop, tuesday


@pytest.fixture(autouse=True)
def town(db: None) -> Iterator[None]:
    with tuesday():
        make_addresses()
        yield


@pytest.fixture
def user() -> User:
    return make.make_user()


@pytest.fixture
def me(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def had(user: User, outlet: Outlet, *, at: datetime, status: str = "closed", times: int = 1) -> Booking:
    """A visit that is over: the outlet's service by its person, `times` one after the other."""
    service = outlet.offerings.get().service
    long = timedelta(minutes=service.duration_min)
    booking = Booking.objects.create(
        customer=make.make_customer(user=user),
        outlet=outlet,
        status=status,
        starts_at=at,
        ends_at=at + times * long,
        timezone=outlet.timezone,
        currency="EUR",
        total_amount=5000,
        check_in_code="1234",
    )
    for n in range(times):
        BookingItem.objects.create(
            booking=booking,
            position=n,
            service=service,
            staff=outlet.staff.get(),
            starts_at=at + n * long,
            ends_at=at + (n + 1) * long,
            name=service.name,
            language=service.language,
            duration_min=service.duration_min,
            buffer_before_min=0,
            buffer_after_min=0,
            price_amount=5000,
            currency="EUR",
            tax_percent=0,
        )
    return booking


def test_the_same_is_offered_with_the_same_person(me: Client, user: User) -> None:
    shop = make_shop(name="Salon Tuuli")
    before = had(user, shop, at=NOW - timedelta(days=30))

    [card] = me.get("/").context["again"]

    person = shop.staff.get()
    assert card.last == f"with {person.name}, last on Sun 25 October"
    assert card.slots[0].value.endswith(f":{person.public_id}")
    assert card.times_url == f"/b/{before.ref}/again"
    assert Client().get("/").context["again"] == []


@pytest.mark.parametrize("more", ["option", "vehicle"])
def test_what_had_more_to_it_is_held_where_all_of_it_is(me: Client, user: User, more: str) -> None:
    before = had(user, make_shop(), at=NOW - timedelta(days=30))
    if more == "option":
        line = {"option": "opt_0123456789abcdef", "name": "Toner", "amount": 500}
        BookingItem.objects.filter(booking=before).update(lines=[line])
    else:
        Booking.objects.filter(pk=before.pk).update(vehicle_plate="ABC-123")

    [card] = me.get("/").context["again"]

    assert {(slot.value, slot.url) for slot in card.slots} == {("", f"/b/{before.ref}/again")}


def test_who_no_longer_does_it_is_not_named_and_what_is_not_sold_not_offered(me: Client, user: User) -> None:
    shop = make_shop()
    had(user, shop, at=NOW - timedelta(days=30))

    shop.staff.get().skills.update(held_back=True)
    [card] = me.get("/").context["again"]
    assert card.last == "last on Sun 25 October"
    shop.offerings.update(is_live=False)
    assert me.get("/").context["again"] == []


def test_each_kind_of_visit_once_those_that_took_place_the_latest_first(me: Client, user: User) -> None:
    first, second, third = (make_shop(name=name) for name in ("First", "Second", "Third"))
    had(user, first, at=NOW - timedelta(days=30))
    twice = had(user, second, at=NOW - timedelta(days=20), times=2)
    had(user, first, at=NOW - timedelta(days=10))
    had(user, third, at=NOW - timedelta(days=5), status="cancelled")

    cards = me.get("/").context["again"]

    assert [card.name for card in cards] == ["First", "Second"]
    assert cards[1].slots == []
    assert cards[1].times_url == f"/b/{twice.ref}/again"


def test_it_takes_as_many_statements_for_three_as_for_one(me: Client, user: User) -> None:
    counts = []
    for n in range(3):
        had(user, make_shop(n), at=NOW - timedelta(days=10 + n))
        me.get("/")
        with CaptureQueriesContext(connection) as queries:
            me.get("/")
        counts.append(len(queries))
    assert counts == [counts[0]] * 3
