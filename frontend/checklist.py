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
    """One step in the reader's language; `place` counts over all items of the visit, from 0.

    `of` names the service with whose first step it begins, in a visit of several.
    """

    place: int
    text: str
    done_at: datetime | None
    of: str = ""


def checklist(booking: Booking) -> list[Step]:
    """The steps that were agreed at booking, with what has been ticked; empty without a standard."""
    language = get_language() or "en"
    steps: list[Step] = []
    for item in booking.items.all():
        for number, step in enumerate(item.standard):
            steps.append(
                Step(
                    place=len(steps),
                    text=in_language(step["words"], language),
                    done_at=parse_datetime(step["at"]) if step["at"] else None,
                    of=item.name if booking.has_several and number == 0 else "",
                )
            )
    return steps


def may_tick(access: Access) -> bool:
    """Whether this member may tick the steps now."""
    return access.may_mark() and access.booking.status in TICKED_IN
