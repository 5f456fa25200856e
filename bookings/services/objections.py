"""Objecting to a visit: its timers stop and its money stays, until the same side takes it back or an operator decides.

docs/states.md has the rules. Everything here is written with the booking's row locked.
"""

from datetime import datetime

from django.db import transaction

from accounts.principals import Principal
from bookings.enums import ObjectionKind, ObjectionState, PaymentState, Side
from bookings.errors import AlreadyObjected, MoveRefused, ObjectionEnded
from bookings.models import Booking, Objection, ObjectionStatement
from bookings.rules import states
from bookings.selectors.access import Access
from bookings.services import core
from common import clock
from common.errors import InvalidInput, NotAllowed, NotFound
from payments import services as payments
from providers.services.parties import refuse_if_party

TEXT_LENGTH = 2000
# Begun or done; before that, from its start: nobody may have marked it, or nobody may have come.
_TOOK_PLACE = frozenset({states.STARTED, states.COMPLETED})
_TO_TAKE_PLACE = frozenset({states.CONFIRMED, states.ON_THE_WAY, states.CHECKED_IN})


def object_to(*, access: Access, reason: str) -> Objection:
    """The caller's side objects; to an objection of the other side it adds its words. The same side again changes
    nothing. `reason` is up to 2,000 characters, for the other side and for operators.

    Raises InvalidInput, AlreadyObjected, MoveRefused before the start and after the end of it all, NotAllowed.
    """
    side = side_of(access)
    if side is None:
        raise NotAllowed
    text, actor = words(reason), access.principal.actor
    with transaction.atomic():
        booking = core.lock(access.booking.ref)
        core.refuse_while_cancelling(booking)
        found = booking.objections.filter(state=ObjectionState.OPEN).first()
        if found is None:
            found = open_by(booking, side=side, actor=actor)
        elif found.statements.filter(by=side).exists():
            return found
        else:
            core.change(
                booking,
                event="booking.objection_answered",
                actor=actor,
                objection=found.public_id,
                by=str(side),
            )
        ObjectionStatement.objects.create(objection=found, by=side, actor=actor, text=text)
        return found


def withdraw(*, access: Access) -> Objection:
    """The side that objected takes it back: the timers run anew from now. Of a business, whoever objected, and
    managers. Raises ObjectionEnded, NotAllowed."""
    side = side_of(access)
    if side is None:
        raise NotAllowed
    actor = access.principal.actor
    with transaction.atomic():
        booking = core.lock(access.booking.ref)
        found = booking.objections.filter(state=ObjectionState.OPEN).first()
        if found is None:
            raise ObjectionEnded
        if not _is_whose(found, access):
            raise NotAllowed
        end(found, ObjectionState.WITHDRAWN, actor=actor)
        core.change(
            booking,
            event="booking.objection_withdrawn",
            actor=actor,
            fields={"objection_open": False, "timers_from": clock.now()},
            objection=found.public_id,
            by=found.by,
        )
        return found


def lock_to_decide(principal: Principal, objection: str) -> tuple[Booking, Objection]:
    """The locked booking and the open objection (public id) about it, for an operator who is no party of either.

    In the caller's transaction. Raises NotSignedIn, NotFound for everybody else, OwnCause, ObjectionEnded.
    """
    operator = principal.require_user()
    if not principal.is_operator:
        raise NotFound
    ref = Booking.objects.filter(objections__public_id=objection).values_list("ref", flat=True).first()
    if ref is None:
        raise NotFound
    booking = core.lock(ref)
    refuse_if_party(
        operator=operator,
        provider=booking.outlet.provider,
        customers=[booking.customer.user_id] if booking.customer else [],
    )
    found = booking.objections.get(public_id=objection)
    if found.state != ObjectionState.OPEN:
        raise ObjectionEnded
    return booking, found


def decide(*, principal: Principal, objection: str, refund_amount: int, reason: str) -> Objection:
    """An operator decides about the objection (public id): `refund_amount` minor units of what is held go back, the
    rest is the provider's, and the visit is closed. `reason` is for both sides.

    Raises NotSignedIn, NotFound for everybody else, InvalidInput, ObjectionEnded when it was decided or withdrawn
    meanwhile, OwnCause, InvalidAmount, RefundTooMuch.
    """
    actor = principal.actor
    with transaction.atomic():
        booking, found = lock_to_decide(principal, objection)
        text = words(reason)
        refunded, released = payments.share_out(
            booking_ref=booking.ref,
            refund_amount=refund_amount,
            actor=actor,
            key=f"decided:{found.public_id}",
        )
        state = ObjectionState.REFUNDED if refunded else ObjectionState.RELEASED
        end(found, state, actor=actor, decision=text, refund_amount=refunded)
        core.change(
            booking,
            event="booking.objection_decided",
            actor=actor,
            fields={
                "objection_open": False,
                **({"payment_state": PaymentState.REFUNDED} if refunded else {}),
            },
            objection=found.public_id,
            refund=refunded,
            released=released,
        )
        if booking.status != states.COMPLETED:
            fields = {"completed_at": clock.now()}
            core.move(booking, action="complete", who="operator", actor=actor, fields=fields)
        core.move(booking, action="close", who="operator", actor=actor)
        return found


def side_of(access: Access) -> Side | None:
    """For whom the caller speaks: the customer, or the business (managers, and who serves the visit)."""
    if access.is_customer:
        return Side.CUSTOMER
    return Side.PROVIDER if access.may_mark() else None


def may_read(access: Access) -> bool:
    """Whether the caller reads what was said: both sides, and operators."""
    return side_of(access) is not None or access.principal.is_operator


def newest(booking: Booking) -> Objection | None:
    """The newest objection to `booking`, whose objections have been read."""
    return max(booking.objections.all(), key=lambda found: found.pk, default=None)


def offered(access: Access) -> list[str]:
    """Which of `object` and `withdraw_objection` the caller may do now; `object` is also to answer the other side."""
    side, booking = side_of(access), access.booking
    if side is None:
        return []
    found = newest(booking)
    if found and found.state == ObjectionState.OPEN:
        if any(said.by == side for said in found.statements.all()):
            return ["withdraw_objection"] if _is_whose(found, access) else []
        return ["object"]
    again = any(each.by == side for each in booking.objections.all())
    return ["object"] if is_open_to_objection(booking) and not again else []


def is_open_to_objection(booking: Booking) -> bool:
    """From the start, or once it is under way or done, until it is closed."""
    if booking.status in _TOOK_PLACE:
        return True
    return booking.status in _TO_TAKE_PLACE and booking.starts_at <= clock.now()


def open_by(
    booking: Booking,
    *,
    side: Side,
    actor: str,
    kind: ObjectionKind = ObjectionKind.VISIT,
    answer_by: datetime | None = None,
) -> Objection:
    """Open an objection of `side` to the locked booking. `answer_by`: of one that nobody came, until when the business
    may say otherwise. Raises AlreadyObjected, MoveRefused."""
    if booking.objections.filter(by=side).exists():
        raise AlreadyObjected
    if not is_open_to_objection(booking):
        raise MoveRefused(booking_status=booking.status, action="object")
    found = Objection.objects.create(booking=booking, by=side, kind=kind, answer_by=answer_by, actor=actor)
    core.change(
        booking,
        event="booking.objected",
        actor=actor,
        fields={"objection_open": True},
        objection=found.public_id,
        by=str(side),
        kind=str(kind),
    )
    return found


def end(found: Objection, state: ObjectionState, *, actor: str, **fields: object) -> None:
    changes = {"state": state, "ended_at": clock.now(), "ended_by": actor, **fields}
    for name, value in changes.items():
        setattr(found, name, value)
    found.save(update_fields=list(changes))


def _is_whose(found: Objection, access: Access) -> bool:
    if found.by != side_of(access):
        return False
    return access.is_customer or access.is_manager or found.actor == access.principal.actor


def words(text: str) -> str:
    """What somebody says, stripped: 1 to 2,000 characters. Raises InvalidInput."""
    text = text.strip()
    if not text or len(text) > TEXT_LENGTH:
        raise InvalidInput(errors=[{"field": "reason", "message": f"needs 1 to {TEXT_LENGTH} characters"}])
    return text
