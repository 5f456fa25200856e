"""What a customer has at an outlet today, for whoever scans the square on its counter."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from accounts.principals import Principal
from bookings.rules import states
from bookings.selectors.access import Access
from bookings.selectors.bookings import bookings_of
from common.errors import NotFound
from providers.enums import Place
from providers.models import Outlet
from providers.selectors.public import public_outlets

# Worth showing there: what is to come, under way, or was done today.
_SHOWN = states.LIVE


@dataclass(frozen=True, slots=True)
class Here:
    """An outlet and the caller's visits there today, in order; `is_public`: one can book there, too."""

    outlet: Outlet
    visits: list[Access]
    is_public: bool


def visits_here(principal: Principal, outlet: str, *, now: datetime) -> Here:
    """The caller's visits at the outlet (public id) on its local day of `now`: a user's, or for a guest those that the
    capabilities they carry open. What is done at the customer's is none.

    Raises NotFound for an outlet that is not public, unless the caller has a visit there.
    """
    if "\x00" in outlet:  # text that PostgreSQL cannot hold names nothing
        raise NotFound
    found = Outlet.objects.select_related("provider").filter(public_id=outlet).first()
    if found is None:
        raise NotFound
    today = now.astimezone(found.zone).date()
    start = datetime.combine(today, time(), tzinfo=found.zone)
    end = datetime.combine(today + timedelta(days=1), time(), tzinfo=found.zone)
    mine = (
        bookings_of(principal)
        .filter(outlet=found, place=Place.OUTLET, status__in=_SHOWN, starts_at__lt=end, ends_at__gt=start)
        .order_by("starts_at", "pk")
    )
    visits = [
        Access(booking=booking, principal=principal, is_customer=True, role=None) for booking in mine[:20]
    ]
    is_public = public_outlets().filter(pk=found.pk).exists()
    if not (visits or is_public):
        raise NotFound
    return Here(found, visits, is_public)
