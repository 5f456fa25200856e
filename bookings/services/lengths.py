"""Another length for an agreed visit, at its price: what the desk sees is needed before it begins."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from bookings.errors import MoveRefused, PolicyChanged, SlotTaken
from bookings.models import Booking, BookingItem
from bookings.selectors.access import Access
from bookings.selectors.plans import items_of
from bookings.services import changes, core, reserve
from bookings.services.settling import outcome_of
from common import clock
from common.errors import InvalidInput, NotAllowed
from common.spans import Span
from payments.rules.policy import Action, ActorKind

# Minutes.
SHORTEST, LONGEST = 5, 720


def version_of(booking: Booking) -> str:
    """Names when, who, price and state of a booking as somebody saw them: stale once any of it has changed."""
    return f"{booking.version}.{booking.status}"


def has_length(booking: Booking) -> bool:
    """Whether it is of one service with a time of its own: only then is it plain which part lasts longer."""
    return not booking.has_several and not booking.seats


def check_length(*, access: Access, minutes: int) -> reserve.Taken:
    """What the visit would take if it lasted so long, from the same start. Nothing is locked or changed.

    Raises as `set_length`, but for PolicyChanged.
    """
    item = _changeable(access, access.booking, minutes)
    taken = reserve.check_length(access.booking, {item.pk: minutes})
    if set(taken.items[0].team) != {person.pk for person in item.people}:
        raise _not_with(access.booking, item, minutes)
    return taken


def set_length(*, access: Access, minutes: int, version: str) -> Booking:
    """Let the visit last `minutes` from its start, with the same people; what it costs stays.

    By whoever marks it, at any hour, as with a visit that they book. `version` is `version_of` what they saw. Raises
    NotAllowed, InvalidInput, PolicyChanged, MoveRefused (begun, over, of several services, seats), SlotTaken,
    HoldDoesNotReach, StaffNotAble, NotOffered, ProviderClosed, ObjectionOpen, CancelPending.
    """
    with transaction.atomic():
        booking = core.lock(access.booking.ref)
        if version != version_of(booking):
            raise PolicyChanged
        item = _changeable(access, booking, minutes)
        more = minutes - item.duration_min
        if not more:
            return booking
        before = booking.ends_at
        people = {person.pk for person in item.people}
        reserve.take_longer(booking, {item.pk: minutes}, staff_booking=True)
        if {person.pk for person in items_of(booking)[0].people} != people:
            raise _not_with(booking, item, minutes)  # somebody else would have had the time
        core.change(
            booking,
            event="booking.lengthened" if more > 0 else "booking.shortened",
            actor=access.principal.actor,
            fields={
                "starts_at": booking.starts_at,
                "ends_at": booking.ends_at,
                "version": booking.version + 1,
            },
            minutes=abs(more),
            previous={"ends_at": clock.rfc3339(before)},
            by="staff",
        )
        return booking


def _not_with(booking: Booking, item: BookingItem, minutes: int) -> SlotTaken:
    """Why the item's people cannot be at it so long."""
    pks = [person.pk for person in item.people]
    whole = Span(booking.starts_at, booking.starts_at + timedelta(minutes=minutes + item.buffer_after_min))
    return SlotTaken(reserve.taken_outside(pks, whole, besides_booking=booking.pk))


def _changeable(access: Access, booking: Booking, minutes: int) -> BookingItem:
    """The one item of a visit whose length the caller may change."""
    if not access.is_staff:
        raise NotAllowed  # how long it takes, the business knows
    changes.require_movable(access, booking)
    if not has_length(booking) or not changes.is_movable(booking, by_customer=False):
        raise MoveRefused(booking_status=booking.status, action="lengthen")
    if not SHORTEST <= minutes <= LONGEST:
        raise InvalidInput(_("A visit lasts from 5 to 720 minutes."), field="minutes")
    [item] = items_of(booking)
    longer = timedelta(minutes=minutes - item.duration_min)
    if longer > timedelta(0):
        outcome = outcome_of(booking, Action.RESCHEDULE, ActorKind.PROVIDER)
        changes.refuse_beyond_hold(booking, outcome, booking.starts_at + longer)
    return item
