"""What every change of a booking has in common: the lock, the table, the event and the audit row."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from bookings.enums import PriceChangeState
from bookings.errors import CancelPending, MoveRefused, ObjectionOpen, ProviderClosed, TooEarly
from bookings.models import Allocation, Booking, GroupSession
from bookings.rules import states
from bookings.rules.marks import marked_from
from bookings.rules.states import Move, Who
from common import audit, clock
from common.actors import SYSTEM
from common.errors import NotFound
from common.events import publish
from providers.enums import ProviderStatus

ENDED = frozenset({states.CLOSED, states.CANCELLED, states.EXPIRED, states.NO_SHOW, states.DECLINED})


def lock(ref: str) -> Booking:
    """The booking's row, locked until the transaction ends. Raises NotFound. See docs/locking.md for the order."""
    try:
        return Booking.objects.select_for_update(of=("self",)).select_related("outlet__provider").get(ref=ref)
    except Booking.DoesNotExist:
        raise NotFound from None


def is_open(booking: Booking) -> bool:
    """Whether its business may be booked: approved, and not suspended."""
    return booking.outlet.provider.status == ProviderStatus.APPROVED


def require_open(booking: Booking) -> None:
    """Raises ProviderClosed when nothing more can be held, paid or moved at its business."""
    if not is_open(booking):
        raise ProviderClosed


def refuse_while_objected(booking: Booking) -> None:
    """Raises ObjectionOpen: what moves the money of the locked `booking` waits until the objection has ended."""
    if booking.objection_open:
        raise ObjectionOpen


def refuse_while_cancelling(booking: Booking) -> None:
    """Raises CancelPending while the locked `booking` was given up and that may still be taken back."""
    if booking.cancel_asked_at is not None:
        raise CancelPending


def may_be_marked_from(booking: Booking, action: str) -> datetime | None:
    """From when on the visit (with its outlet) may be marked by `action`; None when the action has no such time."""
    return marked_from(
        action,
        starts_at=booking.starts_at,
        zone=booking.outlet.zone,
        grace_min=booking.terms.no_show_grace_min,
    )


def require_due(booking: Booking, *, action: str) -> None:
    """Raises TooEarly(earliest) while the time of a mark has not come."""
    earliest = may_be_marked_from(booking, action)
    if earliest is not None and clock.now() < earliest:
        raise TooEarly(earliest=clock.rfc3339(earliest))


def require_move(booking: Booking, *, action: str, who: Who) -> Move:
    """The state table's row for `action` by `who` from where the booking is. Raises MoveRefused, CancelPending."""
    if action != "cancel":
        refuse_while_cancelling(booking)
    row = states.find_move(action=action, source=booking.status, who=who, place=booking.place)
    if row is None:
        raise MoveRefused(booking_status=booking.status, action=action)
    return row


def move(
    booking: Booking,
    *,
    action: str,
    who: Who,
    actor: str,
    fields: dict[str, Any] | None = None,
    **payload: Any,
) -> None:
    """Take the locked `booking` along the state table by `action`, with its event and audit row.

    `fields` are further columns to set, `payload` further members of the event. Raises MoveRefused when the
    table has no such row.
    """
    row = require_move(booking, action=action, who=who)
    changes: dict[str, Any] = {"status": row.target, **(fields or {})}
    if row.target in ENDED:
        changes.setdefault("ended_at", clock.now())
    if booking.status == states.HELD:
        changes["held_from"] = ""
    change(booking, event=row.event, actor=actor, fields=changes, **payload)
    if row.target in ENDED | {states.COMPLETED}:
        _end_what_was_open(booking)
    if row.target not in states.LIVE:
        free(booking)


def _end_what_was_open(booking: Booking) -> None:
    """A price that nobody approved while the visit lasted does not count."""
    booking.price_changes.filter(state=PriceChangeState.OPEN).update(
        state=PriceChangeState.EXPIRED, ended_at=clock.now(), ended_as="system", ended_by=SYSTEM
    )


def change(
    booking: Booking, *, event: str, actor: str, fields: dict[str, Any] | None = None, **payload: Any
) -> None:
    """Write `fields` of the locked `booking` and the event that says so, in the open transaction."""
    assert transaction.get_connection().in_atomic_block
    fields = {**(fields or {}), "last_seq": booking.last_seq + 1}
    for name, value in fields.items():
        setattr(booking, name, value)
    booking.save(update_fields=list(fields))
    publish(
        subject_type="booking",
        subject_id=booking.ref,
        seq=booking.last_seq,
        type=event,
        actor=actor,
        outlet_id=booking.outlet.public_id,
        payload={
            "status": str(booking.status),
            "starts_at": clock.rfc3339(booking.starts_at),
            "ends_at": clock.rfc3339(booking.ends_at),
            **payload,
        },
    )
    audit.record(actor=actor, action=event, object_type="booking", object_id=booking.ref, **payload)


def free(booking: Booking) -> None:
    """Give back everything that the locked booking takes: time, and seats in group sessions.

    Seats are counted, so this is called once for what was taken once. Sessions are locked in pk order.
    """
    Allocation.objects.filter(item__booking=booking, live=True).update(live=False)
    taken = booking.items.filter(session__isnull=False).order_by("session")
    for session_pk, seats in taken.values_list("session", "seats"):
        GroupSession.objects.filter(pk=session_pk).update(seats_taken=F("seats_taken") - seats)
