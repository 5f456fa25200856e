"""Holding, filling in, extending, and running out of time."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.gis.geos import Point
from django.db import DatabaseError, connection, transaction

from accounts.principals import ANONYMOUS
from bookings import errors
from bookings.models import Allocation, Booking
from bookings.services import expiry, holds, paying
from common import clock
from common.errors import NotFound
from common.models import AuditEntry, Event
from providers.models import Offering, Skill
from tests.bookings.conftest import Shop, of_first
from tests.factories import (
    KALLIO,
    make_home_service,
    make_option,
    make_outlet,
    make_service,
    make_staff,
    tomorrow_at,
)

pytestmark = pytest.mark.django_db


def end_hold(booking: Booking) -> None:
    Booking.objects.filter(pk=booking.pk).update(hold_expires_at=clock.now() - timedelta(seconds=1))


def test_hold_takes_the_time_with_its_buffers_and_tells(shop: Shop) -> None:
    service = make_service(shop.outlet, staff=[shop.person], buffer_before_min=5, buffer_after_min=10)

    booking = shop.hold(tomorrow_at(10), service=service).booking

    period = Allocation.objects.get().period
    assert (period.lower, period.upper) == (tomorrow_at(9, 55), tomorrow_at(11, 10))
    assert (booking.status, booking.total_amount, booking.currency) == ("held", 5000, "EUR")
    assert booking.items.get().lines == [{"option": None, "name": "Cut", "minutes": 60, "amount": 5000}]
    event = Event.objects.get(subject_id=booking.ref)
    assert (event.seq, event.type, event.outlet_id) == (1, "booking.held", shop.outlet.public_id)
    assert AuditEntry.objects.filter(object_id=booking.ref, action="booking.held").exists()


def test_taken_slot_answers_with_three_alternatives(shop: Shop) -> None:
    shop.hold(tomorrow_at(10))

    with pytest.raises(errors.SlotTaken) as refused:
        shop.hold(tomorrow_at(10, 30))

    starts = [slot["start"] for slot in refused.value.data["alternatives"]]
    assert starts == [clock.rfc3339(tomorrow_at(h, m)) for h, m in [(11, 0), (11, 15), (11, 30)]]
    assert Booking.objects.count() == 1


def test_anyone_means_whoever_is_free(shop: Shop) -> None:
    second = make_staff(shop.outlet)
    Skill.objects.create(staff=second, service=shop.service)
    first = shop.hold().booking.items.get().staff
    other = shop.hold().booking.items.get().staff
    assert {first, other} == {shop.person, second}
    with pytest.raises(errors.SlotTaken):
        shop.hold()


@pytest.mark.parametrize("hour, minute", [(8, 45), (16, 15), (10, 7), (3, 0)])
def test_customers_cannot_start_outside_hours_or_off_the_grid(shop: Shop, hour: int, minute: int) -> None:
    with pytest.raises(errors.SlotNotOffered):
        shop.hold(tomorrow_at(hour, minute))


def test_past_and_far_times_are_not_offered(shop: Shop) -> None:
    for days in (-1, 200):
        with pytest.raises(errors.SlotNotOffered):
            shop.hold(tomorrow_at(10, days=days))


def test_staff_may_book_any_minute_that_is_not_taken(shop: Shop) -> None:
    assert shop.hold(tomorrow_at(20, 7), principal=shop.owner).booking.status == "held"
    with pytest.raises(errors.SlotTaken):
        shop.hold(tomorrow_at(20, 30), principal=shop.owner)


def test_unknown_wrong_and_unapproved_things_are_refused(shop: Shop) -> None:
    stranger = make_staff(make_outlet())
    with pytest.raises(errors.StaffNotAble):
        shop.hold(staff=stranger.public_id)
    with pytest.raises(errors.OptionUnknown):
        shop.hold(options=["opt_nothing"])
    elsewhere = make_service(make_outlet())
    with pytest.raises(errors.NotOffered):
        shop.hold(service=elsewhere)
    Offering.objects.update(is_live=False)
    with pytest.raises(NotFound):
        shop.hold()


def test_details_make_the_visit_longer_and_dearer(shop: Shop, contact: Callable[..., holds.Contact]) -> None:
    option = make_option(shop.service, extra_min=15, price_amount=1200)
    access = shop.hold()

    booking = holds.details(access=access, contact=contact(), options=of_first(access, option))

    booking.refresh_from_db()
    assert (booking.total_amount, booking.ends_at) == (6200, tomorrow_at(11, 15))
    assert booking.customer and booking.customer.email == "helmi@example.com"
    live = Allocation.objects.get(live=True).period
    assert (live.lower, live.upper) == (tomorrow_at(10), tomorrow_at(11, 15))


def test_details_that_do_not_fit_leave_everything_as_it_was(shop: Shop) -> None:
    option = make_option(shop.service, extra_min=15)
    access = shop.hold(tomorrow_at(10))
    shop.hold(tomorrow_at(11))

    with pytest.raises(errors.SlotTaken):
        holds.details(access=access, options=of_first(access, option))

    booking = shop.again(access).booking
    assert (booking.total_amount, booking.ends_at) == (5000, tomorrow_at(11))
    assert Allocation.objects.filter(live=True).count() == 2


def test_the_database_extends_a_hold_once(shop: Shop) -> None:
    access = shop.hold()
    holds.extend(access=access)
    rows = Booking.objects.filter(pk=access.booking.pk)

    for change in ({"hold_extended": False}, {"hold_expires_at": clock.now() + timedelta(hours=2)}):
        with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
            rows.update(**change)


def test_a_hold_is_extended_once(shop: Shop) -> None:
    access = shop.hold()
    before = access.booking.hold_expires_at
    assert before
    assert holds.extend(access=access).hold_expires_at == before + timedelta(minutes=10)
    with pytest.raises(errors.AlreadyExtended):
        holds.extend(access=access)


def test_an_ended_hold_gives_its_time_to_whoever_comes(shop: Shop) -> None:
    access = shop.hold()
    end_hold(access.booking)
    with pytest.raises(errors.HoldEnded):
        holds.extend(access=access)

    assert shop.hold().booking.status == "held"

    assert shop.again(access).booking.status == "expired"


def test_the_worker_ends_holds_once(shop: Shop) -> None:
    access = shop.hold()
    end_hold(access.booking)
    assert (expiry.expire_holds(), expiry.expire_holds()) == (1, 0)
    assert not Allocation.objects.filter(live=True).exists()
    types = list(Event.objects.filter(subject_id=access.booking.ref).values_list("seq", "type"))
    assert types == [(1, "booking.held"), (2, "booking.expired")]


def test_two_open_holds_per_contact(shop: Shop, contact: Callable[..., holds.Contact]) -> None:
    shop.hold(tomorrow_at(9), contact=contact())
    shop.hold(tomorrow_at(10), contact=contact(email="HELMI@example.com"))
    with pytest.raises(errors.TooManyHolds):
        shop.hold(tomorrow_at(11), contact=contact())
    access = shop.hold(tomorrow_at(11))
    with pytest.raises(errors.TooManyHolds):
        holds.details(access=access, contact=contact())
    assert shop.again(access).booking.customer is None


def test_two_open_holds_per_user(shop: Shop) -> None:
    for hour in (9, 10):
        shop.hold(tomorrow_at(hour), principal=shop.customer)
    with pytest.raises(errors.TooManyHolds):
        shop.hold(tomorrow_at(11), principal=shop.customer)


def test_holds_per_guest_address(shop: Shop, settings: object) -> None:
    settings.HOLDS_PER_ADDRESS = 1  # type: ignore[attr-defined]
    shop.hold(tomorrow_at(9), network_address="192.0.2.7")
    shop.hold(tomorrow_at(10), network_address="192.0.2.8")
    with pytest.raises(errors.TooManyHolds):
        shop.hold(tomorrow_at(11), network_address="192.0.2.7")


def test_home_visits_need_an_address_in_the_area(shop: Shop) -> None:
    service = make_home_service(shop.outlet, radius_m=2000, staff=[shop.person])
    with pytest.raises(errors.AddressNeeded):
        shop.hold(service=service)
    far = holds.Address("Far 1", lat=60.4, lng=24.95)
    with pytest.raises(errors.AddressOutsideArea):
        shop.hold(service=service, address=far)

    near = holds.Address("Near 2 A 3", lat=KALLIO.y, lng=KALLIO.x + 0.005, note="Door code 1234")
    booking = shop.hold(service=service, address=near).booking

    assert (booking.place, booking.address_line, booking.address_note) == (
        "customer",
        "Near 2 A 3",
        "Door code 1234",
    )
    assert booking.address_point == Point(KALLIO.x + 0.005, KALLIO.y, srid=4326)
    with connection.cursor() as cursor:
        cursor.execute("SELECT address_note FROM bookings_booking WHERE ref = %s", [booking.ref])
        assert b"1234" not in bytes(cursor.fetchone()[0])


def test_a_guest_sees_only_with_the_token(shop: Shop) -> None:
    from bookings.selectors.access import booking_for

    access = shop.hold()
    with pytest.raises(NotFound):
        booking_for(ANONYMOUS, access.booking.ref)
    with pytest.raises(NotFound):
        booking_for(shop.customer, access.booking.ref)
    assert booking_for(shop.owner, access.booking.ref).is_staff


def test_a_contact_does_not_hide_where_a_guest_calls_from(
    shop: Shop, settings: object, contact: Callable[..., holds.Contact]
) -> None:
    settings.HOLDS_PER_ADDRESS = 1  # type: ignore[attr-defined]
    shop.hold(tomorrow_at(9), network_address="192.0.2.7", contact=contact(email="one@example.com"))
    with pytest.raises(errors.TooManyHolds):
        shop.hold(tomorrow_at(11), network_address="192.0.2.7", contact=contact(email="two@example.com"))


def test_options_are_priced_as_the_hold_was(shop: Shop) -> None:
    """The price that was shown is the price, whatever the provider changes while somebody is filling in."""
    option = make_option(shop.service, extra_min=15, price_amount=1200)
    access = shop.hold()
    Offering.objects.update(price_amount=9900)
    shop.service.duration_min, shop.service.name = 120, "Dear cut"
    shop.service.save()

    booking = holds.details(access=access, options=of_first(access, option))

    assert (booking.total_amount, booking.ends_at) == (6200, tomorrow_at(11, 15))
    assert [line["name"] for line in booking.items.get().lines] == ["Cut", "Conditioning"]


def test_a_hold_may_grow_when_its_notice_has_passed(shop: Shop) -> None:
    option = make_option(shop.service, extra_min=15)
    access = shop.hold(tomorrow_at(10))
    shop.outlet.notice_min = 7 * 24 * 60
    shop.outlet.save(update_fields=["notice_min"])

    assert holds.details(access=access, options=of_first(access, option)).ends_at == tomorrow_at(11, 15)


def test_what_staff_hold_outside_hours_may_grow(shop: Shop) -> None:
    option = make_option(shop.service, extra_min=15)
    access = shop.hold(tomorrow_at(20, 7), principal=shop.owner)

    assert holds.details(access=access, options=of_first(access, option)).ends_at == tomorrow_at(21, 22)


def test_alternatives_to_a_longer_visit_may_lie_in_its_own_time(shop: Shop) -> None:
    option = make_option(shop.service, extra_min=15)
    access = shop.hold(tomorrow_at(10))
    shop.hold(tomorrow_at(11))

    with pytest.raises(errors.SlotTaken) as refused:
        holds.details(access=access, options=of_first(access, option))

    starts = [slot["start"] for slot in refused.value.data["alternatives"]]
    assert clock.rfc3339(tomorrow_at(9, 45)) in starts


def test_a_hold_that_is_over_forgets_where_it_came_from(
    shop: Shop, contact: Callable[..., holds.Contact]
) -> None:
    access = shop.hold(network_address="192.0.2.7", contact=contact())
    assert access.booking.held_from
    paying.pay(access=access, method="counter", return_url="")
    assert shop.again(access).booking.held_from == ""


def test_the_end_of_a_hold_follows_the_clock_of_the_database(shop: Shop) -> None:
    with clock.at(clock.now() - timedelta(minutes=30)):
        access = shop.hold()
    assert expiry.expire_holds() == 0
    assert shop.again(access).booking.status == "held"
