"""The times that a member offers to whoever stands at the counter or is on the phone."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from bookings.selectors.open_time import Ask, OpenSlot, extra_minutes, open_time
from common import clock
from common.spans import Span
from providers.models import Offering


@dataclass(frozen=True, slots=True)
class DeskTimes:
    """Free starts of a local day in the outlet's hours; `at_once` is this very minute, if somebody is free."""

    at_once: OpenSlot | None = None
    slots: list[OpenSlot] = field(default_factory=list)


def desk_times(
    offering: Offering, *, day: date, staff_pks: tuple[int, ...], options: tuple[str, ...] = ()
) -> DeskTimes:
    """The free starts of `day` for an offering (with its outlet and service) and these people.

    In the outlet's hours and steps, but without its notice and booking window: those bind customers only.
    Raises OptionUnknown.
    """
    zone = offering.outlet.zone
    midnight = datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), time(), tzinfo=zone).astimezone(UTC)
    minutes = offering.service.duration_min + extra_minutes(offering.service_id, options)
    minute = clock.now().replace(second=0, microsecond=0)
    start = max(midnight, minute)
    if start >= end or not staff_pks:
        return DeskTimes()
    ask = Ask(offering.pk, duration_min=minutes, staff_pks=staff_pks)
    found = open_time([ask], window=Span(start, end), fair_share=False)[offering.pk]
    found.not_before, found.not_after = start, end
    # Agreed: in hours, but off the grid and without notice.
    now = found.fits(start, agreed=True) if start == minute else None
    return DeskTimes(
        at_once=found.public(now) if now else None,
        slots=[found.public(slot) for slot in found.slots() if now is None or slot.start != now.start],
    )
