"""What a business keeps in a spreadsheet, taken in at once: services, people, units and hours, each a sheet."""

from providers.models import Provider
from providers.services.tables.hours import HoursSheet
from providers.services.tables.people import PeopleSheet
from providers.services.tables.services import ServicesSheet
from providers.services.tables.sheet import Sheet
from providers.services.tables.units import UnitsSheet

SHEETS: dict[str, type[Sheet]] = {
    sheet.kind: sheet for sheet in (ServicesSheet, PeopleSheet, UnitsSheet, HoursSheet)
}


def sheet_of(provider: Provider, kind: str, language: str) -> Sheet:
    """The sheet of a kind (a key of SHEETS), its words read in `language`."""
    return SHEETS[kind](provider, language)
