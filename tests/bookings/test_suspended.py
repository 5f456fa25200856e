"""A business that is suspended: nothing new at once, what is booked stays, and its customers may leave it whole."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from accounts.principals import ANONYMOUS
from bookings import errors
from bookings.handlers import on_provider_suspended
from bookings.models import Booking
from bookings.selectors.access import Access
from bookings.services import changes, expiry, holds, paying
from common import clock
from common.clock import rfc3339
from common.errors import NotFound
from common.models import Event
from payments.enums import PaymentStatus
from payments.models import Payment, Refund
from payments.services import verify
from providers.services import vetting
from tests.bookings.conftest import Shop
from tests.bookings.test_api import Api, refused, token_of, wanted
from tests.bookings.test_changes import capture, soon
from tests.factories import make_user, tomorrow_at

pytestmark = pytest.mark.django_db

Contact = Callable[..., holds.Contact]


def suspend(shop: Shop) -> Event:
    vetting.suspend(provider=shop.outlet.provider, operator=make_user(), reason="Complaints.")
    return Event.objects.get(type="provider.suspended")


def open_payment(access: Access) -> Payment:
    Booking.objects.filter(pk=access.booking.pk).update(payment_state="pending")
    return Payment.objects.create(
        booking_ref=access.booking.ref,
        provider_id=access.booking.outlet.provider.public_id,
        amount=5000,
        currency="EUR",
        method="sandbox",
        gateway="sandbox",
        gateway_ref="pi_test",
        status=PaymentStatus.PENDING,
    )


def test_nothing_of_it_can_be_found_or_held_and_open_pages_are_told(shop: Shop) -> None:
    suspend(shop)
    outlet, service = shop.outlet.public_id, shop.service.public_id
    span = {"from": rfc3339(tomorrow_at(9)), "to": rfc3339(tomorrow_at(12))}
    api = Api()
    assert refused(api.post("/bookings", wanted(shop))) == (404, "not_found")
    assert refused(api.get(f"/services/{service}/slots", outlet=outlet, **span)) == (404, "not_found")
    assert refused(api.get(f"/outlets/{outlet}")) == (404, "not_found")
    assert api.get("/search", lat=60.18, lng=24.95).json()["items"] == []
    for principal in (ANONYMOUS, shop.customer, shop.owner):
        with pytest.raises(NotFound):
            shop.hold(principal=principal)
    page = Client()
    assert page.get(f"/o/{outlet}/x").status_code == 404
    assert not Booking.objects.exists()


def test_an_open_hold_can_be_neither_filled_in_nor_paid_nor_made_longer_and_ends(
    shop: Shop, contact: Contact
) -> None:
    access = shop.hold(principal=shop.customer, contact=contact())
    event = suspend(shop)
    again = shop.again(access)
    for attempt in (
        lambda: paying.pay(access=again, method="counter", return_url=""),
        lambda: paying.pay(access=again, method="sandbox", return_url="http://testserver/"),
        lambda: holds.extend(access=again),
        lambda: holds.details(access=again, contact=contact()),
    ):
        with pytest.raises(errors.ProviderClosed):
            attempt()
    user = shop.customer.require_user()
    answer = Api(token_of(user)).post(f"/bookings/{access.booking.ref}/payments", {"method": "counter"})
    assert refused(answer) == (409, "provider_closed")
    assert not Payment.objects.exists()
    on_provider_suspended(event)
    on_provider_suspended(event)
    assert shop.again(access).booking.status == "expired"


def test_the_holds_of_others_go_on(shop: Shop) -> None:
    access = shop.hold()
    event = Event(subject_id=shop.outlet.provider.public_id)
    on_provider_suspended(event)
    assert shop.again(access).booking.status == "held"


@pytest.mark.parametrize("ended", [False, True])
def test_money_that_arrives_for_it_goes_back(shop: Shop, contact: Contact, ended: bool) -> None:
    access = shop.hold(tomorrow_at(10, days=3), contact=contact())
    payment = open_payment(access)
    suspend(shop)
    if ended:
        Booking.objects.update(hold_expires_at=clock.now() - timedelta(minutes=1))
        expiry.expire_holds()
    capture(payment)
    assert shop.again(access).booking.status == "expired"
    assert Refund.objects.get().amount == 5000
    assert Event.objects.filter(type="booking.paid_too_late").count() == 1
    assert verify() == []


def test_what_is_booked_stays_and_its_customer_cancels_with_everything_back(
    shop: Shop, contact: Contact
) -> None:
    access = shop.hold(tomorrow_at(10, days=3), contact=contact())
    capture(open_payment(access))
    soon(access.booking)
    late = shop.again(access)
    before = changes.preview(access=late, action="cancel")
    assert (before.refund, before.fee) == (2500, 2500)
    suspend(shop)
    late = shop.again(access)
    assert late.booking.status == "confirmed"
    with pytest.raises(errors.PolicyChanged):
        changes.cancel(access=late, version=before.version)
    for move in (
        lambda: changes.preview(access=late, action="reschedule"),
        lambda: changes.reschedule(
            access=late, start=tomorrow_at(12, days=4), staff=None, version=before.version
        ),
    ):
        with pytest.raises(errors.ProviderClosed):
            move()
    after = changes.preview(access=late, action="cancel")
    assert (after.refund, after.fee) == (5000, 0)
    changes.cancel(access=late, version=after.version)
    assert Refund.objects.get().amount == 5000
    assert verify() == []


def test_reinstated_it_is_booked_as_before(shop: Shop) -> None:
    suspend(shop)
    vetting.reinstate(provider=shop.outlet.provider, operator=make_user())
    assert shop.hold().booking.status == "held"
