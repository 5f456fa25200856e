"""What reviews does when it hears of something."""

from common.events import after_commit
from common.models import Event
from reviews.services import invitations, quality


@after_commit("booking.closed")
def on_closed(event: Event) -> None:
    """The visit is over: its customer is asked a little later what it was like."""
    invitations.plan(booking_ref=event.subject_id)


@after_commit(
    "review.written",
    "review.changed",
    "review.restored",
    "booking.declined",
    "booking.cancelled",
    "booking.no_show",
    "booking.objection_decided",
)
def on_quality(event: Event) -> None:
    """Somebody was content or not, or a visit went wrong: see whether operators should look."""
    quality.look_after(booking_ref=event.payload.get("booking_ref") or event.subject_id)
