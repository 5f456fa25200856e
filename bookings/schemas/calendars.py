"""The shapes of feeds for people's calendars, and of calendars that take open time."""

from typing import Literal

from ninja import Schema
from pydantic import Field

from bookings.schemas.base import Instant, PublicId, Strict, Text


class FeedIn(Strict):
    """Whose visits: a person's or an outlet's of a business that the caller belongs to; neither: the caller's own."""

    staff: PublicId | None = None
    outlet: PublicId | None = None


class FeedOut(Schema):
    """An address that a calendar reads. `last_read_at` is to the hour."""

    id: str
    of: Literal["me", "staff", "outlet"]
    staff: str | None
    outlet: str | None
    created_at: Instant
    last_read_at: Instant | None


class MadeFeedOut(FeedOut):
    """`url` is a secret, told only now: whoever has it reads the visits, until it is revoked."""

    url: str = Field(description="text/calendar (RFC 5545)")


class FeedsOut(Schema):
    items: list[FeedOut]


class BusyCalendarIn(Strict):
    """`url`: http, https or webcal, without user and password. It is kept encrypted and told nobody again."""

    name: Text = Field("", max_length=80)
    url: Text = Field(min_length=1, max_length=2000)


class BusyFileIn(Strict):
    """Sent as a form beside the `file` (.ics)."""

    name: Text = Field("", max_length=80)


class BusyCalendarOut(Schema):
    """A calendar whose times take a person's open time. `failure` is why the newest reading failed (docs/calendars.md);
    what was read before stands."""

    id: str
    name: str
    kind: Literal["address", "file"]
    read_at: Instant | None
    events: int = Field(description="that take time within 400 days")
    skipped: int = Field(description="series that could not be read")
    unknown_zones: list[str] = Field(description="whose times were read by the outlet's clock")
    failure: str
    failures: int = Field(description="in a row")


class ConflictOut(Schema):
    """A visit or a group session that was booked at a time that is taken outside; it stays."""

    booking: str | None
    session: str | None
    name: str
    start: Instant


class BusyCalendarsOut(Schema):
    items: list[BusyCalendarOut]
    conflicts: list[ConflictOut]
