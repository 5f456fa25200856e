"""What time does to bookings. Any number of workers may run these at once, and any may die at any point."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from django.db import transaction
from django.db.models import DateTimeField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.functions import Greatest

from bookings.enums import ObjectionKind, ObjectionState, PaymentState, Side
from bookings.models import Booking, BookingItem, GroupSession, Objection
from bookings.rules import states
from bookings.services import changes, core, not_come, requests, visits
from common import clock
from common.actors import SYSTEM
from payments import services as payments
from providers.enums import ProviderStatus

log = logging.getLogger(__name__)
T = TypeVar("T", Booking, str)

UNMARKED = timedelta(hours=24)
UNCONFIRMED = timedelta(hours=24)
BATCH = 200


def expire_holds(*, among: QuerySet[Booking] | None = None) -> int:
    """End the holds whose time is over by the database's clock; answers how many."""
    stale = (among if among is not None else Booking.objects.all()).filter(
        status=states.HELD, hold_expires_at__lte=clock.DatabaseNow()
    )
    with transaction.atomic():
        due = list(
            stale.select_for_update(of=("self",), skip_locked=True)
            .select_related("outlet")
            .order_by("pk")[:BATCH]
        )
        if due:
            # Ending a hold gives its seats back. Of many holds, all the sessions are locked first, in their order.
            in_them = BookingItem.objects.filter(booking__in=due, session__isnull=False)
            sessions = GroupSession.objects.filter(pk__in=in_them.values("session")).order_by("pk")
            list(sessions.select_for_update(no_key=True).values_list("pk", flat=True))
        return sum(_done(expire, booking) for booking in due)


def end_holds_of(provider_id: str) -> int:
    """End the open holds at a business (public id) that takes no bookings any more; answers how many."""
    held = Booking.objects.filter(status=states.HELD, outlet__provider__public_id=provider_id)
    closed = held.exclude(outlet__provider__status=ProviderStatus.APPROVED)
    done = 0
    for ref in closed.order_by("pk").values_list("ref", flat=True):
        with transaction.atomic():
            booking = core.lock(ref)
            if booking.status == states.HELD and not core.is_open(booking):
                done += _done(expire, booking)
    return done


def expire(booking: Booking) -> None:
    """End one locked hold."""
    # Should the rest still be paid, it goes back, too.
    payments.return_wallet_part(booking_ref=booking.ref, actor=SYSTEM)
    state = PaymentState.UNPAID if booking.payment_state == PaymentState.PENDING else booking.payment_state
    core.move(booking, action="expire", who="system", actor=SYSTEM, fields={"payment_state": state})


def complete_unmarked() -> int:
    """Complete the visits that nobody marked, 24 hours after their end; answers how many."""
    due = Booking.objects.filter(
        status__in=[states.CONFIRMED, states.CHECKED_IN, states.ON_THE_WAY, states.STARTED],
        ends_at__lte=clock.DatabaseNow() - UNMARKED,
        objection_open=False,
        cancel_asked_at__isnull=True,
    )
    return _each(due.filter(_runs_since(UNMARKED)), visits.complete_by_time)


def close_completed() -> int:
    """Close visits 24 hours after they were done, and never sooner than 24 hours after their booked end."""
    done = ExpressionWrapper(Greatest(F("completed_at"), F("ends_at")), output_field=DateTimeField())
    due = Booking.objects.filter(status=states.COMPLETED, objection_open=False).annotate(done=done)
    due = due.filter(_runs_since(UNCONFIRMED), done__lte=clock.DatabaseNow() - UNCONFIRMED)
    return _each(due, visits.close_by_time)


def _runs_since(time: timedelta) -> Q:
    """No objection was taken back within `time`: from then on the timers run anew."""
    return Q(timers_from__isnull=True) | Q(timers_from__lte=clock.DatabaseNow() - time)


def finish_cancellations() -> int:
    """Carry out the cancellations that nobody took back in time; answers how many."""
    due = Booking.objects.filter(cancel_asked_at__lte=clock.DatabaseNow() - changes.UNDO)
    return _each(due, changes.finish_cancel)


def decline_unanswered() -> int:
    """Decline the requests that nobody answered in time; answers how many."""
    due = Booking.objects.filter(
        status=states.REQUESTED, accept_by__lte=clock.DatabaseNow(), cancel_asked_at__isnull=True
    )
    return _each(due, requests.decline_overdue)


def count_missed() -> int:
    """What nobody of the business came to, as the customer says and it did not deny in time; answers how many."""
    silent = Objection.objects.filter(
        state=ObjectionState.OPEN, kind=ObjectionKind.NOT_COME, answer_by__lte=clock.DatabaseNow()
    ).exclude(statements__by=Side.PROVIDER)
    due = Booking.objects.filter(
        objection_open=True, status__in=not_come.UNMET, pk__in=silent.values("booking")
    )
    return _each(due, not_come.count_as_missed)


def _each(due: QuerySet[Booking], step: Callable[[str], None]) -> int:
    done = 0
    for ref in due.order_by("pk").values_list("ref", flat=True)[:BATCH]:
        with transaction.atomic():
            # Looked at again under its lock: it may have been moved, or another worker was faster.
            if due.select_for_update(of=("self",), skip_locked=True).filter(ref=ref).first():
                done += _done(step, ref)
    return done


def _done(step: Callable[[T], None], booking: T) -> bool:
    """Take one booking a step further, in a savepoint: one that fails is logged, and keeps no other waiting."""
    try:
        with transaction.atomic():
            step(booking)
    except Exception:
        log.exception("booking %s could not be brought forward", booking)
        return False
    return True
