"""What can be wrong with a search."""

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError


class PositionNeeded(DomainError):
    """Sorting by distance, a radius and home visits need `lat` and `lng`; a map area's centre sorts, too."""

    code = "position_needed"
    title = _("Tell us where you are first.")


class QueryTooLong(DomainError):
    """The words are longer than 100 characters, or more than 8."""

    code = "query_too_long"
    title = _("Search for fewer words.")
