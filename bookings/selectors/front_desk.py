"""The times that a member offers to whoever stands at the counter or is on the phone."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from bookings.errors import NotOffered, StaffNotAble
from bookings.models import Booking
from bookings.selectors.open_time import Ask, OpenSlot, OpenTime, extra_minutes, open_time
from common import clock
from common.spans import Span
from providers.models import Offering, Outlet, StaffMember


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
    minutes = offering.service.duration_min + extra_minutes(offering.service_id, options)
    found, start = _of_day(Ask(offering.pk, duration_min=minutes, staff_pks=staff_pks), offering.outlet, day)
    if found is None:
        return DeskTimes()
    # Agreed: in hours, but off the grid and without notice.
    now = found.fits(start, agreed=True) if start == _this_minute() else None
    return DeskTimes(
        at_once=found.public(now) if now else None,
        slots=[found.public(slot) for slot in found.slots() if now is None or slot.start != now.start],
    )


def move_times(booking: Booking, *, day: date, staff: str | None) -> DeskTimes:
    """The free starts of `day` to which a visit could move, its own time not in the way.

    With `staff` (public id), else as it was booked: the person who was chosen, or anyone able. Raises NotOffered
    when the outlet no longer does the service at all, StaffNotAble.
    """
    item = booking.items.all()[0]
    offering = Offering.objects.filter(outlet=booking.outlet_id, service=item.service_id).first()
    if offering is None:
        raise NotOffered
    able = StaffMember.objects.filter(
        skills__service=item.service_id,
        skills__held_back=False,
        assignments__outlet=booking.outlet_id,
        archived_at__isnull=True,
    )
    if staff is not None:
        able = able.filter(public_id=staff)
    elif item.staff_was_chosen:
        able = able.filter(pk=item.staff_id)
    pks = tuple(able.order_by("pk").values_list("pk", flat=True).distinct())
    if not pks:
        raise StaffNotAble
    ask = Ask(offering.pk, item.duration_min, item.buffer_before_min, item.buffer_after_min, pks)
    found, _ = _of_day(ask, booking.outlet, day, besides=booking.pk)
    if found is None:
        return DeskTimes()
    same = booking.starts_at if staff in (None, item.staff.public_id) else None
    return DeskTimes(slots=[found.public(slot) for slot in found.slots() if slot.start != same])


def _of_day(
    ask: Ask, outlet: Outlet, day: date, *, besides: int | None = None
) -> tuple[OpenTime | None, datetime]:
    """The open time of what is left of a local day, and where that begins; None when nothing is."""
    midnight = datetime.combine(day, time(), tzinfo=outlet.zone).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), time(), tzinfo=outlet.zone).astimezone(UTC)
    start = max(midnight, _this_minute())
    if start >= end or not ask.staff_pks:
        return None, start
    found = open_time([ask], window=Span(start, end), besides_booking=besides, fair_share=False)[
        ask.offering_pk
    ]
    found.not_before, found.not_after = start, end
    return found, start


def _this_minute() -> datetime:
    return clock.now().replace(second=0, microsecond=0)
