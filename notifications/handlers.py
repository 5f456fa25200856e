"""Which events become which mails. Run by the worker after commit, at least once; each mail is owed once."""

from bookings.models import Booking
from common.events import after_commit
from common.models import Event
from notifications.enums import Kind
from notifications.selectors import Addressee, booking_named, customer_of, provider_of
from notifications.services import owe, send

# An event's type, then what the customer and the provider are told of it.
MAILS: dict[str, tuple[Kind | None, Kind | None]] = {
    "booking.confirmed": (Kind.CONFIRMED, Kind.PROVIDER_NEW),
    "booking.rescheduled": (Kind.RESCHEDULED, Kind.PROVIDER_MOVED),
    "booking.cancelled": (Kind.CANCELLED, Kind.PROVIDER_CANCELLED),
    "booking.paid_too_late": (Kind.PAID_TOO_LATE, None),
    "refund.done": (Kind.REFUNDED, None),
}


@after_commit("booking.confirmed", "booking.rescheduled", "booking.cancelled", "booking.paid_too_late")
def on_booking(event: Event) -> None:
    """Tell the customer and the provider what happened to a booking."""
    booking = booking_named(event.subject_id)
    # Giving up a hold is no news: nobody was told of it.
    if event.type == "booking.cancelled" and booking.confirmed_at is None:
        return
    _tell(event, booking)


@after_commit("refund.done")
def on_refund_done(event: Event) -> None:
    """Tell the customer that their money is on its way."""
    _tell(event, booking_named(event.payload["booking_ref"]))


def _tell(event: Event, booking: Booking) -> None:
    to_customer, to_provider = MAILS[event.type]
    mails: list[tuple[Kind | None, Addressee | None]] = [
        (to_customer, customer_of(booking)),
        (to_provider, provider_of(booking)),
    ]
    send(
        [owe(kind=kind, booking=booking, to=reader, event=event) for kind, reader in mails if kind and reader]
    )
