"""What follows after commit: whatever moves a visit's money may need a document. Each is repeatable."""

from common.events import after_commit
from common.models import Event
from invoices.services import settle


@after_commit(
    "booking.closed",
    "booking.cancelled",
    "booking.no_show",
    "booking.objection_decided",
    "booking.paid_at_counter",
    "booking.counter_payment_reversed",
)
def on_visit(event: Event) -> None:
    """A visit is over, or what was paid for one that is."""
    settle(booking_ref=event.subject_id)


@after_commit("payment.captured", "payment.reversed", "refund.requested", "dispute.lost", "dispute.won")
def on_money(event: Event) -> None:
    """Money came, or went back, or a bank decided whose it is."""
    settle(booking_ref=event.payload["booking_ref"])
