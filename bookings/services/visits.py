"""The day of the visit: check in, on the way, start, complete, close, no-show.

Each mark has its time (`bookings/rules/marks.py`): before it, it is refused as TooEarly.
"""

import hmac

from django.db import transaction

from bookings.enums import PaymentState
from bookings.errors import CodeLocked, WrongCode
from bookings.models import Booking
from bookings.rules.states import Who
from bookings.selectors.access import Access
from bookings.services import core, settling
from common import clock
from common.actors import SYSTEM
from common.errors import NotAllowed
from payments import services as payments

CODE_TRIES = 5


def check_in(*, access: Access, code: str | None) -> Booking:
    """The customer is there: staff type the code that only the customer sees; a manager may go without one, and
    anybody where the customer has said that they are there (`arrival.arrive`).

    Raises WrongCode (five of them lock the code), CodeLocked, TooEarly, MoveRefused, NotAllowed.
    """
    who = _who(access, "check_in")
    if code is None and not access.is_manager and access.booking.arrived_at is None:
        raise WrongCode
    with transaction.atomic():
        booking = core.lock(access.booking.ref)
        if code is None and not access.is_manager and booking.arrived_at is None:
            raise WrongCode  # moved to another time meanwhile
        core.require_move(booking, action="check_in", who=who)
        core.require_due(booking, action="check_in")
        if code is not None and booking.check_in_tries >= CODE_TRIES and not access.is_manager:
            raise CodeLocked
        right = code is None or hmac.compare_digest(code.strip().encode(), booking.check_in_code.encode())
        if right:
            core.move(
                booking,
                action="check_in",
                who=who,
                actor=access.principal.actor,
                fields={"check_in_tries": 0},
                by_code=code is not None,
            )
        else:
            # Under the lock, so that of many guesses at once no more than five are looked at.
            booking.check_in_tries = min(booking.check_in_tries + 1, CODE_TRIES)
            booking.save(update_fields=["check_in_tries"])
    if not right:
        raise WrongCode
    return booking


def on_the_way(*, access: Access) -> Booking:
    """Staff set out for a home visit. Raises TooEarly, MoveRefused, NotAllowed."""
    return _mark(access, "on_the_way")


def start(*, access: Access) -> Booking:
    """The service begins. Raises TooEarly, MoveRefused, NotAllowed."""
    return _mark(access, "start")


def complete(*, access: Access) -> Booking:
    """The service is done; a visit to be paid at the counter has been paid there, if that was not noted before
    (`till.take_payment`). Raises TooEarly, MoveRefused, NotAllowed."""
    who = _who(access, "complete")
    with transaction.atomic():
        booking = core.lock(access.booking.ref)
        core.require_move(booking, action="complete", who=who)
        core.require_due(booking, action="complete")
        fields: dict[str, object] = {"completed_at": clock.now()}
        if booking.payment_state == PaymentState.COUNTER:
            payments.record_counter_payment(
                booking_ref=booking.ref,
                provider_id=booking.outlet.provider.public_id,
                amount=booking.due_at_counter,
                currency=booking.currency,
                actor=access.principal.actor,
                reason="completed",
            )
            fields["payment_state"] = PaymentState.PAID
        core.move(booking, action="complete", who=who, actor=access.principal.actor, fields=fields)
        return booking


def close(*, access: Access) -> Booking:
    """The customer says that it was good: escrow becomes the provider's. Raises MoveRefused, NotAllowed."""
    who = _who(access, "close")
    with transaction.atomic():
        booking = core.lock(access.booking.ref)
        _close(booking, who=who, actor=access.principal.actor)
        return booking


def close_by_time(ref: str) -> None:
    """24 hours have passed since the visit was done. Raises MoveRefused when it is no longer `completed`."""
    with transaction.atomic():
        _close(core.lock(ref), who="system", actor=SYSTEM)


def complete_by_time(ref: str) -> None:
    """24 hours have passed since the end of a visit that nobody marked. Raises MoveRefused."""
    with transaction.atomic():
        booking = core.lock(ref)
        core.refuse_while_objected(booking)
        core.move(
            booking, action="complete", who="system", actor=SYSTEM, fields={"completed_at": clock.now()}
        )


def no_show(*, access: Access) -> Booking:
    """The customer did not come: the policy's share is kept, the rest goes back. Of one who said that they are there
    only managers say so.

    Raises TooEarly until the policy's minutes after the start are over, MoveRefused, NotAllowed.
    """
    who = _who(access, "no_show")
    with transaction.atomic():
        booking = core.lock(access.booking.ref)
        if booking.arrived_at is not None and not access.is_manager:
            raise NotAllowed
        core.require_move(booking, action="no_show", who=who)
        core.refuse_while_objected(booking)
        core.require_due(booking, action="no_show")
        settled = settling.settle(
            booking, action="no_show", actor_kind="customer", actor=access.principal.actor
        )
        core.move(
            booking,
            action="no_show",
            who=who,
            actor=access.principal.actor,
            fields={"fee_amount": booking.fee_amount + settled["fee"]},
            **settled,
        )
        return booking


def _close(booking: Booking, *, who: Who, actor: str) -> None:
    core.require_move(booking, action="close", who=who)
    core.refuse_while_objected(booking)
    core.move(booking, action="close", who=who, actor=actor)
    payments.release_escrow(booking_ref=booking.ref, actor=actor)


def _mark(access: Access, action: str) -> Booking:
    who = _who(access, action)
    with transaction.atomic():
        booking = core.lock(access.booking.ref)
        core.require_move(booking, action=action, who=who)
        core.require_due(booking, action=action)
        core.move(booking, action=action, who=who, actor=access.principal.actor)
        return booking


def _who(access: Access, action: str) -> Who:
    who = access.who(action)
    if who is None:
        raise NotAllowed
    return who
