"""Another length for an agreed visit: of the same people, at the same price, or not at all."""

from datetime import timedelta

import pytest

from bookings.errors import MoveRefused, PolicyChanged, SlotTaken
from bookings.models import Booking, BookingItem
from bookings.selectors.access import booking_for
from bookings.services import lengths
from common.clock import rfc3339
from common.errors import InvalidInput, NotAllowed
from common.models import AuditEntry, Event
from tests.bookings.conftest import Shop
from tests.bookings.test_longer import booked_in, taken
from tests.bookings.test_price_changes import agreed
from tests.factories import make_bays, make_group_service, make_session, make_staff, tomorrow_at

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(("more", "event"), [(20, "booking.lengthened"), (-15, "booking.shortened")])
def test_the_desk_gives_a_visit_another_length_at_its_price(shop: Shop, more: int, event: str) -> None:
    make_bays(shop.outlet, shop.service)
    access = agreed(shop)
    booking, [item] = access.booking, list(access.booking.items.all())
    before = booking.ends_at

    lengths.set_length(
        access=shop.as_owner(access),
        minutes=item.duration_min + more,
        version=lengths.version_of(booking),
    )

    changed, part = Booking.objects.get(), BookingItem.objects.get()
    assert changed.starts_at == booking.starts_at
    assert changed.ends_at == part.ends_at == before + more * MINUTE
    assert (changed.total_amount, part.duration_min) == (booking.total_amount, item.duration_min + more)
    assert changed.version == booking.version + 1
    until = part.duration_min + part.buffer_after_min
    assert taken(access)[-1][1] == taken(access, unit=True)[-1][1] == until
    told = Event.objects.get(subject_id=booking.ref, type=event).payload
    assert (told["minutes"], told["previous"]) == (abs(more), {"ends_at": rfc3339(before)})
    assert told["ends_at"] == rfc3339(changed.ends_at)
    assert AuditEntry.objects.filter(object_id=booking.ref, action=event).count() == 1


def test_somebody_else_behind_it_stays_and_nothing_is_changed(shop: Shop) -> None:
    access = agreed(shop)
    [item] = access.booking.items.all()
    booked_in(shop, access.booking.ends_at + 10 * MINUTE)
    before = taken(access)
    owner = shop.as_owner(access)

    for change in (
        lambda: lengths.check_length(access=owner, minutes=item.duration_min + 30),
        lambda: lengths.set_length(
            access=owner, minutes=item.duration_min + 30, version=lengths.version_of(access.booking)
        ),
    ):
        with pytest.raises(SlotTaken):
            change()

    assert taken(access) == before
    assert Booking.objects.get(pk=access.booking.pk).ends_at == access.booking.ends_at
    assert not Event.objects.filter(type="booking.lengthened").exists()


def test_it_is_not_handed_to_a_colleague_who_has_the_time(shop: Shop) -> None:
    access = agreed(shop)
    [item] = access.booking.items.all()
    booked_in(shop, access.booking.ends_at)
    colleague = make_staff(shop.outlet)
    shop.service.skills.create(staff=colleague)

    with pytest.raises(SlotTaken):
        lengths.set_length(
            access=shop.as_owner(access),
            minutes=item.duration_min + 30,
            version=lengths.version_of(access.booking),
        )

    assert BookingItem.objects.get(booking=access.booking).staff == shop.person


def test_what_somebody_changed_meanwhile_is_not_changed_again(shop: Shop) -> None:
    access = agreed(shop)
    seen = lengths.version_of(access.booking)
    lengths.set_length(access=shop.as_owner(access), minutes=75, version=seen)
    with pytest.raises(PolicyChanged):
        lengths.set_length(access=shop.as_owner(access), minutes=90, version=seen)
    assert BookingItem.objects.get().duration_min == 75


def test_the_same_length_is_no_change(shop: Shop) -> None:
    access = agreed(shop)
    [item] = access.booking.items.all()
    version = lengths.version_of(access.booking)
    lengths.set_length(access=shop.as_owner(access), minutes=item.duration_min, version=version)
    assert lengths.version_of(Booking.objects.get()) == version


def test_the_customer_does_not_set_it_and_staff_set_their_own(shop: Shop) -> None:
    access = agreed(shop)
    with pytest.raises(NotAllowed):
        lengths.set_length(access=access, minutes=75, version=lengths.version_of(access.booking))
    mine = booking_for(shop.staff, access.booking.ref)
    lengths.set_length(access=mine, minutes=75, version=lengths.version_of(access.booking))
    assert BookingItem.objects.get().duration_min == 75


def test_a_colleague_does_not_set_it(shop: Shop) -> None:
    access = agreed(shop)
    BookingItem.objects.update(staff=make_staff(shop.outlet))
    with pytest.raises(NotAllowed):
        lengths.check_length(access=booking_for(shop.staff, access.booking.ref), minutes=75)


@pytest.mark.parametrize("minutes", [0, 4, 721])
def test_no_visit_is_shorter_or_longer_than_one_can_be(shop: Shop, minutes: int) -> None:
    access = agreed(shop)
    with pytest.raises(InvalidInput) as refused:
        lengths.check_length(access=shop.as_owner(access), minutes=minutes)
    assert refused.value.data == {"field": "minutes"}


def test_seats_and_what_has_begun_keep_their_length(shop: Shop) -> None:
    access = agreed(shop)
    Booking.objects.filter(pk=access.booking.pk).update(status="checked_in")
    with pytest.raises(MoveRefused):
        lengths.check_length(access=shop.as_owner(access), minutes=75)
    group = make_group_service(shop.outlet, staff=[shop.person])
    session = make_session(shop.outlet, group, tomorrow_at(16))
    Booking.objects.filter(pk=access.booking.pk).update(status="started")
    BookingItem.objects.update(session=session)
    assert not lengths.has_length(Booking.objects.get())
