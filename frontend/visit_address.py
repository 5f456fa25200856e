"""Where a reader wants home visits: kept in the session, for no address of ours may say it."""

from contextlib import suppress
from dataclasses import dataclass

from django.http import HttpRequest

from accounts.models import User
from accounts.selectors import addresses_of
from frontend.views.finding import remembered as searched
from geo.errors import AddressUnknown
from geo.rules.positions import Position
from geo.selectors import require_address

SESSION_KEY = "visit_at"


@dataclass(frozen=True, slots=True)
class VisitAddress:
    """An address as it was typed, and where it is (degrees, WGS 84)."""

    line: str
    place: Position


def remember(request: HttpRequest, line: str) -> VisitAddress:
    """Look an address up and keep it for this session. Raises AddressUnknown."""
    found = require_address(line)
    request.session[SESSION_KEY] = {"line": line, "lat": found.lat, "lng": found.lng}
    return VisitAddress(line, Position(found.lat, found.lng))


def remembered(request: HttpRequest) -> VisitAddress | None:
    """The address that was typed last, for a visit or else for a search; then the one that the user keeps first."""
    if kept := request.session.get(SESSION_KEY):
        return VisitAddress(kept["line"], Position(kept["lat"], kept["lng"]))
    if last := searched(request):
        with suppress(AddressUnknown):
            found = require_address(last[1])
            return VisitAddress(last[1], Position(found.lat, found.lng))
    home = addresses_of(request.user).first() if isinstance(request.user, User) else None
    return VisitAddress(home.line, Position(home.point.y, home.point.x)) if home else None
