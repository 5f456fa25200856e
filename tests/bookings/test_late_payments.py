"""Money that arrives after the hold has ended: the visit is confirmed if it can still be done, else it goes back."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from bookings.models import Booking
from bookings.selectors.access import Access
from bookings.services import expiry, holds
from common import clock
from payments.enums import PaymentStatus
from payments.models import Payment, Refund
from payments.services import verify
from providers.models import Closure, Offering, Skill, StaffMember
from tests.bookings.conftest import Shop
from tests.bookings.test_changes import capture
from tests.factories import make_staff, tomorrow_at

pytestmark = pytest.mark.django_db

Contact = Callable[..., holds.Contact]


def ended_hold(shop: Shop, contact: Contact, **more: object) -> tuple[Access, Payment]:
    access = shop.hold(tomorrow_at(10, days=3), contact=contact(), **more)
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


def assert_it_went_back(shop: Shop, access: Access) -> None:
    assert shop.again(access).booking.status == "expired"
    assert Refund.objects.get().amount == 5000
    assert Payment.objects.get().status == "captured"
    assert verify() == []


def test_nobody_is_able_any_more(shop: Shop, contact: Contact) -> None:
    access, payment = ended_hold(shop, contact)
    Skill.objects.all().delete()

    capture(payment)

    assert_it_went_back(shop, access)


def test_the_chosen_person_has_left(shop: Shop, contact: Contact) -> None:
    make_staff(shop.outlet)
    access, payment = ended_hold(shop, contact, staff=shop.person.public_id)
    StaffMember.objects.filter(pk=shop.person.pk).update(archived_at=timezone.now())

    capture(payment)

    assert_it_went_back(shop, access)


def test_the_service_is_no_longer_sold(shop: Shop, contact: Contact) -> None:
    access, payment = ended_hold(shop, contact)
    Offering.objects.update(is_live=False)

    capture(payment)

    assert_it_went_back(shop, access)


def test_the_shop_is_closed_by_now(shop: Shop, contact: Contact) -> None:
    access, payment = ended_hold(shop, contact)
    Closure.objects.create(outlet=shop.outlet, period=(tomorrow_at(0, days=3), tomorrow_at(0, days=4)))

    capture(payment)

    assert_it_went_back(shop, access)


def test_notice_was_given_when_it_was_held(shop: Shop, contact: Contact) -> None:
    access, payment = ended_hold(shop, contact)
    shop.outlet.notice_min = 7 * 24 * 60
    shop.outlet.save(update_fields=["notice_min"])

    capture(payment)

    assert shop.again(access).booking.status == "confirmed"


def test_the_outlet_withdrew_the_service(shop: Shop, contact: Contact) -> None:
    access, payment = ended_hold(shop, contact)
    Offering.objects.all().delete()

    capture(payment)

    assert_it_went_back(shop, access)
