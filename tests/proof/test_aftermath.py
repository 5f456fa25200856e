"""Each check of the aftermath finds the fault that it looks for, and is silent without it."""

import pytest

from bookings.models import Allocation, Booking
from payments.models import Payment
from payments.sandbox import service as sandbox
from tests import factories as make
from tests.browser import world as street
from tests.browser.world import Shop
from tests.proof import aftermath
from tests.proof.clients import Promise

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    outlet = make.make_outlet(open_always=True)
    return Shop(
        provider=outlet.provider.public_id,
        outlet=outlet.public_id,
        name=outlet.name,
        service=make.make_service(outlet).public_id,
        service_name="Cut",
    )


def promised(booking: Booking, **said: object) -> list[Promise]:
    return [Promise(key="", body={}, ref=booking.ref, token="", **said)]  # type: ignore[arg-type]


def test_a_sound_visit_raises_nothing(shop: Shop) -> None:
    booking = street.confirmed(shop).booking
    assert aftermath.unsettled() == []
    assert aftermath.overlaps() == []
    assert aftermath.time_kept_for_nobody() == []
    assert aftermath.gaps() == []
    assert aftermath.money_astray() == []
    assert aftermath.broken(promised(booking, paid="counter")) == []


def test_overlap_is_found(shop: Shop) -> None:
    street.confirmed(shop)
    second = street.confirmed(shop).booking
    taken = Allocation.objects.exclude(item__booking=second).get()
    # Past the constraint, as only a deliberate overbooking can.
    Allocation.objects.filter(item__booking=second).update(
        period=taken.period, overbooked=True, overbooked_by=make.make_user()
    )
    assert len(aftermath.overlaps()) == 1


def test_time_kept_and_time_lost_are_found(shop: Shop) -> None:
    kept, lost = street.confirmed(shop).booking, street.confirmed(shop).booking
    Booking.objects.filter(pk=kept.pk).update(status="cancelled")
    Allocation.objects.filter(item__booking=lost).update(live=False)
    assert set(aftermath.time_kept_for_nobody()) == {kept.ref, lost.ref}


def test_lost_event_is_found(shop: Shop) -> None:
    booking = street.confirmed(shop).booking
    Booking.objects.filter(pk=booking.pk).update(last_seq=booking.last_seq + 1)
    assert aftermath.gaps() == [booking.ref]


def test_stuck_hold_is_found(shop: Shop) -> None:
    booking = street.hold(shop).booking
    assert aftermath.unsettled() == [f"hold {booking.ref}"]


def test_payment_that_nobody_heard_of_is_found(shop: Shop) -> None:
    held = street.hold(shop)
    intent = street.payment_page(held).rpartition("/")[2]
    sandbox.act(intent, "pay")
    payment = Payment.objects.get()
    assert aftermath.money_astray() == [
        f"{intent} was paid and is {payment.status} with us",
        f"{payment.public_id} is still open",
    ]


def test_broken_promises_are_found(shop: Shop) -> None:
    booking = street.confirmed(shop).booking
    unheard = street.confirmed(shop).booking
    said = promised(booking, paid="counter", cancelled=True)
    said += [Promise(key="", body={}, ref="HA-00000-00000", token="")]
    assert aftermath.broken(said) == [
        f"{booking.ref} was cancelled and is confirmed",
        "HA-00000-00000 does not exist",
        f"{unheard.ref} was told to nobody and is confirmed",
    ]
