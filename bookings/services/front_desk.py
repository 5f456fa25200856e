"""Walk-ins and calls: a member books for whoever stands there or is on the phone, in the same slots as everybody."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.principals import Principal
from bookings.enums import PaymentState, Source
from bookings.errors import ContactNeeded
from bookings.models import Booking
from bookings.services import core, holds
from common import clock
from common.errors import NotAllowed
from providers.enums import Role
from providers.models import Membership, Outlet
from providers.selectors.access import access_outlet, has_role


def book_in(
    *,
    principal: Principal,
    outlet: str,
    item: holds.ItemRequest,
    start: datetime,
    contact: holds.Contact,
    source: Source,
    address: holds.Address | None = None,
    seats: int = 1,
) -> Booking:
    """Book `start` (aware, any minute that is not taken) at `outlet` (public id), to be paid at the counter.

    Of a group service it is `seats` in the session that starts then. Managers book with anybody; staff with
    themselves, whom no named person means. A name or a phone is enough.
    Confirmed at once: nobody else is asked. Raises NotSignedIn, NotFound, NotAllowed, ContactNeeded,
    EmailInvalid, PhoneInvalid, NotOffered, StaffNotAble, OptionUnknown, AddressNeeded, AddressOutsideArea,
    AddressUnknown, SlotNotOffered, SlotTaken (with the nearest alternatives).
    """
    place = access_outlet(principal, outlet, scope="bookings:write")
    item = replace(item, staff=whom(principal, place, item.staff))
    if not (contact.name.strip() or (contact.phone or "").strip()):
        raise ContactNeeded(_("Write a name or a phone number."))
    with transaction.atomic():
        held = holds.hold(
            principal=principal,
            outlet=outlet,
            items=[item],
            start=start,
            address=address,
            contact=contact,
            source=source,
            language=place.language,
            seats=seats,
        )
        booking = core.lock(held.booking.ref)
        state = PaymentState.COUNTER if booking.total_amount else PaymentState.PAID
        core.move(
            booking,
            action="confirm",
            who="staff",
            actor=principal.actor,
            fields={"payment_state": state, "confirmed_at": clock.now()},
        )
        return booking


def whom(principal: Principal, outlet: Outlet, staff: str | None) -> str | None:
    """Whom this member may book: anybody for managers, themselves for staff. Raises NotAllowed."""
    membership = Membership.objects.select_related("staff").get(
        user=principal.require_user(), provider_id=outlet.provider_id
    )
    if has_role(membership.role, Role.MANAGER):
        return staff
    own = membership.staff.public_id if membership.staff else None
    if own is None or staff not in (None, own):
        raise NotAllowed
    return own
