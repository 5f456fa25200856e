"""How the customers of a business are told: where a visit came from, and how they can be reached."""

from django.utils.translation import gettext as _

from accounts.models import Customer
from bookings.models import Booking


def name_of(customer: Customer) -> str:
    """The name they gave, else their account's (with its user), else that there is none."""
    return customer.name or (customer.user.name if customer.user else "") or _("No name given")


def came_by(booking: Booking) -> str:
    """Where the visit (with its `queue_entry`) came from."""
    if hasattr(booking, "queue_entry"):
        return _("Walk-in queue")
    return str(booking.get_source_display())
