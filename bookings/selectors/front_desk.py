"""The times that a member offers to whoever stands at the counter or is on the phone."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from bookings.errors import NotOffered
from bookings.models import Booking, BookingItem
from bookings.selectors.open_time import Ask, OpenSlot, extra_minutes, open_time
from bookings.selectors.plans import plan_of
from bookings.selectors.sessions import seats_left
from bookings.selectors.slots import seat_slot
from bookings.selectors.visit_time import visit_time
from common import clock
from common.spans import Span
from geo.routing import Absent
from providers.models import Offering, Outlet


@dataclass(frozen=True, slots=True)
class DeskTimes:
    """Free starts of a local day in the outlet's hours; `at_once` is this very minute, if somebody is free."""

    at_once: OpenSlot | None = None
    slots: list[OpenSlot] = field(default_factory=list)


def desk_times(
    offering: Offering,
    *,
    day: date,
    staff_pks: tuple[int, ...],
    options: tuple[str, ...] = (),
    as_customers: bool = False,
) -> DeskTimes:
    """The free starts of `day` for an offering (with its outlet and service) and these people; of what several do
    together: with them among those who do it.

    In the outlet's hours and steps, but without its notice and booking window: those bind customers only, and members
    where they book `as_customers`. Raises OptionUnknown.
    """
    minutes = offering.service.duration_min + extra_minutes(offering.service_id, options)
    window = _rest_of_day(offering.outlet, day)
    if window is None or not staff_pks:
        return DeskTimes()
    ask = Ask(offering.pk, duration_min=minutes, staff_pks=staff_pks)
    if offering.service.team_size > 1:
        ask = Ask(offering.pk, duration_min=minutes, with_pks=staff_pks if len(staff_pks) == 1 else ())
    found = open_time([ask], window=window, fair_share=False, absent=Absent.ASK)[offering.pk]
    if as_customers:
        return DeskTimes(slots=[found.public(slot) for slot in found.slots()])
    found.any_day(window)
    # Agreed: in hours, but off the grid and without notice.
    now = found.fits(window.start, agreed=True) if window.start == _this_minute() else None
    return DeskTimes(
        at_once=found.public(now) if now else None,
        slots=[found.public(slot) for slot in found.slots() if now is None or slot.start != now.start],
    )


def move_times(booking: Booking, *, day: date, staff: str | None, instead_of: str | None = None) -> DeskTimes:
    """The free starts of `day` to which a visit could move, its own time not in the way.

    With `staff` (public id), of several people instead of `instead_of`, else as it was booked: the person who was
    chosen, or anyone able. Raises NotOffered
    when the outlet no longer does the service at all, StaffNotAble.
    """
    window = _rest_of_day(booking.outlet, day)
    items = list(booking.items.all())
    if window and items[0].session_id:
        return DeskTimes(slots=_other_sessions(booking, items[0], window, staff))
    ask = plan_of(booking, staff=staff, instead_of=instead_of).ask()
    found = visit_time(ask, window=window, besides_booking=booking.pk, absent=Absent.ASK) if window else None
    if found is None or window is None:
        return DeskTimes()
    found.any_day(window)
    people = [[person.public_id for person in item.people] for item in booking.items.all()]
    same = booking.starts_at if staff is None or all(staff in each for each in people) else None
    return DeskTimes(slots=[found.public(layout) for layout in found.layouts() if layout.start != same])


def _other_sessions(booking: Booking, item: BookingItem, window: Span, staff: str | None) -> list[OpenSlot]:
    """The sessions to which the booking's seats could go; none for a course."""
    offering = Offering.objects.filter(outlet=booking.outlet_id, service=item.service_id).first()
    if offering is None:
        raise NotOffered
    if booking.has_several:
        return []
    return [
        seat_slot(each)
        for each in seats_left([offering.pk], window=window, seats=item.seats)[offering.pk]
        if each.first.course_id is None
        and each.first.pk != item.session_id
        and staff in (None, each.first.staff.public_id)
    ]


def _rest_of_day(outlet: Outlet, day: date) -> Span | None:
    """What is left of a local day, from this minute on; None when nothing is."""
    midnight = datetime.combine(day, time(), tzinfo=outlet.zone).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), time(), tzinfo=outlet.zone).astimezone(UTC)
    start = max(midnight, _this_minute())
    return Span(start, end) if start < end else None


def _this_minute() -> datetime:
    return clock.now().replace(second=0, microsecond=0)
