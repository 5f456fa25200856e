"""Shops where it is noon just now, so that their waitlists are asked, and who waits there."""

from datetime import timedelta
from typing import Any

from accounts.principals import Principal
from bookings.models import WaitEntry
from bookings.services import waitlist
from common import clock
from providers.models import Outlet, Service
from tests.factories import make_user


def noon() -> str:
    """A zone where it is between 12 and 13 o'clock."""
    ahead = 12 - clock.now().hour
    return f"Etc/GMT{-ahead:+}"


def put_on(outlet: Outlet, service: Service, *, days: int = 1, **more: Any) -> WaitEntry:
    """Somebody new waits for the service tomorrow, or the next so many days."""
    principal = more.pop("principal", None) or Principal(user=make_user())
    first = clock.now().astimezone(outlet.zone).date() + timedelta(days=1)
    return waitlist.join(
        principal=principal,
        outlet=outlet.public_id,
        service=service.public_id,
        first_day=first,
        last_day=first + timedelta(days=days - 1),
        **more,
    )
