"""Holding seats in a group session, or in all dates of a course: as a hold of any time, but for what it takes."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from bookings.errors import OptionUnknown, SlotNotOffered, SlotTaken
from bookings.models import Booking, BookingItem, GroupSession
from bookings.rules.pricing import OptionPrice, Quote, ServicePrice, price
from bookings.selectors import sessions as selectors
from bookings.services import seats as seating
from bookings.services import standard
from common import clock
from providers.models import Offering

# Members seat who comes a little late.
MAY_START_AGO = timedelta(hours=1)


def choices(
    offering: Offering, start: datetime, *, staff: str | None, session: str | None, by_staff: bool
) -> list[tuple[GroupSession, ...]]:
    """The sessions, or whole courses, of the offering that start at `start`, by `staff` and named `session` (public
    ids) if given, those with most seats first. Members (`by_staff`) are bound by no notice.

    Raises SlotNotOffered when there is none.
    """
    if start <= clock.now() - (MAY_START_AGO if by_staff else timedelta(0)):
        raise SlotNotOffered
    found = [
        each.sessions
        for each in selectors.starting_at(offering, start, by_staff=by_staff)
        if staff in (None, each.first.staff.public_id) and session in (None, each.first.public_id)
    ]
    if not found:
        raise SlotNotOffered
    return found


@contextmanager
def offering_others(offering: Offering, start: datetime, *, seats: int) -> Iterator[None]:
    """Around a transaction: a SlotTaken that leaves it carries the three nearest sessions with enough seats."""
    try:
        yield
    except SlotTaken:
        found = selectors.nearest(offering, start, seats=seats)
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


def quote(service: ServicePrice, options: Sequence[OptionPrice], *, seats: int) -> Quote:
    """What `seats` cost, each with the same options. Raises OptionUnknown for one that would make it longer."""
    if any(option.extra_min for option in options):
        raise OptionUnknown
    return price(service, options, seats=seats)


def write_items(
    booking: Booking, offering: Offering, seated: seating.Seated, quote: Quote, *, staff_was_chosen: bool
) -> None:
    """An item of `booking` for each session: the first has the price; a course's say which date they are."""
    service = offering.service
    steps = standard.snapshot(service.category_id)
    count = len(seated.sessions)
    for position, session in enumerate(seated.sessions):
        lines = quote.as_json()
        if session.course:
            named = {**lines[0], "name": f"{lines[0]['name']} {position + 1}/{count}"}
            lines = [named, *lines[1:]] if position == 0 else [{**named, "amount": 0}]
        BookingItem.objects.create(
            booking=booking,
            position=position,
            service=service,
            staff_id=session.staff_id,
            staff_was_chosen=staff_was_chosen,
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            name=session.course.name if session.course else service.name,
            language=session.course.language if session.course else service.language,
            duration_min=int((session.ends_at - session.starts_at) / timedelta(minutes=1)),
            buffer_before_min=session.buffer_before_min,
            buffer_after_min=session.buffer_after_min,
            phases=[{"kind": "active", "minutes": quote.duration_min}],
            lines=lines,
            price_amount=quote.total if position == 0 else 0,
            currency=booking.currency,
            tax_percent=service.tax_percent,
            standard=steps,
            session=session,
            seats=seated.seats,
        )
