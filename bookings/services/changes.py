"""Cancelling and moving: previewed in exact amounts, then done only if they still hold."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from bookings.enums import PaymentState
from bookings.errors import (
    CancelDone,
    CourseStays,
    HoldDoesNotReach,
    MoveRefused,
    NoWallet,
    PolicyChanged,
)
from bookings.models import Booking
from bookings.rules import states
from bookings.rules.acceptance import answer_due
from bookings.rules.states import Who
from bookings.selectors.access import Access
from bookings.selectors.plans import plan_of
from bookings.services import core, reserve, seat_holds
from bookings.services.settling import account_of, outcome_of, settle
from common import clock
from common.again import run_again
from common.errors import NotAllowed
from payments import services as payments
from payments.rules.policy import HOLD_AHEAD, HOLD_LASTS, Action, ActorKind, Outcome
from payments.selectors import hold_of

# How long a cancellation on a page may be taken back.
UNDO = timedelta(seconds=10)
_NOT_ASKED = {
    "cancel_asked_at": None,
    "cancel_asked_by": "",
    "cancel_asked_as": "",
    "cancel_to_wallet": False,
}


@dataclass(frozen=True, slots=True)
class Preview:
    """What an action would give back and keep, in minor units; `version` must come along when it is done.

    `at_shop` is what the shop took at the counter and hands back there, beside the `refund`; `let_go` was only held on
    the card, and is free again; `compensation` is what the provider gives the customer besides, for it is late.
    """

    refund: int
    fee: int
    currency: str
    version: str
    at_shop: int = 0
    let_go: int = 0
    compensation: int = 0


def preview(*, access: Access, action: str, start: datetime | None = None) -> Preview:
    """What `cancel` or `reschedule` would mean now, for this caller. For a move, `start` is checked to be free.

    Raises MoveRefused, NotAllowed, SlotTaken, SlotNotOffered, ProviderClosed, CourseStays.
    """
    booking = access.booking
    if action == "reschedule":
        require_movable(access, booking)
        refuse_beyond_hold(booking, outcome_of(booking, Action.RESCHEDULE, _actor_kind(access)), start)
        if start is not None:
            with _others(booking, start, staff=None):
                if booking.seats:
                    seat_holds.check_free(booking, start=start, by_staff=access.is_staff)
                else:
                    reserve.check_free(booking, start=start, staff_booking=access.is_staff)
    else:
        who = access.who("cancel")
        if who is None:
            raise NotAllowed
        _may_cancel(booking, who)
    result = outcome_of(booking, Action(action), _actor_kind(access))
    on_card = booking.payment_state == PaymentState.ON_CARD
    return Preview(
        refund=0 if on_card else result.refund,
        let_go=result.refund if on_card else 0,
        fee=result.fee + result.kept_at_shop,
        currency=booking.currency,
        version=_version(booking, result),
        at_shop=result.at_shop,
        compensation=result.compensation,
    )


def cancel(*, access: Access, version: str, to_wallet: bool = False) -> Booking:
    """Cancel: the policy's share is kept, the rest goes back. The provider cancels at no cost to the customer.

    `version` is the preview's. `to_wallet`: what goes back goes into the customer's wallet, at once; for customers with
    an account. Raises PolicyChanged when the booking or the amounts are no longer those, MoveRefused, NotAllowed,
    NoWallet.
    """
    who = access.who("cancel")
    if who is None:
        raise NotAllowed
    actor = access.principal.actor
    with transaction.atomic():
        booking = core.lock(access.booking.ref)
        kind = _agreed(booking, access, who, version)
        _give_up(booking, who=who, actor_kind=kind, actor=actor, wallet=_wallet(booking, access, to_wallet))
        return booking


def may_choose_wallet(access: Access) -> bool:
    """Whether what comes back may go into the caller's wallet: the customer's own, by their account."""
    user = access.principal.user
    return access.is_customer and user is not None and user == account_of(access.booking)


def _wallet(booking: Booking, access: Access, to_wallet: bool) -> str:
    """Whose wallet (a user's public id) what comes back goes into; "" for the way it came. Raises NoWallet."""
    if not to_wallet:
        return ""
    if not may_choose_wallet(access):
        raise NoWallet
    user = account_of(booking)
    return user.public_id if user else ""


def _agreed(booking: Booking, access: Access, who: Who, version: str) -> ActorKind:
    """For whom the caller cancels the locked booking, by the amounts they saw. Raises PolicyChanged, MoveRefused."""
    _may_cancel(booking, who)
    kind = _actor_kind(access)
    if version != _version(booking, outcome_of(booking, Action.CANCEL, kind)):
        raise PolicyChanged
    return kind


def ask_to_cancel(*, access: Access, version: str, to_wallet: bool = False) -> Booking:
    """Cancel as `cancel` does, but so that it can be taken back for UNDO: until then everything stays as it is, and
    the worker carries it out. This instant decides what it costs. A hold ends at once. Asked again: nothing more.

    Raises PolicyChanged, MoveRefused, NotAllowed, ObjectionOpen, NoWallet.
    """
    who = access.who("cancel")
    if who is None:
        raise NotAllowed
    actor = access.principal.actor
    with transaction.atomic():
        booking = core.lock(access.booking.ref)
        if booking.cancel_asked_at is not None:
            return booking
        kind = _agreed(booking, access, who, version)
        wallet = _wallet(booking, access, to_wallet)
        if booking.status == states.HELD:
            _give_up(booking, who=who, actor_kind=kind, actor=actor)
            return booking
        core.change(
            booking,
            event="booking.cancel_asked",
            actor=actor,
            fields={
                "cancel_asked_at": clock.now(),
                "cancel_asked_by": actor,
                "cancel_asked_as": who,
                "cancel_to_wallet": bool(wallet),
            },
            by=who,
        )
        return booking


def take_back_cancel(*, access: Access) -> Booking:
    """Whoever asked to cancel (their side) wants it after all: it stays. Asked again: nothing more.

    Raises CancelDone when it was carried out, NotAllowed.
    """
    who = access.who("cancel")
    if who is None:
        raise NotAllowed
    with transaction.atomic():
        booking = core.lock(access.booking.ref)
        if booking.status == states.CANCELLED:
            raise CancelDone
        if booking.cancel_asked_at is None:
            return booking
        if who != booking.cancel_asked_as:
            raise NotAllowed
        core.change(
            booking,
            event="booking.cancel_taken_back",
            actor=access.principal.actor,
            fields=dict(_NOT_ASKED),
            by=who,
        )
        return booking


def finish_cancel(ref: str) -> None:
    """Carry out a cancellation whose time to be taken back is over, by the terms of the instant it was asked."""
    with transaction.atomic():
        booking = core.lock(ref)
        if booking.cancel_asked_at is None:
            return
        who: Who = "customer" if booking.cancel_asked_as == "customer" else "staff"
        kind = ActorKind.CUSTOMER if who == "customer" else ActorKind.PROVIDER
        core.refuse_while_objected(booking)
        user = account_of(booking) if booking.cancel_to_wallet else None
        _give_up(
            booking,
            who=who,
            actor_kind=kind,
            actor=booking.cancel_asked_by,
            wallet=user.public_id if user else "",
        )


def cancel_with_its_session(booking: Booking, *, actor: str, **about: Any) -> None:
    """The provider gives up what the locked `booking` is about, at no cost to the customer; the event says `about`,
    too. In the caller's transaction. Raises MoveRefused, ObjectionOpen."""
    _may_cancel(booking, "staff")
    _give_up(booking, who="staff", actor_kind=ActorKind.PROVIDER, actor=actor, **about)


def _give_up(
    booking: Booking, *, who: Who, actor_kind: ActorKind, actor: str, wallet: str = "", **about: Any
) -> None:
    settled = settle(booking, action="cancel", actor_kind=actor_kind, actor=actor, wallet=wallet)
    core.move(
        booking,
        action="cancel",
        who=who,
        actor=actor,
        fields={"fee_amount": booking.fee_amount + settled["fee"], "cancelled_by": who, **_NOT_ASKED},
        **settled,
        by=who,
        **({"wallet": True} if wallet and settled["refund"] else {}),
        **about,
    )


@run_again
def reschedule(
    *,
    access: Access,
    start: datetime,
    staff: str | None,
    version: str,
    instead_of: str | None = None,
    alternatives: bool = True,
) -> Booking:
    """Move the visit to `start` (aware), with the same people or `staff` (public id); of several, `staff` comes in for
    `instead_of` (public id) if given, and the others stay.

    Late, the policy's share of what was paid can no longer come back. A refusal leaves everything as it was. It says
    what is free instead, unless not `alternatives`: in the transaction of a caller who moves several.
    Seats go to another session of the service; a course stays. Raises PolicyChanged, MoveRefused, NotAllowed,
    SlotTaken, SlotNotOffered, StaffNotAble, ProviderClosed, CourseStays, HoldDoesNotReach.
    """
    actor = access.principal.actor
    _require_giver(access, staff)
    others = (
        _others(access.booking, start, staff=staff, instead_of=instead_of) if alternatives else nullcontext()
    )
    with others, transaction.atomic():
        booking = core.lock(access.booking.ref)
        require_movable(access, booking)
        result = outcome_of(booking, Action.RESCHEDULE, _actor_kind(access))
        if version != _version(booking, result):
            raise PolicyChanged
        refuse_beyond_hold(booking, result, start)
        before = {
            "starts_at": clock.rfc3339(booking.starts_at),
            "ends_at": clock.rfc3339(booking.ends_at),
        }
        if booking.seats:
            seat_holds.move(booking, start=start, staff=staff, by_staff=access.is_staff)
        else:
            reserve.take_again(
                booking, start=start, staff=staff, instead_of=instead_of, staff_booking=access.is_staff
            )
        if result.fee:
            payments.keep_fee(
                booking_ref=booking.ref,
                amount=result.fee,
                key=f"moved:{booking.ref}:{booking.version}",
                actor=actor,
            )
        core.change(
            booking,
            event="booking.rescheduled",
            actor=actor,
            fields={
                "version": booking.version + 1,
                "fee_amount": booking.fee_amount + result.fee,
                "reminded_at": None,
                "arrived_at": None,
                # Another time is another question to the provider.
                **({"accept_by": answer_by(booking)} if booking.status == states.REQUESTED else {}),
            },
            previous=before,
            fee=result.fee,
        )
        return booking


def would_take(
    *, access: Access, start: datetime, staff: str | None, instead_of: str | None = None
) -> reserve.Taken:
    """Who and what `reschedule` would take now, of a visit of one's own. Nothing is locked or changed.

    Raises as that does, but for PolicyChanged.
    """
    booking = access.booking
    _require_giver(access, staff)
    require_movable(access, booking)
    if booking.seats:
        raise MoveRefused(booking_status=booking.status, action="reschedule")
    refuse_beyond_hold(booking, outcome_of(booking, Action.RESCHEDULE, _actor_kind(access)), start)
    with _others(booking, start, staff=staff, instead_of=instead_of):
        return reserve.check_free(
            booking, start=start, staff_booking=access.is_staff, staff=staff, instead_of=instead_of
        )


def _require_giver(access: Access, staff: str | None) -> None:
    """Giving a visit to a colleague (public id) is a manager's, or the customer's wish. Raises NotAllowed."""
    is_theirs = all(
        staff in {person.public_id for person in item.people} for item in access.booking.items.all()
    )
    if staff is not None and not (is_theirs or access.is_customer or access.is_manager):
        raise NotAllowed


def refuse_beyond_hold(booking: Booking, result: Outcome, start: datetime | None) -> None:
    """What is held on a card can be taken once, and not for ever: raises HoldDoesNotReach for a move that costs, or to
    a time that it does not cover."""
    held = hold_of(booking.ref)
    if held is None or held.authorised_until is None or held.authorised_at is None:
        return
    last = held.authorised_until - (HOLD_LASTS - HOLD_AHEAD)
    too_far = start is not None and start + (booking.ends_at - booking.starts_at) > last
    if result.fee or too_far:
        raise HoldDoesNotReach(until=clock.rfc3339(last))


def _others(
    booking: Booking, start: datetime, *, staff: str | None, instead_of: str | None = None
) -> AbstractContextManager[None]:
    """Around a transaction that moves the booking: a SlotTaken that leaves it carries what is free instead."""
    if booking.seats:
        return seat_holds.offering_others(seat_holds.offering_of(booking), start, wanted=booking.seats)
    plan = plan_of(booking, staff=staff, instead_of=instead_of)
    return reserve.offering_alternatives(plan, start, besides_booking=booking.pk)


def answer_by(booking: Booking) -> datetime:
    """Until when the provider of a visit that it has to accept would answer, were it asked now."""
    assert booking.acceptance_hours is not None
    return answer_due(asked_at=clock.now(), starts_at=booking.starts_at, hours=booking.acceptance_hours)


def require_movable(access: Access, booking: Booking) -> None:
    """Raises NotAllowed, ProviderClosed, ObjectionOpen, CancelPending, CourseStays, MoveRefused."""
    if not access.may_move():
        raise NotAllowed
    core.require_open(booking)
    core.refuse_while_objected(booking)
    core.refuse_while_cancelling(booking)
    if booking.status in states.MOVABLE and booking.is_course:
        raise CourseStays
    if not is_movable(booking, by_customer=access.is_customer):
        raise MoveRefused(booking_status=booking.status, action="reschedule")


def is_movable(booking: Booking, *, by_customer: bool) -> bool:
    """Whether it can go to another time: the customer's until it is over, a request only the customer's, a course
    never."""
    if booking.status not in states.MOVABLE or booking.is_course:
        return False
    return not is_over(booking) if by_customer else booking.status != states.REQUESTED


def _may_cancel(booking: Booking, who: Who) -> None:
    core.require_move(booking, action="cancel", who=who)
    core.refuse_while_objected(booking)
    if who == "customer" and is_over(booking) and booking.cancel_asked_at is None:
        raise MoveRefused(booking_status=booking.status, action="cancel")


def is_over(booking: Booking) -> bool:
    """The visit may have taken place, and nobody marked it: its money is no longer the customer's to take back."""
    return booking.status != states.HELD and booking.ends_at <= clock.now()


def _actor_kind(access: Access) -> ActorKind:
    return ActorKind.CUSTOMER if access.is_customer else ActorKind.PROVIDER


def _version(booking: Booking, result: Outcome) -> str:
    """Names the booking's state and the amounts: it is stale when either has changed."""
    amounts = [result.refund, result.fee, result.at_shop, result.kept_at_shop]
    if result.compensation:
        amounts.append(result.compensation)
    return f"{booking.version}.{booking.status}.{'.'.join(map(str, amounts))}"
