"""Seven days of an outlet as customers meet them: when it is open or a person works, and what they may choose then."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from bookings.errors import NotOffered, StaffNotAble
from bookings.rules.grid import midnight
from bookings.selectors.slots import ItemRequest, slots_for
from bookings.selectors.working import WorkingHours
from common.spans import Span
from providers.models import Outlet, StaffMember

DAY = timedelta(days=1)
DAYS = 7


@dataclass(frozen=True, slots=True)
class SeenDay:
    """A local day: when it is open, or the person works, and the starts that may be chosen."""

    day: date
    hours: tuple[Span, ...]
    starts: tuple[datetime, ...]


def week_seen(
    outlet: Outlet, *, first: date, service: str = "", staff: StaffMember | None = None
) -> list[SeenDay]:
    """The seven local days from `first` on, as the database has them now, of the outlet or of one person there.

    `service` (public id) is what somebody would book, "" for nothing: then no day has starts.
    """
    edges = [midnight(outlet.zone, first + n * DAY) for n in range(DAYS + 1)]
    window = Span(edges[0], edges[-1])
    hours = WorkingHours(outlet.provider_id, [outlet], window)
    spans = hours.of(outlet, staff.pk) if staff else hours.opens(outlet)
    starts = _starts(outlet, window, service, staff) if service else []
    return [
        SeenDay(
            first + n * DAY,
            tuple(
                Span(max(span.start, begins), min(span.end, ends))
                for span in spans
                if span.start < ends and begins < span.end
            ),
            tuple(start for start in starts if begins <= start < ends),
        )
        for n, (begins, ends) in enumerate(pairwise(edges))
    ]


def _starts(outlet: Outlet, window: Span, service: str, staff: StaffMember | None) -> list[datetime]:
    item = ItemRequest(service, staff=staff.public_id if staff else None)
    try:
        found = slots_for(outlet=outlet.public_id, items=[item], start=window.start, end=window.end)
    except (NotOffered, StaffNotAble):
        return []
    return [slot.start for slot in found.slots]
