"""The shapes of waitlists in the API. v1 only ever gains optional fields."""

from datetime import date, time
from typing import Annotated

from ninja import Schema
from pydantic import AfterValidator, Field

from bookings.schemas import ContactIn, Instant, OutletRef, PersonRef, PublicId, Strict
from bookings.schemas.asked import Day
from bookings.schemas.sessions import ServiceRef


def _plain(moment: time) -> time:
    """Wall clocks have no zone of their own: it is the outlet's."""
    if moment.tzinfo is not None:
        raise ValueError("the outlet's wall clock, without a zone")
    return moment.replace(second=0, microsecond=0)


WallTime = Annotated[time, AfterValidator(_plain)]


class WaitIn(Strict):
    """Days and hours by the outlet's clock: starts in [from_time, until_time] of [first_day, last_day], up to 62 days.
    A guest gives an e-mail, and waits once they followed the link of the mail. `for_caller`: a member puts on whom they
    speak to."""

    outlet: PublicId
    service: PublicId
    staff: PublicId | None = None
    seats: int = Field(1, ge=1, le=500)
    first_day: Day
    last_day: Day
    from_time: WallTime | None = None
    until_time: WallTime | None = None
    customer: ContactIn | None = None
    for_caller: bool = False


class OfferOut(Schema):
    """A time that was offered: `booking` is the hold, to be booked or cancelled as any, until `until`."""

    booking: str
    start: Instant
    state: str = Field(description="open, taken, declined or expired")
    until: Instant | None


class PassOut(Schema):
    start: Instant
    reason: str


class WaitOut(Schema):
    """`place` is which one they are for this service at the outlet, 1 is next; None when they do not wait."""

    id: str
    outlet: OutletRef
    service: ServiceRef
    staff: PersonRef | None
    seats: int
    first_day: date
    last_day: date
    from_time: time | None
    until_time: time | None
    state: str
    place: int | None
    offers: list[OfferOut]
    passed_over: list[PassOut] = Field(description="times that others were offered, and why not they")
    customer_name: str | None = Field(None, description="for members of the business")


class WaitsOut(Schema):
    items: list[WaitOut]
