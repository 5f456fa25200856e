"""Nobody came, or the shop was shut: the customer says so, the business has a day to say otherwise, and else it has
broken its word: everything goes back, and what its terms promise besides.

It is an objection like any other (objections.py): nothing of the visit moves meanwhile. docs/states.md has the rules.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.principals import Principal
from bookings.enums import ObjectionKind, ObjectionState, PaymentState, Side
from bookings.errors import MoveRefused, ObjectionEnded, TooEarly
from bookings.models import Booking, Objection, ObjectionStatement
from bookings.rules import states
from bookings.rules.missed import answer_due, may_be_said_from
from bookings.rules.states import Who
from bookings.selectors.access import Access
from bookings.services import core, objections, settling
from common import clock
from common.actors import SYSTEM
from common.errors import NotAllowed
from payments.rules.policy import Action, ActorKind

# Nobody of the business has marked that they met the customer.
UNMET = frozenset({states.CONFIRMED, states.ON_THE_WAY})
# As long as the service has not begun, operators may find that nobody came to it.
_TO_FIND = UNMET | {states.CHECKED_IN}


@dataclass(frozen=True, slots=True)
class Consequence:
    """What the customer gets if it counts, in minor units of `currency`: back online, let go on the card, back at the
    shop, and into the wallet besides."""

    refund: int
    let_go: int
    at_shop: int
    compensation: int
    currency: str


def say(*, access: Access, text: str) -> Objection:
    """The customer says that nobody came or was there; `text` is up to 2,000 characters, for the business and for
    operators. Said again it changes nothing.

    Raises NotAllowed, InvalidInput, TooEarly(earliest), MoveRefused once the visit was marked as under way or has
    ended, AlreadyObjected, CancelPending, ObjectionOpen (another objection waits).
    """
    if not access.is_customer:
        raise NotAllowed
    words, actor = objections.words(text), access.principal.actor
    with transaction.atomic():
        booking = core.lock(access.booking.ref)
        core.refuse_while_cancelling(booking)
        found = booking.objections.filter(state=ObjectionState.OPEN).first()
        if found is not None and found.kind == ObjectionKind.NOT_COME:
            return found
        core.refuse_while_objected(booking)
        if booking.status not in UNMET or booking.is_course:
            raise MoveRefused(booking_status=booking.status, action="not_come")
        earliest = _from(booking)
        if clock.now() < earliest:
            raise TooEarly(earliest=clock.rfc3339(earliest))
        found = objections.open_by(
            booking,
            side=Side.CUSTOMER,
            actor=actor,
            kind=ObjectionKind.NOT_COME,
            answer_by=answer_due(clock.now()),
        )
        ObjectionStatement.objects.create(objection=found, by=Side.CUSTOMER, actor=actor, text=words)
        return found


def concede(*, access: Access) -> Objection:
    """The business says that it is so: it counts at once. Managers. Raises NotAllowed, ObjectionEnded, MoveRefused."""
    if not access.is_manager:
        raise NotAllowed
    with transaction.atomic():
        booking = core.lock(access.booking.ref)
        found = _open(booking)
        if found is None:
            raise ObjectionEnded
        _missed(booking, found, who="staff", actor=access.principal.actor)
        return found


def decide(*, principal: Principal, objection: str, reason: str) -> Objection:
    """An operator finds that nobody came (`objection` is its public id); `reason` is for both sides.

    Raises NotSignedIn, NotFound for everybody else, InvalidInput, ObjectionEnded, OwnCause, and MoveRefused once the
    service has begun: then it is decided by amount (`objections.decide`).
    """
    with transaction.atomic():
        booking, found = objections.lock_to_decide(principal, objection)
        words = objections.words(reason)
        if found.kind != ObjectionKind.NOT_COME:
            raise ObjectionEnded
        _missed(booking, found, who="operator", actor=principal.actor, decision=words)
        return found


def count_as_missed(ref: str) -> None:
    """The business's day to answer is over, and it said nothing. Raises MoveRefused when the visit was marked as under
    way meanwhile: that is an answer, too."""
    with transaction.atomic():
        booking = core.lock(ref)
        found = _open(booking)
        if found is None or found.answer_by is None or clock.now() < found.answer_by or is_answered(found):
            return
        _missed(booking, found, who="system", actor=SYSTEM)


def consequence(booking: Booking) -> Consequence:
    """What it would mean for the customer now. Two queries or three."""
    result = settling.outcome_of(booking, Action.CANCEL, ActorKind.PROVIDER)
    on_card = booking.payment_state == PaymentState.ON_CARD
    return Consequence(
        refund=0 if on_card else result.refund,
        let_go=result.refund if on_card else 0,
        at_shop=result.at_shop,
        compensation=result.compensation,
        currency=booking.currency,
    )


def may_say(access: Access) -> bool:
    """Whether the caller may say now that nobody came."""
    booking = access.booking
    return (
        access.is_customer
        and booking.status in UNMET
        and not booking.is_course
        and not booking.objection_open
        and booking.cancel_asked_at is None
        and not any(each.by == Side.CUSTOMER for each in booking.objections.all())
        and _from(booking) <= clock.now()
    )


def may_concede(access: Access) -> bool:
    """Whether the caller may say for the business that it is so."""
    found = objections.newest(access.booking)
    return (
        access.is_manager
        and found is not None
        and found.state == ObjectionState.OPEN
        and found.kind == ObjectionKind.NOT_COME
        and access.booking.status in _TO_FIND
    )


def may_find(objection: Objection) -> bool:
    """Whether operators may still find that nobody came: the service has not begun."""
    return objection.kind == ObjectionKind.NOT_COME and objection.booking.status in _TO_FIND


def is_answered(found: Objection) -> bool:
    """Whether the business has said its words. One query."""
    return found.statements.filter(by=Side.PROVIDER).exists()


def _from(booking: Booking) -> datetime:
    return may_be_said_from(starts_at=booking.starts_at, grace_min=booking.terms.no_show_grace_min)


def _open(booking: Booking) -> Objection | None:
    return booking.objections.filter(state=ObjectionState.OPEN, kind=ObjectionKind.NOT_COME).first()


def _missed(booking: Booking, found: Objection, *, who: Who, actor: str, decision: str = "") -> None:
    """Everything goes back, with what the terms promise besides, and the visit is given up at the business's cost."""
    core.require_move(booking, action="cancel", who=who)
    settled = settling.settle(
        booking, action="cancel", actor_kind=ActorKind.PROVIDER, actor=actor, reason="not_come"
    )
    objections.end(
        found, ObjectionState.MISSED, actor=actor, decision=decision, refund_amount=settled["refund"]
    )
    core.change(
        booking,
        event="booking.objection_decided",
        actor=actor,
        fields={"objection_open": False},
        objection=found.public_id,
        refund=settled["refund"],
        released=0,
        let_go=settled["let_go"],
        compensation=settled["compensation"],
        missed=True,
        by=who,
    )
    core.move(
        booking,
        action="cancel",
        who=who,
        actor=actor,
        fields={"fee_amount": booking.fee_amount + settled["fee"], "cancelled_by": "staff"},
        **settled,
        by="staff",
        not_come=True,
    )
