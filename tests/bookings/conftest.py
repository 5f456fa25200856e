"""A shop in Helsinki with one hairdresser, and who calls."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import pytest

from accounts.principals import ANONYMOUS, Principal
from bookings.selectors.access import Access, booking_for
from bookings.services import holds
from providers.enums import Role
from providers.models import Outlet, Service, ServiceOption, StaffMember
from tests.factories import make_member, make_outlet, make_service, make_staff, make_user, tomorrow_at
from tests.stripe_peer.fixtures import peer

__all__ = ["peer"]


@dataclass
class Shop:
    """One outlet, one service, one person, and the principals around them."""

    outlet: Outlet
    service: Service
    person: StaffMember
    owner: Principal
    staff: Principal
    customer: Principal

    def hold(
        self, start: datetime | None = None, *, principal: Principal = ANONYMOUS, **more: object
    ) -> Access:
        """A hold as its maker sees it."""
        service = more.pop("service", self.service)
        item = holds.ItemRequest(
            service.public_id,  # type: ignore[attr-defined]
            more.pop("options", ()),  # type: ignore[arg-type]
            more.pop("staff", None),  # type: ignore[arg-type]
        )
        held = holds.hold(
            principal=principal,
            outlet=self.outlet.public_id,
            items=[item],
            start=start or tomorrow_at(10),
            **more,  # type: ignore[arg-type]
        )
        return booking_for(held.opened_by(principal), held.booking.ref)

    def as_owner(self, access: Access) -> Access:
        return booking_for(self.owner, access.booking.ref)

    def again(self, access: Access) -> Access:
        return booking_for(access.principal, access.booking.ref)


@pytest.fixture
def shop(db: None) -> Shop:
    outlet = make_outlet()
    person = make_staff(outlet)
    return Shop(
        outlet=outlet,
        service=make_service(outlet, staff=[person]),
        person=person,
        owner=Principal(user=make_member(outlet.provider)),
        staff=Principal(user=make_member(outlet.provider, Role.STAFF, staff=person)),
        customer=Principal(user=make_user()),
    )


@pytest.fixture
def contact() -> Callable[..., holds.Contact]:
    def make(
        name: str = "Helmi", email: str = "helmi@example.com", phone: str | None = None
    ) -> holds.Contact:
        return holds.Contact(name, email, phone)

    return make


def of_first(access: Access, *options: ServiceOption) -> dict[str, list[str]]:
    """The options of a booking's first item, as `holds.details` takes them."""
    return {access.booking.items.all()[0].public_id: [option.public_id for option in options]}
