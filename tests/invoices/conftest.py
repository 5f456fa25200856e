"""A shop that says who it is on invoices, and visits of it that were paid."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from bookings.models import Booking
from bookings.selectors.access import Access
from bookings.services import holds, paying, visits
from invoices.services import SellerDetails, set_seller
from payments.models import Payment
from payments.sandbox.service import act
from payments.services import sync_booking
from tests.bookings.conftest import Shop, contact, shop  # noqa: F401  # fixtures
from tests.factories import make_due, tomorrow_at

DETAILS = SellerDetails(
    name="Parturi Aalto Oy",
    street_line="Vaasankatu 3",
    postcode="00500",
    city="Helsinki",
    country="FI",
    company_id="2077474-0",
    tax_id="FI20774740",
)


@pytest.fixture(autouse=True)
def _demo(settings: object) -> None:
    settings.DEMO = True  # type: ignore[attr-defined]
    settings.SITE_URL = "http://testserver"  # type: ignore[attr-defined]


@dataclass
class Till:
    """A shop whose visits are paid and brought to their end."""

    shop: Shop
    contact: Callable[..., holds.Contact]

    def says_who_it_is(self, details: SellerDetails = DETAILS) -> None:
        set_seller(provider=self.shop.outlet.provider, details=details, actor=self.shop.owner.actor)

    def paid_online(self, **more: object) -> Access:
        """Confirmed and paid whole, on the sandbox's page."""
        access = self.shop.hold(tomorrow_at(10, days=3), principal=self.shop.customer, **more)
        holds.details(access=access, contact=self.contact(name="Helmi Laine"))
        access = self.shop.again(access)
        paying.pay(access=access, method="sandbox", return_url="http://testserver/", whole=True)
        act(Payment.objects.latest("pk").gateway_ref, "pay")
        sync_booking(booking_ref=access.booking.ref)
        return self.shop.again(access)

    def promised(self, **more: object) -> Access:
        """Confirmed, to be paid at the counter."""
        access = self.shop.hold(tomorrow_at(10, days=3), principal=self.shop.customer, **more)
        holds.details(access=access, contact=self.contact(name="Helmi Laine"))
        access = self.shop.again(access)
        paying.pay(access=access, method="counter", return_url="")
        return self.shop.again(access)

    def bring_to_the_end(self, access: Access) -> Booking:
        """Checked in, started, done, closed."""
        make_due(access.booking.ref)
        for step in (visits.check_in, visits.start, visits.complete):
            owner = self.shop.as_owner(access)
            if step is visits.check_in:
                visits.check_in(access=owner, code=None)
            else:
                step(access=owner)
        visits.close(access=self.shop.again(access))
        return Booking.objects.get(pk=access.booking.pk)


@pytest.fixture
def till(shop: Shop, contact: Callable[..., holds.Contact]) -> Till:  # noqa: F811  # the fixtures above
    return Till(shop, contact)
