"""The service standard of a visit as pages show it."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language

from bookings.models import Booking
from bookings.selectors.access import Access
from bookings.services.standard import TICKED_IN
from common.words import in_language


@dataclass(frozen=True, slots=True)
class Step:
    """One step in the reader's language; `place` counts over all items of the visit, from 0."""

    place: int
    text: str
    done_at: datetime | None


def checklist(booking: Booking) -> list[Step]:
    """The steps that were agreed at booking, with what has been ticked; empty without a standard."""
    language = get_language() or "en"
    steps = [step for item in booking.items.all() for step in item.standard]
    return [
        Step(place, in_language(step["words"], language), parse_datetime(step["at"]) if step["at"] else None)
        for place, step in enumerate(steps)
    ]


def may_tick(access: Access) -> bool:
    """Whether this member may tick the steps now."""
    return access.may_mark() and access.booking.status in TICKED_IN
