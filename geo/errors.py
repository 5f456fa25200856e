"""What can be wrong with a place that somebody names."""

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError, NotFound


class AddressUnknown(DomainError):
    """The geocoder knows no address like the text."""

    code = "address_unknown"
    status = 422
    title = _("We could not find this address. Check its spelling, or place the pin on the map.")


class PositionInvalid(DomainError):
    """A latitude or longitude is missing, not a number, or out of range (degrees, WGS 84)."""

    code = "position_invalid"
    status = 422
    title = _("This is not a place on Earth.")


class RadiusInvalid(DomainError):
    """A radius is not a number of metres between 1 and 100,000."""

    code = "radius_invalid"
    status = 422
    title = _("The radius must be between 1 metre and 100 kilometres.")


class BoxInvalid(DomainError):
    """A map area is not `west,south,east,north` in degrees with south below north."""

    code = "bbox_invalid"
    status = 422
    title = _("The map area could not be read.")


class TileUnknown(NotFound):
    """The tile's zoom, column or row lies outside the map."""

    code = "tile_unknown"
    title = _("There is no such piece of the map.")
