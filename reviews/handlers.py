"""What reviews does when it hears of something."""

from common.events import after_commit
from common.models import Event
from reviews.services import invitations


@after_commit("booking.closed")
def on_closed(event: Event) -> None:
    """The visit is over: its customer is asked a little later what it was like."""
    invitations.plan(booking_ref=event.subject_id)
