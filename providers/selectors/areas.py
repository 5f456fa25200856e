"""Where an outlet's people go."""

from geo.rules.positions import Position
from providers.models import Outlet


def corners_of(outlet: Outlet) -> list[Position]:
    """The corners of its drawn service area, in order; none when it is a circle, or there is none."""
    if outlet.service_radius_m or not outlet.service_area:
        return []
    ring = outlet.service_area[0][0]
    return [Position(lat, lng) for lng, lat in ring.coords[:-1]]
