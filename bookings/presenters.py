"""Bookings as the API shows them."""

from datetime import datetime

from django.utils.translation import get_language

from bookings import schemas
from bookings.enums import ObjectionState, PaymentState
from bookings.models import Booking, PriceChange
from bookings.rules import states
from bookings.selectors.access import Access
from bookings.services import arrival, changes, core, not_come, objections
from common import clock
from common.models import Event
from common.words import in_language
from payments.rules.policy import Action, describe

# Once it is agreed, until it is over.
_WITH_CODE = states.LIVE - {states.HELD, states.REQUESTED, states.CLOSED}
# What of a shown action is asked for by another address: pages and apps need not know the table.
_HIDDEN = {"confirm", "expire", "request"}
# What a suspended business does not do any more.
_NEEDS_OPEN = {"details", "pay", "extend", "reschedule", "accept"}


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
    if access.may_move() and changes.is_movable(booking, by_customer=access.is_customer):
        found["reschedule"] = None
    if not core.is_open(booking):
        found = {name: None for name in found if name not in _NEEDS_OPEN}
    if booking.cancel_asked_at is not None:
        found = {}
    if booking.objection_open:
        found = {
            action: None for action in found if action not in ("cancel", "reschedule", "no_show", "close")
        }
    if access.is_customer and changes.is_over(booking):
        found.pop("cancel", None)
    if booking.arrived_at is not None and not access.is_manager:
        found.pop("no_show", None)
    now = clock.now()
    found = {
        action: None
        for action in found
        if (due := core.may_be_marked_from(booking, action)) is None or due <= now
    }
    if arrival.may_arrive(access):
        found["arrive"] = None
    if not_come.may_say(access):
        found["not_come"] = None
    if not_come.may_concede(access):
        found["concede_objection"] = None
    return [*found, *objections.offered(access)]


def present(access: Access, *, token: str | None = None) -> schemas.BookingOut:
    """The booking for its caller; `token` is told to a guest once."""
    booking = access.booking
    language = get_language() or "en"
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
                team=[schemas.PersonRef(id=person.public_id, name=person.name) for person in item.people],
                guest=item.guest,
                session=item.session.public_id if item.session else None,
                seats=item.seats,
                lines=[schemas.LineOut(**line) for line in item.lines],
                standard=[
                    schemas.StepOut(text=in_language(step["words"], language), done_at=step["at"])
                    for step in item.standard
                ],
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
        prepaid=schemas.money(booking.prepaid_amount, booking.currency),
        due_at_counter=schemas.money(booking.due_at_counter, booking.currency),
        hold_extended=booking.hold_extended,
        cancel_asked_at=booking.cancel_asked_at,
        fee=schemas.money(booking.fee_amount, booking.currency),
        actions=actions(access),
        arrived_at=booking.arrived_at,
        check_in_code=booking.check_in_code if access.is_customer and booking.status in _WITH_CODE else None,
        customer=contact(access),
        address=address(access),
        served=served(access),
        vehicle=vehicle(access),
        accept_by=answer_by(booking),
        decline_reason=booking.decline_reason,
        objection=objection(access),
        price_changes=[price_change(each) for each in booking.price_changes.all()]
        if objections.may_read(access)
        else [],
    )


def price_change(found: PriceChange) -> schemas.PriceChangeOut:
    """A price change (with its item) as both sides see it."""
    return schemas.PriceChangeOut(
        id=found.public_id,
        item=found.item.public_id,
        option=found.option or None,
        name=found.name,
        reason=found.reason,
        amount=schemas.money(found.amount, found.currency),
        before=schemas.money(found.before_amount, found.currency),
        after=schemas.money(found.after_amount, found.currency),
        minutes=found.minutes,
        state=found.state,
        asked_at=found.asked_at,
        ended_at=found.ended_at,
    )


def objection(access: Access) -> schemas.ObjectionOut | None:
    """The newest objection to the visit; what was said about it is for both sides and for operators."""
    found = objections.newest(access.booking)
    if found is None:
        return None
    may_read = objections.may_read(access)
    return schemas.ObjectionOut(
        id=found.public_id,
        by=found.by,
        kind=found.kind,
        answer_by=found.answer_by,
        state=found.state,
        opened_at=found.opened_at,
        statements=[
            schemas.StatementOut(by=said.by, text=said.text, at=said.at) for said in found.statements.all()
        ]
        if may_read
        else [],
        ended_at=found.ended_at,
        refund=schemas.money(found.refund_amount, access.booking.currency)
        if found.state in (ObjectionState.RELEASED, ObjectionState.REFUNDED, ObjectionState.MISSED)
        else None,
        decision=found.decision if may_read else "",
    )


def answer_by(booking: Booking) -> datetime | None:
    """Until when the provider answers a request; of a hold that will be one, until when if it were asked now."""
    if booking.status == states.HELD and booking.acceptance_hours is not None:
        return changes.answer_by(booking)
    return booking.accept_by if booking.status == states.REQUESTED else None


def contact(access: Access) -> schemas.ContactOut | None:
    """Who the visit is for, as far as the caller needs it."""
    customer = access.booking.customer
    if customer is None:
        return None
    return schemas.ContactOut(
        name=customer.name,
        email=customer.email if access.is_customer else None,
        phone=customer.phone if _still_concerns(access) else None,
    )


def address(access: Access) -> schemas.AddressOut | None:
    """Where a home visit goes, as far as the caller needs it."""
    booking = access.booking
    if booking.address_point is None or not _still_concerns(access):
        return None
    return schemas.AddressOut(
        line=booking.address_line,
        note=booking.address_note,
        lat=booking.address_point.y,
        lng=booking.address_point.x,
    )


def served(access: Access) -> schemas.ServedOut | None:
    """Whom the visit is for besides who booked, as far as the caller needs it; None for who booked, without a note."""
    booking = access.booking
    near = _still_concerns(access)
    note = booking.served_note if near else ""
    if not booking.served_name and not note:
        return None
    return schemas.ServedOut(name=booking.served_name, phone=booking.served_phone if near else "", note=note)


def vehicle(access: Access) -> schemas.VehicleOut | None:
    """The vehicle that is worked on, as far as the caller needs it."""
    booking = access.booking
    if not booking.vehicle_plate or not _still_concerns(access):
        return None
    return schemas.VehicleOut(plate=booking.vehicle_plate, about=booking.vehicle_about)


def _still_concerns(access: Access) -> bool:
    """The customer sees their own details always; who serves it and managers, while it is still to be done."""
    over = {states.COMPLETED, states.CLOSED}
    return access.is_customer or (access.may_mark() and access.booking.status in states.LIVE - over)


def policy(booking: Booking) -> schemas.PolicyOut:
    """The agreed policy as steps in exact amounts: of what was paid in advance, or else of what may be."""
    return schemas.PolicyOut(
        steps=_steps(booking, Action.CANCEL),
        changes=_steps(booking, Action.RESCHEDULE),
        beforehand=schemas.money(booking.asked_beforehand, booking.currency),
        on_card=booking.payment_state == PaymentState.ON_CARD
        or (booking.status == states.HELD and booking.is_held_on_card),
    )


def _steps(booking: Booking, action: Action) -> list[schemas.PolicyStepOut]:
    steps = describe(
        booking.terms,
        starts_at=booking.starts_at,
        total=booking.total_amount,
        paid=booking.prepaid_amount or booking.asked_beforehand or None,
        booked_at=booking.confirmed_at or clock.now(),
        action=action,
    )
    return [
        schemas.PolicyStepOut(
            until=step.until,
            refund=schemas.money(step.refund, booking.currency),
            fee=schemas.money(step.fee, booking.currency),
        )
        for step in steps
    ]


def present_event(event: Event) -> schemas.EventOut:
    return schemas.EventOut(
        seq=event.seq, type=event.type, at=event.at, status=event.payload.get("status", "")
    )
