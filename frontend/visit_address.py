"""Where a reader wants home visits: kept in the session, for no address of ours may say it."""

from dataclasses import dataclass

from django.http import HttpRequest

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
    """The address that was typed last: for a visit, else for a search."""
    if kept := request.session.get(SESSION_KEY):
        return VisitAddress(kept["line"], Position(kept["lat"], kept["lng"]))
    last = searched(request)
    if last is None:
        return None
    try:
        found = require_address(last[1])
    except AddressUnknown:
        return None
    return VisitAddress(last[1], Position(found.lat, found.lng))
