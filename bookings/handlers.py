"""What bookings does when it hears of something."""

from bookings.models import Booking
from bookings.services import paying
from common.events import within_transaction
from common.models import Event


@within_transaction("payment.captured")
def on_payment_captured(event: Event) -> None:
    """Confirm what was paid for, in the transaction that captured the money.

    Money taken at the counter is noted by the visit's own services.
    """
    if event.payload["method"] == "counter":
        return
    paying.captured(
        booking_ref=event.payload["booking_ref"],
        payment_id=event.subject_id,
        amount=event.payload["amount"],
        currency=event.payload["currency"],
        actor=event.actor,
    )


def lock_booking(booking_ref: str) -> None:
    """Payments lock the booking before their own row: the order everywhere (docs/locking.md)."""
    Booking.objects.select_for_update(of=("self",)).filter(ref=booking_ref).first()
