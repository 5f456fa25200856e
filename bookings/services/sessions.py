"""Group sessions as the provider puts them on the calendar: added, moved, given other seats, cancelled.

Locks (docs/locking.md): the bookings with seats, the sessions, then people and units, each in pk order. A session takes
its person and units like a visit: by the same locks, the same engine and the same exclusion constraints.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from psycopg.types.range import TimestamptzRange

from bookings.enums import AllocationKind
from bookings.errors import (
    MoveRefused,
    NotAGroup,
    NotOffered,
    SeatsSold,
    SessionBegun,
    SessionCancelled,
    SlotNotOffered,
    SlotTaken,
)
from bookings.models import Allocation, Booking, BookingItem, Course, GroupSession
from bookings.rules import states
from bookings.rules.sessions import MOST_DATES, weekly
from bookings.selectors import fit
from bookings.selectors.open_time import unit_pks
from bookings.selectors.plans import ItemPlan, Plan, plan_for
from bookings.selectors.sessions import is_group
from bookings.services import changes, core, expiry, reserve, seats
from bookings.services.affected import refuse_unseen
from common import audit, clock
from common.errors import InvalidInput
from common.events import publish
from common.spans import Span
from providers.enums import Place
from providers.models import Offering, Outlet
from providers.rules import checks
from providers.rules.phases import lasting, read

MOST_SEATS = 500


def add_sessions(
    *,
    outlet: Outlet,
    service: str,
    start: datetime,
    actor: str,
    staff: str | None = None,
    dates: int = 1,
    every_weeks: int = 1,
    capacity: int | None = None,
    course: str = "",
) -> list[GroupSession]:
    """Put sessions of `service` (public id) on the outlet's calendar: at `start` (aware, to the minute) and at the
    same local time of so many weeks after, `dates` times in all; all of them or none.

    They are done by `staff` (public id), or by somebody able who is free on all dates; units are chosen as for a
    visit. Any minute that is not taken will do, outside hours, too. `capacity` is the service's unless given. With the
    name of a `course` they are booked as one. Raises NotOffered, NotAGroup, StaffNotAble, SlotNotOffered, SlotTaken
    (with the `start` that is), NumberInvalid, TextInvalid, InvalidInput for a course of one date.
    """
    offering = (
        Offering.objects.select_related("outlet__provider", "service")
        .filter(outlet=outlet, service__public_id=service, service__archived_at__isnull=True)
        .first()
    )
    if offering is None or outlet.archived_at:
        raise NotOffered
    if not is_group(offering.service) or offering.place != Place.OUTLET:
        raise NotAGroup
    checks.number(dates, field="dates", least=1, most=MOST_DATES)
    checks.number(every_weeks, field="every_weeks", least=1, most=8)
    size = offering.service.capacity if capacity is None else capacity
    checks.number(size, field="capacity", least=1, most=MOST_SEATS)
    name = checks.text(course, field="course", longest=120, needed=False)
    if name and dates < 2:
        raise InvalidInput(errors=[{"field": "dates", "message": "a course has several dates"}])
    try:
        starts = weekly(start, zone=outlet.zone, count=dates, every_weeks=every_weeks)
    except OverflowError:  # at either end of the calendar
        raise SlotNotOffered from None
    plan = plan_for(offering, duration_min=offering.service.duration_min, staff=staff)
    _refuse_past(starts[0])
    with transaction.atomic():
        # All who could do it at once, before any unit: each is tried in turn.
        reserve.lock_rows(plan.staff_pks, unit_pks(offering))
        made = None
        for staff_pk in plan.staff_pks:
            try:
                with transaction.atomic():
                    made = _add(replace(plan, staff_pks=(staff_pk,)), starts, size, name)
                break
            except SlotTaken as error:
                refused = error
        if made is None:
            raise refused
        for session in made:
            _tell(session, event="session.added", actor=actor)
    return made


def change_capacity(*, session: GroupSession, capacity: int, actor: str) -> GroupSession:
    """Give the session more or fewer seats. Raises SeatsSold when more are taken, SessionCancelled, NumberInvalid."""
    checks.number(capacity, field="capacity", least=1, most=MOST_SEATS)
    with transaction.atomic():
        locked = _lock(session)
        seats.expire_in([locked.pk])
        locked.refresh_from_db(fields=["seats_taken"])
        if locked.seats_taken > capacity:
            raise SeatsSold(seats_taken=locked.seats_taken)
        before, locked.capacity = locked.capacity, capacity
        locked.save(update_fields=["capacity"])
        _tell(locked, event="session.resized", actor=actor, before=before)
        return locked


def move_session(
    *, session: GroupSession, start: datetime, actor: str, acknowledged: str = ""
) -> GroupSession:
    """Move the session to `start` (aware): its bookings move along, at no cost, and are told.

    They are listed first (BookingsAffected), and it is done when `acknowledged` is the version of that very list. Of
    a course one date moves. Raises SlotTaken when its person or the units are taken then, SlotNotOffered, SessionBegun,
    SessionCancelled, MoveRefused when a visit has begun, ObjectionOpen.
    """
    with transaction.atomic():
        booked = _lock_bookings([session.pk])
        locked = _lock(session)
        _refuse_begun(locked)
        _refuse_past(start)
        _require_all_locked([locked.pk], booked)
        for booking in booked:
            core.refuse_while_objected(booking)
            if booking.status not in states.MOVABLE | {states.HELD} and booking.starts_at == locked.starts_at:
                raise MoveRefused(booking_status=booking.status, action="reschedule")
        before = Span(locked.starts_at, locked.ends_at)
        if start == before.start:
            return locked
        refuse_unseen({booking.ref: {fit.SESSION} for booking in booked}, acknowledged)
        _retake(locked, start)
        _tell(
            locked,
            event="session.moved",
            actor=actor,
            previous={"starts_at": clock.rfc3339(before.start), "ends_at": clock.rfc3339(before.end)},
        )
        for booking in booked:
            _move_along(booking, locked, actor=actor)
        return locked


def cancel_session(*, session: GroupSession, actor: str, acknowledged: str = "") -> None:
    """Take the session off the calendar, of a course all dates that are still to come. Every booking with a seat is
    cancelled at no cost to its customer, and told.

    They are listed first (BookingsAffected), and it is done when `acknowledged` is the version of that very list.
    Raises SessionBegun, SessionCancelled, MoveRefused when a visit can be cancelled no more, ObjectionOpen.
    """
    with transaction.atomic():
        pks = _with_its_course(session)
        booked = _lock_bookings(pks)
        locked = seats.lock_sessions(pks)
        _refuse_begun(locked[session.pk])
        _require_all_locked(pks, booked)
        refuse_unseen({booking.ref: {fit.SESSION} for booking in booked}, acknowledged)
        for booking in booked:
            changes.cancel_with_its_session(booking, actor=actor)
        now = clock.now()
        for each in locked.values():
            each.refresh_from_db(fields=["seats_taken"])
            if each.starts_at > now and each.cancelled_at is None:
                each.cancelled_at = now
                each.save(update_fields=["cancelled_at"])
                _free(each)
                _tell(each, event="session.cancelled", actor=actor)


def _add(plan: ItemPlan, starts: Sequence[datetime], capacity: int, course_name: str) -> list[GroupSession]:
    service, outlet = plan.offering.service, plan.offering.outlet
    course = None
    if course_name:
        course = Course.objects.create(
            outlet=outlet, service=service, name=course_name, language=service.language
        )
    made = []
    for start in starts:
        try:
            taken = reserve.take(Plan((plan,)), start=start, staff_booking=True)
        except SlotTaken:
            raise SlotTaken(start=clock.rfc3339(start)) from None
        session = GroupSession.objects.create(
            outlet=outlet,
            service=service,
            staff_id=taken.items[0].staff,
            course=course,
            starts_at=taken.layout.start,
            ends_at=taken.layout.end,
            buffer_before_min=plan.buffer_before_min,
            buffer_after_min=plan.buffer_after_min,
            capacity=capacity,
        )
        _allocate(session, taken)
        made.append(session)
    return made


def _allocate(session: GroupSession, taken: reserve.Taken) -> None:
    rows = [(span, {"staff_id": pk}) for pk, spans in taken.people.items() for span in spans]
    rows += [(span, {"resource_id": pk}) for pk, spans in taken.units.items() for span in spans]
    reserve.write(
        [
            Allocation(kind=AllocationKind.SESSION, session=session, period=TimestamptzRange(*span), **whose)
            for span, whose in rows
        ]
    )


def _retake(session: GroupSession, start: datetime) -> None:
    """Give the session's time back and take that at `start`, with the same person. Raises SlotTaken, SlotNotOffered."""
    offering = (
        Offering.objects.select_related("outlet", "service")
        .filter(outlet=session.outlet_id, service=session.service_id)
        .first()
    )
    if offering is None:
        raise NotOffered
    length = session.ends_at - session.starts_at
    duration_min = int(length / timedelta(minutes=1))
    plan = ItemPlan(
        offering=offering,
        duration_min=duration_min,
        phases=lasting(read(offering.service.phases), duration_min),
        buffer_before_min=session.buffer_before_min,
        buffer_after_min=session.buffer_after_min,
        staff_pks=(session.staff_id,),
    )
    # Locked before its own time is given back, as everywhere.
    reserve.lock_rows(plan.staff_pks, ())
    _free(session)
    try:
        taken = reserve.take(Plan((plan,)), start=start, staff_booking=True)
    except SlotTaken:
        raise SlotTaken(start=clock.rfc3339(start)) from None
    session.starts_at, session.ends_at = taken.layout.start, taken.layout.end
    session.save(update_fields=["starts_at", "ends_at"])
    _allocate(session, taken)


def _move_along(booking: Booking, session: GroupSession, *, actor: str) -> None:
    before = {"starts_at": clock.rfc3339(booking.starts_at), "ends_at": clock.rfc3339(booking.ends_at)}
    items = list(booking.items.all())
    for item in items:
        if item.session_id == session.pk:
            item.starts_at, item.ends_at = session.starts_at, session.ends_at
            item.save(update_fields=["starts_at", "ends_at"])
    fields = {
        "starts_at": min(item.starts_at for item in items),
        "ends_at": max(item.ends_at for item in items),
        "version": booking.version + 1,
        "reminded_at": None,
        "arrived_at": None,
    }
    for name in ("starts_at", "ends_at"):
        setattr(booking, name, fields[name])
    if booking.status == states.REQUESTED:
        fields["accept_by"] = changes.answer_by(booking)
    told: dict[str, Any] = {"previous": before, "fee": 0}
    if len(items) > 1:
        # Of a course: which of its dates.
        told["date"] = {
            "starts_at": clock.rfc3339(session.starts_at),
            "ends_at": clock.rfc3339(session.ends_at),
        }
    core.change(booking, event="booking.rescheduled", actor=actor, fields=fields, **told)


def _free(session: GroupSession) -> None:
    Allocation.objects.filter(session=session, live=True).update(live=False)


def _lock(session: GroupSession) -> GroupSession:
    locked = seats.lock_sessions([session.pk])[session.pk]
    if locked.cancelled_at:
        raise SessionCancelled
    return locked


def _with_its_course(session: GroupSession) -> list[int]:
    """The session, and the other dates of its course."""
    if session.course_id is None:
        return [session.pk]
    return list(GroupSession.objects.filter(course=session.course_id).values_list("pk", flat=True))


def _booked(session_pks: Sequence[int]) -> set[int]:
    items = BookingItem.objects.filter(session__in=session_pks, booking__status__in=states.LIVE)
    return set(items.values_list("booking", flat=True))


def _lock_bookings(session_pks: Sequence[int]) -> list[Booking]:
    """The bookings with seats in these sessions, locked in pk order; holds whose time is over end."""
    rows = Booking.objects.filter(pk__in=_booked(session_pks), status__in=states.LIVE).order_by("pk")
    locked = list(rows.select_for_update(of=("self",)).select_related("outlet__provider"))
    now = clock.database_now()
    for booking in locked:
        if booking.status == states.HELD and booking.hold_expires_at and booking.hold_expires_at <= now:
            expiry.expire(booking)
    return [booking for booking in locked if booking.status != states.EXPIRED]


def _require_all_locked(session_pks: Sequence[int], booked: Sequence[Booking]) -> None:
    """With the sessions locked nobody takes seats any more. Who took some between the two locks is not among the
    `booked`: the whole is asked again. Raises SlotTaken."""
    if _booked(session_pks) - {booking.pk for booking in booked}:
        raise SlotTaken


def _refuse_begun(session: GroupSession) -> None:
    if session.cancelled_at:
        raise SessionCancelled
    if session.starts_at <= clock.now():
        raise SessionBegun


def _refuse_past(start: datetime) -> None:
    if start <= clock.now():
        raise SlotNotOffered


def _tell(session: GroupSession, *, event: str, actor: str, **payload: Any) -> None:
    """The session's next event, with its audit row; its row is locked, or new."""
    session.last_seq += 1
    session.save(update_fields=["last_seq"])
    publish(
        subject_type="session",
        subject_id=session.public_id,
        seq=session.last_seq,
        type=event,
        actor=actor,
        outlet_id=session.outlet.public_id,
        payload={
            "starts_at": clock.rfc3339(session.starts_at),
            "ends_at": clock.rfc3339(session.ends_at),
            "service": session.service.public_id,
            "capacity": session.capacity,
            **payload,
        },
    )
    audit.record(actor=actor, action=event, object_type="session", object_id=session.public_id, **payload)
