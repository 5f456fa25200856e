"""The shapes of group sessions in the API. v1 only ever gains optional fields."""

from ninja import Schema
from pydantic import AwareDatetime, Field

from bookings.schemas import BookingOut, Instant, OutletRef, PersonRef, PublicId, Strict, Text


class SessionsIn(Strict):
    """Sessions at `start` and at the same local time of the weeks after, `dates` in all. No staff means anybody able
    who is free on all of them; without `capacity` it is the service's. With `course`, its name, they are booked as
    one."""

    service: PublicId
    start: AwareDatetime
    staff: PublicId | None = None
    dates: int = Field(1, ge=1, le=52)
    every_weeks: int = Field(1, ge=1, le=8)
    capacity: int | None = Field(None, ge=1, le=500)
    course: Text = Field("", max_length=120)


class SessionSeatsIn(Strict):
    capacity: int = Field(ge=1, le=500)


class SessionMoveIn(Strict):
    start: AwareDatetime


class ServiceRef(Schema):
    id: str
    name: str


class CourseRef(Schema):
    id: str
    name: str


class SessionOut(Schema):
    """One session as its business sees it. `seats_taken` counts holds, until their time is over."""

    id: str
    outlet: OutletRef
    service: ServiceRef
    staff: PersonRef
    course: CourseRef | None = Field(description="it is booked as one with the course's other dates")
    start: Instant
    end: Instant
    capacity: int
    seats_taken: int
    cancelled: bool


class SessionsOut(Schema):
    timezone: str = Field(description="the outlet's IANA zone")
    items: list[SessionOut]


class SeatOut(Schema):
    """A booking with seats in the session."""

    seats: int
    booking: BookingOut


class RosterOut(Schema):
    session: SessionOut
    timezone: str
    items: list[SeatOut] = Field(description="who is in it, by name")
