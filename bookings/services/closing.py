"""What keeps a business open: visits that are promised, and money that it has earned and not been paid."""

from django.db.models import Q

from bookings.models import Booking
from bookings.rules import states
from bookings.services.reserve import lock_rows
from common import clock
from common.privacy import Obstacle
from payments.selectors import provider_balance
from providers.models import Outlet, Provider, StaffMember


def what_keeps_open(provider: Provider) -> list[Obstacle]:
    """Its visits that are not closed (`open_booking`, by reference), then its money (`money_owed`, by currency).

    Registered as providers' keepers. The business's people are locked: who holds a time just now is waited for
    and seen, and who comes after meets them archived.
    """
    lock_rows(StaffMember.objects.filter(provider=provider).values_list("pk", flat=True), ())
    visits = (
        Booking.objects.filter(outlet__provider=provider, status__in=states.LIVE - {states.CLOSED})
        .exclude(Q(status=states.HELD) & Q(hold_expires_at__lte=clock.now()))
        .select_related("outlet")
        .order_by("starts_at", "pk")
    )
    found = [Obstacle("open_booking", visit.ref, visit.outlet.name) for visit in visits]
    currencies = Outlet.objects.filter(provider=provider).values_list("currency", flat=True)
    for currency in sorted(set(currencies)):
        # What the business itself owes stands in the way, too: it is settled with the next payout.
        if provider_balance(provider.public_id, currency) != 0:
            found.append(Obstacle("money_owed", currency))
    return found
