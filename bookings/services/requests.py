"""Bookings that the provider has to accept first: asked, accepted, declined, or left unanswered."""

from typing import Any

from django.db import transaction

from bookings.errors import AnswerOverdue
from bookings.models import Booking
from bookings.rules.states import Who
from bookings.selectors.access import Access
from bookings.services import changes, core, settling
from common import clock
from common.actors import SYSTEM
from common.errors import NotAllowed

REASON_LENGTH = 500


def confirm_or_ask(
    booking: Booking,
    *,
    who: Who,
    actor: str,
    fields: dict[str, Any],
    retake: bool = False,
    **payload: Any,
) -> None:
    """What follows when the locked `booking` is paid, or promised to be paid at the counter.

    Confirmed; or requested, when the provider has to accept it first and does not itself book. `retake`: its hold
    had ended, and its time was taken again. `fields` are further columns to set, `payload` further members of the
    event. Raises MoveRefused.
    """
    if retake:
        fields = {**fields, "ended_at": None}
    if booking.acceptance_hours is not None and who != "staff":
        due = changes.answer_by(booking)
        core.move(
            booking,
            action="request",
            who=who,
            actor=actor,
            fields={**fields, "accept_by": due},
            accept_by=clock.rfc3339(due),
            **payload,
        )
        return
    action = "retake" if retake else "confirm"
    fields = {**fields, "confirmed_at": clock.now()}
    core.move(booking, action=action, who=who, actor=actor, fields=fields, **payload)


def accept(*, access: Access) -> Booking:
    """The provider says yes: confirmed. Raises AnswerOverdue, MoveRefused, NotAllowed, ProviderClosed."""
    who = _who(access, "accept")
    with transaction.atomic():
        booking = core.lock(access.booking.ref)
        core.require_move(booking, action="accept", who=who)
        core.require_open(booking)
        if not Booking.objects.filter(pk=booking.pk, accept_by__gt=clock.DatabaseNow()).exists():
            raise AnswerOverdue
        core.move(
            booking,
            action="accept",
            who=who,
            actor=access.principal.actor,
            fields={"confirmed_at": clock.now()},
            accepted=True,
        )
        return booking


def decline(*, access: Access, reason: str = "") -> Booking:
    """The provider says no: everything goes back and the time is free. `reason` (up to 500 characters) is for
    the customer. Raises MoveRefused, NotAllowed."""
    who = _who(access, "decline")
    with transaction.atomic():
        booking = core.lock(access.booking.ref)
        _decline(booking, who=who, actor=access.principal.actor, reason=reason.strip()[:REASON_LENGTH])
        return booking


def decline_overdue(ref: str) -> None:
    """Nobody answered in time. Raises MoveRefused when somebody just did."""
    with transaction.atomic():
        _decline(core.lock(ref), who="system", actor=SYSTEM)


def _decline(booking: Booking, *, who: Who, actor: str, reason: str = "") -> None:
    core.require_move(booking, action="decline", who=who)
    settled = settling.settle(booking, action="cancel", actor_kind="provider", actor=actor, reason="declined")
    core.move(
        booking,
        action="decline",
        who=who,
        actor=actor,
        fields={"decline_reason": reason, "cancelled_by": who},
        refund=settled["refund"],
        by=who,
    )


def _who(access: Access, action: str) -> Who:
    who = access.who(action)
    if who is None:
        raise NotAllowed
    return who
