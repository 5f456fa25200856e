"""The shapes of feeds for people's calendars."""

from typing import Literal

from ninja import Schema
from pydantic import Field

from bookings.schemas.base import Instant, PublicId, Strict


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
