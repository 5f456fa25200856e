"""Bookings as the API shows them."""

from bookings import schemas
from bookings.models import Booking
from bookings.rules import states
from bookings.selectors.access import Access
from bookings.services import changes
from common.models import Event
from payments.rules.policy import Policy, describe

# What of a shown action is asked for by another address: pages and apps need not know the table.
_HIDDEN = {"confirm", "expire", "request", "accept", "decline"}


def actions(access: Access) -> list[str]:
    """What the caller may do with the booking now, in the order of the state table."""
    booking = access.booking
    found: dict[str, None] = {}
    for move in states.TABLE:
        if (
            move.source != booking.status
            or move.action in _HIDDEN
            or move.place not in ("any", booking.place)
        ):
            continue
        who = access.who(move.action)
        if who and who in move.who:
            found[move.action] = None
    if booking.status == states.HELD and access.is_customer:
        found = {"details": None, "pay": None, **({} if booking.hold_extended else {"extend": None}), **found}
    if booking.status in states.MOVABLE and (access.is_customer or access.is_staff):
        found["reschedule"] = None
    if access.is_customer and changes.is_over(booking):
        return [action for action in found if action not in ("cancel", "reschedule")]
    return list(found)


def present(access: Access, *, token: str | None = None) -> schemas.BookingOut:
    """The booking for its caller; `token` is told to a guest once."""
    booking = access.booking
    return schemas.BookingOut(
        ref=booking.ref,
        status=booking.status,
        hold_expires_at=booking.hold_expires_at if booking.status == states.HELD else None,
        start=booking.starts_at,
        end=booking.ends_at,
        items=[
            schemas.ItemOut(
                id=item.public_id,
                service=item.service.public_id,
                staff=item.staff.public_id,
                start=item.starts_at,
                end=item.ends_at,
                price=schemas.money(item.price_amount, item.currency),
                name=item.name,
                staff_name=item.staff.name,
                lines=[schemas.LineOut(**line) for line in item.lines],
            )
            for item in booking.items.all()
        ],
        price=schemas.money(booking.total_amount, booking.currency),
        policy=policy(booking),
        token=token,
        outlet=schemas.OutletRef(id=booking.outlet.public_id, name=booking.outlet.name),
        timezone=booking.timezone,
        place=booking.place,
        payment=booking.payment_state,
        hold_extended=booking.hold_extended,
        fee=schemas.money(booking.fee_amount, booking.currency),
        actions=actions(access),
        check_in_code=booking.check_in_code
        if access.is_customer and booking.status in states.LIVE - {states.HELD, states.CLOSED}
        else None,
    )


def policy(booking: Booking) -> schemas.PolicyOut:
    """The agreed policy as steps in exact amounts, for a fully paid visit."""
    steps = describe(
        Policy.from_dict(booking.policy), starts_at=booking.starts_at, total=booking.total_amount
    )
    return schemas.PolicyOut(
        steps=[
            schemas.PolicyStepOut(
                until=step.until,
                refund=schemas.money(step.refund, booking.currency),
                fee=schemas.money(step.fee, booking.currency),
            )
            for step in steps
        ]
    )


def present_event(event: Event) -> schemas.EventOut:
    return schemas.EventOut(
        seq=event.seq, type=event.type, at=event.at, status=event.payload.get("status", "")
    )
