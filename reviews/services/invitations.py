"""Asking customers, once and a little after the visit was closed, what it was like."""

import logging
from datetime import timedelta

from django.db import transaction

from bookings.models import Booking
from bookings.services import core
from common import clock
from common.actors import SYSTEM
from common.events import publish
from reviews import events
from reviews.models import Review, ReviewInvitation
from reviews.rules import words
from reviews.services.writing import REVIEWED

log = logging.getLogger(__name__)

# Whoever says "it was good" has the stars before them right then.
AFTER = timedelta(hours=3)
BATCH = 200


def plan(*, booking_ref: str) -> None:
    """Note that the customer of a closed visit is to be asked; however often it is called, once."""
    booking = Booking.objects.get(ref=booking_ref)
    ReviewInvitation.objects.get_or_create(booking=booking, defaults={"due_at": clock.now() + AFTER})


def invite_due() -> int:
    """Publish `review.invited` for those that are due and have not reviewed yet; answers how many were due.

    Any number of workers may run it: each invitation is claimed under its lock. One that fails is logged, and keeps
    no other waiting.
    """
    due = list(
        ReviewInvitation.objects.filter(done_at__isnull=True, due_at__lte=clock.now())
        .order_by("due_at", "pk")
        .values_list("pk", "booking__ref")[:BATCH]
    )
    for pk, ref in due:
        try:
            _invite(pk, ref)
        except Exception:
            log.exception("the customer of booking %s could not be asked", ref)
    return len(due)


@transaction.atomic
def _invite(pk: int, booking_ref: str) -> None:
    # The visit before its invitation, as whoever reviews it locks it: a review written now is seen.
    booking = core.lock(booking_ref)
    invitation = ReviewInvitation.objects.select_for_update().filter(pk=pk).first()
    now = clock.now()
    if invitation is None or not invitation.is_due(now):
        return
    invitation.done_at = now
    invitation.save(update_fields=["done_at"])
    if booking.status not in REVIEWED or now > words.written_until(booking.ends_at):
        return
    if Review.objects.filter(booking=booking).exists():
        return
    publish(
        subject_type="review_invitation",
        subject_id=booking.ref,
        seq=1,
        type=events.REVIEW_INVITED,
        actor=SYSTEM,
        payload={"booking_ref": booking.ref, "outlet": booking.outlet.public_id},
    )
