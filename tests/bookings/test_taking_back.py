"""A cancellation on a page may be taken back for ten seconds; the instant it was asked decides what it costs."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from bookings.errors import CancelDone, CancelPending, PolicyChanged
from bookings.models import Booking
from bookings.presenters import actions
from bookings.selectors.access import Access
from bookings.services import changes, expiry, holds, objections, paying, till, visits
from common import clock
from common.errors import NotAllowed
from common.models import Event
from payments.enums import CounterMeans
from payments.models import Payment
from payments.rules.policy import Policy, Tier
from payments.sandbox.service import act
from payments.selectors import held_amount
from payments.services import sync_booking
from tests.bookings.conftest import Shop
from tests.factories import tomorrow_at

pytestmark = pytest.mark.django_db
Contact = Callable[..., holds.Contact]


@pytest.fixture
def paid(shop: Shop, contact: Contact) -> Access:
    """A visit of a signed-in customer in three days, paid online."""
    access = shop.hold(tomorrow_at(10, days=3), principal=shop.customer, contact=contact())
    paying.pay(access=access, method="sandbox", return_url="http://testserver/")
    act(Payment.objects.get().gateway_ref, "pay")
    sync_booking(booking_ref=access.booking.ref)
    return shop.again(access)


def ask(access: Access) -> Booking:
    version = changes.preview(access=access, action="cancel").version
    return changes.ask_to_cancel(access=access, version=version)


def types_of(booking: Booking) -> list[str]:
    found = Event.objects.filter(subject_type="booking", subject_id=booking.ref).order_by("seq")
    return list(found.values_list("type", flat=True))


def wait(seconds: int = 10) -> int:
    Booking.objects.filter(cancel_asked_at__isnull=False).update(
        cancel_asked_at=F("cancel_asked_at") - timedelta(seconds=seconds)
    )
    return expiry.finish_cancellations()


def test_until_then_everything_stays_as_it_is(shop: Shop, paid: Access) -> None:
    booking = ask(paid)

    assert booking.status == "confirmed"
    assert held_amount(booking.ref) == 5000
    assert booking.items.get().allocations.filter(live=True).exists()
    assert wait(9) == 0
    assert wait(1) == 1
    booking.refresh_from_db()
    assert (booking.status, booking.cancelled_by, booking.cancel_asked_at) == ("cancelled", "customer", None)
    assert held_amount(booking.ref) == 0
    assert not booking.items.get().allocations.filter(live=True).exists()
    assert types_of(booking)[-2:] == ["booking.cancel_asked", "booking.cancelled"]
    # Whoever asked did it, not the worker.
    assert Event.objects.filter(subject_id=booking.ref).latest("seq").actor == shop.customer.actor


def test_it_may_be_taken_back_until_it_is_carried_out(shop: Shop, paid: Access) -> None:
    ask(paid)

    changes.take_back_cancel(access=shop.again(paid))
    changes.take_back_cancel(access=shop.again(paid))

    assert wait(60) == 0
    assert shop.again(paid).booking.status == "confirmed"
    assert types_of(paid.booking)[-2:] == ["booking.cancel_asked", "booking.cancel_taken_back"]
    ask(shop.again(paid))
    wait()
    with pytest.raises(CancelDone):
        changes.take_back_cancel(access=shop.again(paid))


def test_the_moment_asked_decides(shop: Shop, paid: Access) -> None:
    """Free until the instant at which it was asked; a worker that comes an hour later keeps nothing."""
    edge = paid.booking.starts_at - clock.now() - timedelta(minutes=1)
    policy = Policy(cancel=(Tier(int(edge.total_seconds()) // 60, 0), Tier(0, 50)))
    Booking.objects.update(policy=policy.to_dict())
    ask(shop.again(paid))

    Booking.objects.update(
        starts_at=F("starts_at") - timedelta(hours=1),
        ends_at=F("ends_at") - timedelta(hours=1),
        cancel_asked_at=F("cancel_asked_at") - timedelta(hours=1),
    )
    assert expiry.finish_cancellations() == 1

    booking = shop.again(paid).booking
    assert (booking.fee_amount, booking.payment_state) == (0, "refunded")


def test_meanwhile_nothing_else_is_done_with_it(shop: Shop, paid: Access) -> None:
    ask(paid)
    access, desk = shop.again(paid), shop.as_owner(paid)

    assert actions(access) == actions(desk) == []
    with pytest.raises(CancelPending):
        changes.reschedule(access=access, start=tomorrow_at(12, days=3), staff=None, version="")
    with pytest.raises(CancelPending):
        visits.check_in(access=desk, code=None)
    with pytest.raises(CancelPending):
        visits.no_show(access=desk)
    with pytest.raises(CancelPending):
        till.take_payment(access=desk, amount=5000, means=CounterMeans.CASH)
    with pytest.raises(CancelPending):
        objections.object_to(access=access, reason="It was cold.")


def test_only_the_side_that_asked_takes_it_back(shop: Shop, paid: Access) -> None:
    ask(paid)
    with pytest.raises(NotAllowed):
        changes.take_back_cancel(access=shop.as_owner(paid))
    changes.take_back_cancel(access=shop.again(paid))

    ask(shop.as_owner(paid))
    with pytest.raises(NotAllowed):
        changes.take_back_cancel(access=shop.again(paid))
    wait()
    assert shop.again(paid).booking.cancelled_by == "staff"


def test_asked_twice_the_first_moment_counts(shop: Shop, paid: Access) -> None:
    first = ask(paid).cancel_asked_at

    assert changes.ask_to_cancel(access=shop.again(paid), version="anything").cancel_asked_at == first
    assert types_of(paid.booking).count("booking.cancel_asked") == 1


def test_what_was_shown_must_still_hold(paid: Access) -> None:
    with pytest.raises(PolicyChanged):
        changes.ask_to_cancel(access=paid, version="stale")


def test_a_hold_ends_at_once(shop: Shop) -> None:
    assert ask(shop.hold()).status == "cancelled"


def test_the_api_cancels_at_once_what_a_page_had_asked(shop: Shop, paid: Access) -> None:
    ask(paid)
    access = shop.again(paid)

    booking = changes.cancel(access=access, version=changes.preview(access=access, action="cancel").version)

    assert (booking.status, booking.cancel_asked_at) == ("cancelled", None)
    assert wait(60) == 0


def test_the_database_refuses_half_of_it(paid: Access) -> None:
    for half in (
        {"cancel_asked_at": clock.now()},
        {"cancel_asked_as": "staff"},
        {"cancel_asked_by": "user:x"},
    ):
        with pytest.raises(IntegrityError, match="booking_cancel_is_asked"), transaction.atomic():
            Booking.objects.update(**half)
