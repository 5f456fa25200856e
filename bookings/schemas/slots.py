"""Free times as they are told."""

from ninja import Schema
from pydantic import Field

from bookings.schemas.base import Instant


class SlotItemOut(Schema):
    staff: list[str]
    start: Instant | None = Field(None, description="when this service begins, and ends")
    end: Instant | None = None


class PeriodOut(Schema):
    start: Instant
    end: Instant


class CourseOut(Schema):
    """What is booked as one: all of the dates."""

    name: str
    dates: list[PeriodOut]


class SlotOut(Schema):
    start: Instant
    end: Instant
    staff: list[str] = Field(description="who is free then")
    items: list[SlotItemOut] | None = Field(None, description="in the order of what was asked")
    session: str | None = Field(None, description="of a group service: the session, or a course's first")
    seats_left: int | None = Field(None, description="in it, or on every date of its course")
    course: CourseOut | None = None


class SlotsOut(Schema):
    timezone: str = Field(description="the outlet's IANA zone")
    slots: list[SlotOut]
    travel_counted: bool | None = Field(
        None,
        description="whether ways before and after were counted; not for a home visit without address",
    )
