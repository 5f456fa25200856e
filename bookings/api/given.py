"""What the operations on bookings share: the caller, the booking they may see, and the answer."""

from django.http import HttpRequest

from accounts.principals import Principal
from bookings import schemas
from bookings.presenters import present
from bookings.selectors.access import Access, booking_for


def caller(request: HttpRequest, scope: str) -> Principal:
    principal: Principal = request.principal  # type: ignore[attr-defined]  # set by the API's authentication
    principal.require_scope(scope)
    return principal


def access_to(request: HttpRequest, ref: str, scope: str = "bookings:write") -> Access:
    return booking_for(caller(request, scope), ref)


def again(access: Access, *, token: str | None = None) -> schemas.BookingOut:
    """The booking as it is now, for the same caller."""
    return present(booking_for(access.principal, access.booking.ref), token=token)
