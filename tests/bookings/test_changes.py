"""Paying, cancelling, moving, and the day of the visit, with the money that goes with it."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from bookings import errors
from bookings.models import Allocation, Booking
from bookings.presenters import actions
from bookings.selectors.access import Access
from bookings.services import changes, expiry, holds, paying, visits
from common import clock
from common.errors import NotAllowed
from payments.enums import AccountKind, PaymentStatus
from payments.gateways.base import PaymentState
from payments.models import Payment, Refund
from payments.selectors import balance, held_amount
from payments.services import apply_gateway_state, verify
from tests.bookings.conftest import Shop
from tests.factories import make_due, tomorrow_at

pytestmark = pytest.mark.django_db

Contact = Callable[..., holds.Contact]


def capture(payment: Payment) -> None:
    apply_gateway_state(
        gateway=payment.gateway,
        state=PaymentState(
            gateway_ref=payment.gateway_ref,
            reference=payment.public_id,
            status=PaymentStatus.CAPTURED,
            amount=payment.amount,
            currency=payment.currency,
            revision=9,
        ),
    )


@pytest.fixture
def paid(shop: Shop, contact: Contact, django_capture_on_commit_callbacks: object) -> Access:
    access = shop.hold(tomorrow_at(10, days=3), contact=contact())
    payment = Payment.objects.create(
        booking_ref=access.booking.ref,
        provider_id=shop.outlet.provider.public_id,
        amount=5000,
        currency="EUR",
        method="sandbox",
        gateway="sandbox",
        gateway_ref="pi_test",
        status=PaymentStatus.PENDING,
    )
    capture(payment)
    return shop.again(access)


def soon(booking: Booking) -> None:
    """Let the visit begin in two hours: the free time is over."""
    start = clock.now().replace(second=0, microsecond=0) + timedelta(hours=2)
    Booking.objects.filter(pk=booking.pk).update(starts_at=start, ends_at=start + timedelta(hours=1))


def cancel(access: Access) -> Booking:
    return changes.cancel(access=access, version=changes.preview(access=access, action="cancel").version)


def test_counter_confirms_unpaid_and_needs_a_contact(shop: Shop, contact: Contact) -> None:
    access = shop.hold()
    with pytest.raises(errors.ContactNeeded):
        paying.pay(access=access, method="counter", return_url="")
    holds.details(access=access, contact=contact())
    assert paying.pay(access=access, method="counter", return_url="") == paying.Payment("confirmed", None)
    booking = shop.again(access).booking
    assert (booking.status, booking.payment_state) == ("confirmed", "counter")


def test_a_captured_payment_confirms_and_is_held_in_escrow(paid: Access) -> None:
    assert (paid.booking.status, paid.booking.payment_state) == ("confirmed", "paid")
    assert held_amount(paid.booking.ref) == 5000
    assert verify() == []


def test_free_cancel_gives_everything_back(paid: Access) -> None:
    preview = changes.preview(access=paid, action="cancel")
    assert (preview.refund, preview.fee) == (5000, 0)
    booking = cancel(paid)
    assert booking.status == "cancelled"
    assert Refund.objects.get().amount == 5000
    assert not Allocation.objects.filter(live=True).exists()
    assert verify() == []


def test_late_cancel_keeps_the_agreed_share(shop: Shop, paid: Access) -> None:
    soon(paid.booking)
    access = shop.again(paid)
    preview = changes.preview(access=access, action="cancel")
    assert (preview.refund, preview.fee) == (2500, 2500)
    cancel(access)
    assert Refund.objects.get().amount == 2500
    assert balance(AccountKind.PAYABLE, shop.outlet.provider.public_id, "EUR") == 2375
    assert verify() == []


def test_a_stale_preview_is_refused(shop: Shop, paid: Access) -> None:
    version = changes.preview(access=paid, action="cancel").version
    soon(paid.booking)
    with pytest.raises(errors.PolicyChanged):
        changes.cancel(access=shop.again(paid), version=version)
    assert shop.again(paid).booking.status == "confirmed"


def test_the_provider_cancels_at_no_cost_to_the_customer(shop: Shop, paid: Access) -> None:
    soon(paid.booking)
    cancel(shop.as_owner(paid))
    assert Refund.objects.get().amount == 5000


def test_moving_gives_the_old_time_back(shop: Shop, paid: Access) -> None:
    version = changes.preview(access=paid, action="reschedule").version
    booking = changes.reschedule(access=paid, start=tomorrow_at(14, days=4), staff=None, version=version)
    assert (booking.starts_at, booking.status) == (tomorrow_at(14, days=4), "confirmed")
    assert Allocation.objects.get(live=True).period.lower == tomorrow_at(14, days=4)
    assert shop.hold(tomorrow_at(10, days=3)).booking.status == "held"


def test_a_refused_move_leaves_the_booking_where_it_was(shop: Shop, paid: Access) -> None:
    shop.hold(tomorrow_at(14, days=4))
    version = changes.preview(access=paid, action="reschedule").version
    with pytest.raises(errors.SlotTaken):
        changes.reschedule(access=paid, start=tomorrow_at(14, days=4), staff=None, version=version)
    booking = shop.again(paid).booking
    assert booking.starts_at == tomorrow_at(10, days=3)
    assert Allocation.objects.filter(live=True, item__booking=booking).count() == 1


def test_the_day_of_the_visit_ends_with_the_provider_paid(shop: Shop, paid: Access) -> None:
    make_due(paid.booking.ref)
    owner = shop.as_owner(paid)
    with pytest.raises(errors.WrongCode):
        visits.check_in(access=owner, code="nope")
    visits.check_in(access=owner, code=paid.booking.check_in_code)
    visits.start(access=owner)
    visits.complete(access=owner)
    with pytest.raises(NotAllowed):
        visits.close(access=owner)
    visits.close(access=paid)
    assert shop.again(paid).booking.status == "closed"
    assert held_amount(paid.booking.ref) == 0
    assert balance(AccountKind.PAYABLE, shop.outlet.provider.public_id, "EUR") == 4750
    assert verify() == []


def test_five_wrong_codes_lock_the_code_but_not_the_manager(shop: Shop, paid: Access) -> None:
    from bookings.selectors.access import booking_for

    make_due(paid.booking.ref)
    staff = booking_for(shop.staff, paid.booking.ref)
    for _ in range(5):
        with pytest.raises(errors.WrongCode):
            visits.check_in(access=staff, code="nope")
    with pytest.raises(errors.CodeLocked):
        visits.check_in(access=staff, code=paid.booking.check_in_code)
    assert visits.check_in(access=shop.as_owner(paid), code=None).status == "checked_in"


def test_no_show_only_after_the_start(shop: Shop, paid: Access) -> None:
    with pytest.raises(errors.TooEarly):
        visits.no_show(access=shop.as_owner(paid))
    start = clock.now() - timedelta(hours=1)
    Booking.objects.filter(pk=paid.booking.pk).update(starts_at=start, ends_at=start + timedelta(hours=1))
    booking = visits.no_show(access=shop.as_owner(paid))
    assert (booking.status, booking.fee_amount) == ("no_show", 5000)
    assert held_amount(booking.ref) == 0


def test_time_completes_and_closes_what_nobody_marked(shop: Shop, paid: Access) -> None:
    assert (expiry.complete_unmarked(), expiry.close_completed()) == (0, 0)
    start = clock.now() - timedelta(hours=26)
    Booking.objects.filter(pk=paid.booking.pk).update(starts_at=start, ends_at=start + timedelta(hours=1))
    assert (expiry.complete_unmarked(), expiry.close_completed()) == (1, 0)
    Booking.objects.filter(pk=paid.booking.pk).update(completed_at=clock.now() - timedelta(hours=25))
    assert expiry.close_completed() == 1
    assert shop.again(paid).booking.status == "closed"
    assert held_amount(paid.booking.ref) == 0


def late_payment(shop: Shop, contact: Contact) -> tuple[Access, Payment]:
    access = shop.hold(tomorrow_at(10, days=3), contact=contact())
    payment = Payment.objects.create(
        booking_ref=access.booking.ref,
        provider_id=shop.outlet.provider.public_id,
        amount=5000,
        currency="EUR",
        method="sandbox",
        gateway="sandbox",
        gateway_ref="pi_late",
        status=PaymentStatus.PENDING,
    )
    Booking.objects.filter(pk=access.booking.pk).update(hold_expires_at=clock.now() - timedelta(minutes=1))
    expiry.expire_holds()
    return access, payment


def test_paid_for_an_expired_hold_takes_the_time_again(shop: Shop, contact: Contact) -> None:
    access, payment = late_payment(shop, contact)
    capture(payment)
    assert shop.again(access).booking.status == "confirmed"
    assert Allocation.objects.filter(live=True).count() == 1


def test_paid_too_late_goes_back(shop: Shop, contact: Contact) -> None:
    access, payment = late_payment(shop, contact)
    shop.hold(tomorrow_at(10, days=3))
    capture(payment)
    assert shop.again(access).booking.status == "expired"
    assert Refund.objects.get().amount == 5000
    assert verify() == []


def test_money_that_is_not_the_price_goes_back(shop: Shop, contact: Contact, paid: Access) -> None:
    second = Payment.objects.create(
        booking_ref=paid.booking.ref,
        provider_id=shop.outlet.provider.public_id,
        amount=5000,
        currency="EUR",
        method="sandbox",
        gateway="sandbox",
        gateway_ref="pi_again",
        status=PaymentStatus.PENDING,
    )
    capture(second)
    assert Refund.objects.get().amount == 5000
    assert held_amount(paid.booking.ref) == 5000
    assert verify() == []


def test_fees_add_up(shop: Shop, paid: Access) -> None:
    """A late move keeps half; a late cancellation after it keeps the other half."""
    soon(paid.booking)
    access = shop.again(paid)
    version = changes.preview(access=access, action="reschedule").version
    changes.reschedule(access=access, start=tomorrow_at(14, days=4), staff=None, version=version)
    soon(paid.booking)
    booking = cancel(shop.again(paid))
    assert booking.fee_amount == 5000
    assert held_amount(booking.ref) == 0
    assert not Refund.objects.exists()
    assert verify() == []


def test_a_no_show_waits_for_the_agreed_minutes(shop: Shop, paid: Access) -> None:
    start = clock.now() - timedelta(minutes=5)
    Booking.objects.filter(pk=paid.booking.pk).update(
        starts_at=start,
        ends_at=start + timedelta(hours=1),
        policy={**paid.booking.policy, "no_show_grace_min": 10},
    )
    with pytest.raises(errors.TooEarly) as refused:
        visits.no_show(access=shop.as_owner(paid))
    assert refused.value.data["earliest"] == clock.rfc3339(start + timedelta(minutes=10))


def test_a_customer_neither_cancels_nor_moves_what_is_over(shop: Shop, paid: Access) -> None:
    """It may have taken place, and nobody marked it: the money is not the customer's to take back."""
    version = changes.preview(access=paid, action="cancel").version
    start = clock.now() - timedelta(hours=2)
    Booking.objects.filter(pk=paid.booking.pk).update(starts_at=start, ends_at=start + timedelta(hours=1))
    access = shop.again(paid)
    for action in ("cancel", "reschedule"):
        with pytest.raises(errors.MoveRefused):
            changes.preview(access=access, action=action)
    with pytest.raises(errors.MoveRefused):
        changes.cancel(access=access, version=version)
    with pytest.raises(errors.MoveRefused):
        changes.reschedule(access=access, start=tomorrow_at(14, days=4), staff=None, version=version)
    assert not {"cancel", "reschedule"} & set(actions(access))
    assert cancel(shop.as_owner(paid)).status == "cancelled"


def test_a_code_is_tried_only_where_it_can_be_used(shop: Shop, paid: Access) -> None:
    cancel(paid)
    with pytest.raises(errors.MoveRefused):
        visits.check_in(access=shop.as_owner(paid), code="nope")
    assert shop.again(paid).booking.check_in_tries == 0


def test_what_is_given_up_waits_for_no_payment(shop: Shop, contact: Contact) -> None:
    held = shop.hold(contact=contact())
    Booking.objects.filter(pk=held.booking.pk).update(payment_state="pending")
    assert cancel(shop.again(held)).payment_state == "unpaid"
    promised = shop.hold(contact=contact())
    paying.pay(access=promised, method="counter", return_url="")
    cancel(shop.again(promised))
    assert shop.again(promised).booking.payment_state == "unpaid"


@pytest.mark.parametrize("status", [PaymentStatus.FAILED, PaymentStatus.CANCELLED])
def test_a_declined_payment_is_said_and_the_hold_goes_on(
    shop: Shop, contact: Contact, status: PaymentStatus
) -> None:
    access = shop.hold(tomorrow_at(10, days=3), contact=contact())
    Booking.objects.filter(pk=access.booking.pk).update(payment_state="pending")
    payment = Payment.objects.create(
        booking_ref=access.booking.ref,
        provider_id=shop.outlet.provider.public_id,
        amount=5000,
        currency="EUR",
        method="sandbox",
        gateway="sandbox",
        gateway_ref="pi_declined",
        status=PaymentStatus.PENDING,
    )
    apply_gateway_state(
        gateway="sandbox",
        state=PaymentState(
            gateway_ref="pi_declined",
            reference=payment.public_id,
            status=status,
            amount=5000,
            currency="EUR",
            revision=2,
        ),
    )
    booking = shop.again(access).booking
    assert (booking.status, booking.payment_state, booking.last_seq) == ("held", "unpaid", 2)
    assert paying.pay(access=shop.again(access), method="counter", return_url="").status == "confirmed"
