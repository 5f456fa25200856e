"""Walk-ins and calls: a member books for whoever stands there or is on the phone, in the same slots as everybody."""

from dataclasses import replace
from datetime import datetime
from typing import Any

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

# What a no-show that costs nothing says of money.
NOTHING = {"refund": 0, "fee": 0, "back_at_shop": 0, "let_go": 0}


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
    party: int = 1,
    **about: Any,
) -> Booking:
    """Book `start` (aware, any minute that is not taken) at `outlet` (public id), to be paid at the counter.

    Of a group service it is `seats` in the session that starts then; of any other for a `party` of so many, each of
    whom has it. Managers book with anybody; staff with themselves, whom no named person means. A name or a phone is
    enough.
    Confirmed at once: nobody else is asked. The event says `about`, too. Raises NotSignedIn, NotFound, NotAllowed,
    ContactNeeded, EmailInvalid, PhoneInvalid, NotOffered, StaffNotAble, OptionUnknown, AddressNeeded,
    AddressOutsideArea, AddressUnknown, SlotNotOffered, SlotTaken (with the nearest alternatives).
    """
    place = access_outlet(principal, outlet, scope="bookings:write")
    item = replace(item, staff=whom(principal, place, item.staff))
    if not (contact.name.strip() or (contact.phone or "").strip()):
        raise ContactNeeded(_("Write a name or a phone number."))
    with transaction.atomic():
        held = holds.hold(
            principal=principal,
            outlet=outlet,
            items=[replace(item, guest=guest) for guest in range(1, party + 1)],
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
            **about,
        )
        return booking


def books_anybody(membership: Membership) -> bool:
    """Whether this member books with anybody, and not with themselves alone."""
    return has_role(membership.role, Role.MANAGER)


def not_come(ref: str, *, actor: str) -> Booking:
    """Whoever was called from the queue did not come: a no-show that costs nothing, at once, for the chair is wanted.

    In the caller's transaction, which has shown that `actor` may. Raises MoveRefused.
    """
    booking = core.lock(ref)
    core.refuse_while_objected(booking)
    state = PaymentState.UNPAID if booking.payment_state == PaymentState.COUNTER else booking.payment_state
    core.move(booking, action="no_show", who="staff", actor=actor, fields={"payment_state": state}, **NOTHING)
    return booking


def whom(principal: Principal, outlet: Outlet, staff: str | None) -> str | None:
    """Whom this member may book: anybody for managers, themselves for staff. Raises NotAllowed."""
    membership = Membership.objects.select_related("staff").get(
        user=principal.require_user(), provider_id=outlet.provider_id
    )
    if books_anybody(membership):
        return staff
    own = membership.staff.public_id if membership.staff else None
    if own is None or staff not in (None, own):
        raise NotAllowed
    return own
