"""Seats in a group session, or in all dates of a course: held, moved and taken again as any time is, but for what
they take."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from bookings.errors import CourseStays, NotOffered, SlotNotOffered, SlotTaken
from bookings.models import Booking, BookingItem, GroupSession
from bookings.rules.pricing import Quote
from bookings.selectors import sessions as selectors
from bookings.selectors.slots import ItemRequest
from bookings.services import core, seats, standard
from common import clock
from providers.models import Offering
from providers.rules.phases import as_json, lasting, read

# Members seat who comes a little late.
MAY_START_AGO = timedelta(hours=1)


def choices(
    offering: Offering, start: datetime, *, staff: str | None, session: str | None, by_staff: bool
) -> list[tuple[GroupSession, ...]]:
    """The sessions, or whole courses, of the offering (with its outlet) that start at `start`, by `staff` and named
    `session` (public ids) if given, those with most seats first. Members (`by_staff`) are bound by no notice.

    Raises SlotNotOffered when there is none.
    """
    now, bounds = clock.now(), selectors.bookable(offering.outlet)
    is_in_time = now - MAY_START_AGO < start if by_staff else bounds.start <= start < bounds.end
    found = [
        each.sessions
        for each in selectors.starting_at(offering.pk, start)
        if staff in (None, each.first.staff.public_id) and session in (None, each.first.public_id)
    ]
    if not found or not is_in_time or any(one[0].course_id and start <= now for one in found):
        raise SlotNotOffered
    return found


@contextmanager
def offering_others(offering: Offering, start: datetime, *, wanted: int) -> Iterator[None]:
    """Around a transaction: a SlotTaken that leaves it carries the three nearest sessions with enough seats."""
    try:
        yield
    except SlotTaken:
        found = selectors.nearest(offering, start, seats=wanted)
        raise SlotTaken(
            alternatives=[
                {
                    "start": clock.rfc3339(each.first.starts_at),
                    "end": clock.rfc3339(each.first.ends_at),
                    "session": each.first.public_id,
                    "seats_left": each.left,
                }
                for each in found
            ]
        ) from None


def write_items(
    booking: Booking, offering: Offering, item: ItemRequest, seated: seats.Seated, quote: Quote
) -> None:
    """An item of `booking` for each session: the first has the price; a course's say which date they are."""
    service, steps = offering.service, standard.snapshot(offering.service.category_id)
    rows = []
    for position, session in enumerate(seated.sessions):
        minutes = int((session.ends_at - session.starts_at) / timedelta(minutes=1))
        first, *options = quote.as_json()
        lines = [{**first, "minutes": minutes}, *options]
        if session.course:
            times = f"{seated.seats} × " if seated.seats > 1 else ""
            nth = f"{times}{session.course.name} {position + 1}/{len(seated.sessions)}"
            lines = [{**lines[0], "name": nth}, *options] if position == 0 else [_free_line(nth, minutes)]
        rows.append(
            BookingItem(
                booking=booking,
                position=position,
                service=service,
                staff_id=session.staff_id,
                staff_was_chosen=item.staff is not None,
                starts_at=session.starts_at,
                ends_at=session.ends_at,
                name=session.course.name if session.course else service.name,
                language=session.course.language if session.course else service.language,
                duration_min=minutes,
                buffer_before_min=session.buffer_before_min,
                buffer_after_min=session.buffer_after_min,
                phases=as_json(lasting(read(service.phases), minutes), minutes),
                lines=lines,
                price_amount=quote.total if position == 0 else 0,
                currency=booking.currency,
                tax_percent=service.tax_percent,
                standard=steps,
                session=session,
                seats=seated.seats,
            )
        )
    BookingItem.objects.bulk_create(rows)


def check_free(booking: Booking, *, start: datetime, by_staff: bool) -> None:
    """Would `move` find seats at `start` now? Nothing is locked. Raises as that does."""
    offering, item = offering_of(booking), booking.items.all()[0]
    found = _others(booking, offering, start, staff=None, by_staff=by_staff)
    pks = {session.pk for choice in found for session in choice}
    room = selectors.starting_at(offering.pk, start)
    if not any(each.first.pk in pks and each.left >= item.seats for each in room):
        raise SlotTaken


def move(booking: Booking, *, start: datetime, staff: str | None, by_staff: bool) -> None:
    """Move the seats of the locked `booking` to another session of the service, which starts at `start` (aware), by
    `staff` (public id) if given.

    Its seats are given back in the same transaction. Raises CourseStays, SlotTaken, SlotNotOffered, NotOffered.
    """
    if booking.is_course:
        raise CourseStays
    offering, item = offering_of(booking), booking.items.get()
    found = _others(booking, offering, start, staff=staff, by_staff=by_staff)
    # Both ends of the move, in one order.
    seats.lock_sessions([item.session_id or 0, *(session.pk for choice in found for session in choice)])
    core.free(booking)
    seated = seats.take(found, seats=item.seats)
    session = seated.sessions[0]
    item.session, item.staff_id = session, session.staff_id
    item.starts_at = booking.starts_at = session.starts_at
    item.ends_at = booking.ends_at = session.ends_at
    item.save(update_fields=["session", "staff", "starts_at", "ends_at"])
    booking.save(update_fields=["starts_at", "ends_at"])


def offering_of(booking: Booking) -> Offering:
    """What the booking is of, with its outlet and service. Raises NotOffered when it is sold there no more."""
    found = (
        Offering.objects.select_related("outlet", "service")
        .filter(outlet=booking.outlet_id, service=booking.items.all()[0].service_id)
        .first()
    )
    if found is None:
        raise NotOffered
    return found


def _others(
    booking: Booking, offering: Offering, start: datetime, *, staff: str | None, by_staff: bool
) -> Sequence[tuple[GroupSession, ...]]:
    """The sessions at `start` to which the booking's seats could go: no courses, and not where they are."""
    own = {item.session_id for item in booking.items.all()}
    found = [
        choice
        for choice in choices(offering, start, staff=staff, session=None, by_staff=by_staff)
        if choice[0].course_id is None and choice[0].pk not in own
    ]
    if not found:
        raise SlotNotOffered
    return found


def _free_line(name: str, minutes: int) -> dict[str, object]:
    return {"option": None, "name": name, "minutes": minutes, "amount": 0}
