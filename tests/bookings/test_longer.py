"""What is added to a visit takes time of the calendar: where it is free, or not at all."""

from datetime import timedelta

import pytest

from bookings.enums import Source
from bookings.errors import NoTimeForIt, SlotTaken
from bookings.models import Allocation, Booking, BookingItem
from bookings.selectors.access import Access, booking_for
from bookings.services import changes, front_desk, holds, paying, price_changes
from bookings.services.price_changes import Wish
from common.clock import rfc3339
from common.errors import InvalidInput
from common.models import Event
from providers.models import Outlet
from tests.bookings.conftest import Shop
from tests.bookings.test_price_changes import agreed, proposed
from tests.factories import (
    make_bays,
    make_group_service,
    make_option,
    make_service,
    make_session,
    make_staff,
    tomorrow_at,
)

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def taken(access: Access, *, unit: bool = False) -> list[tuple[int, int]]:
    """The live periods of the visit's people (or units), in minutes from its start, in order."""
    start = Booking.objects.get(pk=access.booking.pk).starts_at
    rows = Allocation.objects.filter(item__booking=access.booking, live=True, staff__isnull=unit)
    spans = sorted((row.period.lower, row.period.upper) for row in rows)
    return [(int((a - start) / MINUTE), int((b - start) / MINUTE)) for a, b in spans]


def test_an_extra_makes_the_visit_longer_once_it_is_approved(shop: Shop) -> None:
    option = make_option(shop.service, name="Hot towel", extra_min=15, price_amount=1200)
    access = agreed(shop)
    length = int((access.booking.ends_at - access.booking.starts_at) / MINUTE)

    change = proposed(shop, access, Wish(option=option.public_id))
    assert change.minutes == 15
    assert Booking.objects.get().ends_at == access.booking.ends_at
    price_changes.approve(access=access, change=change.public_id)

    booking, item = Booking.objects.get(), BookingItem.objects.get()
    assert booking.ends_at == item.ends_at == access.booking.ends_at + 15 * MINUTE
    assert item.duration_min == length + 15 == sum(phase["minutes"] for phase in item.phases)
    assert item.lines[-1]["minutes"] == 15
    assert max(end for _start, end in taken(access)) == length + 15 + item.buffer_after_min
    told = Event.objects.get(subject_id=booking.ref, type="booking.lengthened").payload
    assert told["minutes"] == 15
    assert told["ends_at"] == rfc3339(booking.ends_at)


def test_the_time_that_it_takes_can_no_longer_be_booked(shop: Shop) -> None:
    access = agreed(shop)
    change = proposed(shop, access, Wish(name="Beard", amount=1000, minutes=30))
    price_changes.approve(access=access, change=change.public_id)
    end = Booking.objects.get().ends_at

    with pytest.raises(SlotTaken):
        booked_in(shop, end - 5 * MINUTE)
    assert booked_in(shop, end).starts_at == end


def booked_in(shop: Shop, start: object) -> Booking:
    return front_desk.book_in(
        principal=shop.owner,
        outlet=shop.outlet.public_id,
        item=holds.ItemRequest(shop.service.public_id),
        start=start,  # type: ignore[arg-type]
        contact=holds.Contact("Walk-in"),
        source=Source.WALK_IN,
    )


def test_where_somebody_else_follows_it_is_refused_with_what_is_free_and_when_there_is_enough(
    shop: Shop,
) -> None:
    access = agreed(shop)
    length = int((access.booking.ends_at - access.booking.starts_at) / MINUTE)
    following = booked_in(shop, access.booking.ends_at + 10 * MINUTE)

    with pytest.raises(NoTimeForIt) as refused:
        proposed(shop, access, Wish(name="Beard", amount=1000, minutes=30))

    assert refused.value.data == {"free_min": 10, "soonest": rfc3339(following.ends_at)}
    assert not access.booking.price_changes.exists()
    change = proposed(shop, access, Wish(name="Beard", amount=1000, minutes=10))
    price_changes.approve(access=access, change=change.public_id)
    assert max(end for _start, end in taken(access)) == length + 10


def test_without_extra_time_it_takes_none(shop: Shop) -> None:
    option = make_option(shop.service, name="Hot towel", extra_min=15, price_amount=1200)
    access = agreed(shop)
    booked_in(shop, access.booking.ends_at)

    change = proposed(shop, access, Wish(option=option.public_id, minutes=0))
    price_changes.approve(access=access, change=change.public_id)

    booking = Booking.objects.get(pk=access.booking.pk)
    assert (booking.total_amount, booking.ends_at) == (6200, access.booking.ends_at)


def test_taken_between_the_asking_and_the_yes_nothing_changes(shop: Shop) -> None:
    access = agreed(shop)
    change = proposed(shop, access, Wish(name="Beard", amount=1000, minutes=30))
    booked_in(shop, access.booking.ends_at)

    with pytest.raises(NoTimeForIt):
        price_changes.approve(access=access, change=change.public_id)

    booking = Booking.objects.get(pk=access.booking.pk)
    assert (booking.total_amount, booking.ends_at) == (5000, access.booking.ends_at)
    assert booking.price_changes.get().state == "open"


def test_bays_are_taken_longer_too(shop: Shop) -> None:
    (bay,) = make_bays(shop.outlet, shop.service)
    access = agreed(shop)
    change = proposed(shop, access, Wish(name="Polish", amount=1000, minutes=20))
    price_changes.approve(access=access, change=change.public_id)

    rows = Allocation.objects.filter(resource=bay, live=True)
    spans = sorted((row.period.lower, row.period.upper) for row in rows)
    assert spans[0][1] == spans[1][0]
    assert spans[1][1] - spans[1][0] == 20 * MINUTE


def test_whoever_was_done_while_a_colour_takes_is_taken_again(shop: Shop) -> None:
    colour = make_service(
        shop.outlet,
        staff=[shop.person],
        name="Colour",
        duration_min=60,
        phases=[{"kind": "active", "minutes": 30}, {"kind": "processing", "minutes": 30}],
    )
    access = shop.hold(tomorrow_at(10), principal=shop.customer, service=colour)
    paying.pay(access=access, method="counter", return_url="")
    before = taken(access)
    change = proposed(shop, access, Wish(name="Rinse", amount=500, minutes=10))

    price_changes.approve(access=access, change=change.public_id)

    assert (before, taken(access)) == ([(0, 30)], [(0, 30), (60, 70)])
    assert BookingItem.objects.get().phases == [
        {"kind": "active", "minutes": 30},
        {"kind": "processing", "minutes": 30},
        {"kind": "active", "minutes": 10},
    ]


def test_a_service_that_another_follows_lasts_no_longer(shop: Shop) -> None:
    beard = make_service(shop.outlet, staff=[shop.person], name="Beard", duration_min=30)
    held = holds.hold(
        principal=shop.customer,
        outlet=shop.outlet.public_id,
        items=[holds.ItemRequest(shop.service.public_id), holds.ItemRequest(beard.public_id)],
        start=tomorrow_at(10),
    )
    access = booking_for(shop.customer, held.booking.ref)
    paying.pay(access=access, method="counter", return_url="")
    first, last = access.booking.items.all()

    with pytest.raises(NoTimeForIt):
        proposed(shop, access, Wish(name="Wash", amount=500, minutes=5, item=first.public_id))
    change = proposed(shop, access, Wish(name="Oil", amount=500, minutes=5, item=last.public_id))
    price_changes.approve(access=access, change=change.public_id)

    assert Booking.objects.get().ends_at == last.ends_at + 5 * MINUTE


def test_seats_in_a_session_take_none(shop: Shop) -> None:
    group = make_group_service(shop.outlet, staff=[make_staff(shop.outlet)])
    make_option(group, name="Apron", extra_min=10, price_amount=300)
    start = tomorrow_at(10)
    make_session(shop.outlet, group, start)
    access = shop.hold(start, principal=shop.customer, service=group)
    paying.pay(access=access, method="counter", return_url="")
    option = group.options.get()

    change = price_changes.propose(access=shop.as_owner(access), wish=Wish(option=option.public_id))

    assert change.minutes == 0


def test_it_moves_with_its_new_length(shop: Shop) -> None:
    access = agreed(shop)
    length = access.booking.ends_at - access.booking.starts_at
    change = proposed(shop, access, Wish(name="Beard", amount=1000, minutes=30))
    price_changes.approve(access=access, change=change.public_id)
    owner = shop.as_owner(access)
    version = changes.preview(access=owner, action="reschedule").version

    booking = changes.reschedule(access=owner, start=tomorrow_at(14), staff=None, version=version)

    assert booking.ends_at - booking.starts_at == length + 30 * MINUTE


@pytest.mark.parametrize(
    "wish",
    [
        Wish(name="Off", amount=-500, reason="Late.", minutes=10),
        Wish(name="Long", amount=500, minutes=481),
        Wish(name="Odd", amount=500, minutes=-1),
    ],
)
def test_minutes_that_make_no_sense_are_refused(shop: Shop, wish: Wish) -> None:
    with pytest.raises(InvalidInput):
        proposed(shop, agreed(shop), wish)


def test_hours_keep_no_member_from_it(shop: Shop) -> None:
    """As with a visit that they book themselves."""
    outlet = Outlet.objects.get(pk=shop.outlet.pk)
    late = booked_in(shop, tomorrow_at(23, outlet=outlet))
    access = booking_for(shop.owner, late.ref)

    change = price_changes.propose(access=access, wish=Wish(name="More", amount=100, minutes=30))

    assert change.minutes == 30
