"""The walk-in queue, for the business and for whoever waits."""

from typing import Literal

from ninja import Schema
from pydantic import Field

from bookings.models.queue import MOST_TOGETHER
from bookings.schemas.base import Instant, PublicId, Strict, Text


class QueueIn(Strict):
    """`phone` and `email` are for the link and the visit; both are forgotten when the outlet closes."""

    service: PublicId
    name: Text = Field(min_length=1, max_length=120, description="a name or a nickname")
    staff: PublicId | None = Field(None, description="whom they want; without it anyone")
    party: int = Field(1, ge=1, le=MOST_TOGETHER)
    phone: Text | None = Field(None, max_length=32)
    email: Text | None = Field(None, max_length=254)
    language: Text = Field("", max_length=12)


class QueueNamedOut(Schema):
    id: str
    name: str


class QueueTimesOut(Schema):
    """When they would be served, as it is now: from what is open, less who came before. Both are free now."""

    earliest: Instant | None = Field(description="null: not before the outlet closes")
    latest: Instant | None = Field(
        description="if what is ahead takes longer; null: then not before the outlet closes"
    )


class QueueEntryOut(Schema):
    id: str
    state: Literal["waiting", "called", "no_show", "left", "closed"]
    name: str
    service: QueueNamedOut
    staff: QueueNamedOut | None = Field(description="whom they want")
    party: int
    joined_at: Instant
    called_at: Instant | None
    out_of_turn: bool = Field(
        description="called before somebody who could have been served and had come earlier"
    )
    booking: str | None = Field(description="the visit of whoever was called")


class QueuePlaceOut(Schema):
    """Somebody who waits. `free_now`: the people who could begin with them this minute, with nobody before them
    delayed; who is first with any is next."""

    entry: QueueEntryOut
    number: int = Field(description="1 is the first")
    times: QueueTimesOut
    free_now: list[str]


class QueueOut(Schema):
    timezone: str
    closes_at: Instant | None = Field(description="null: closed for the rest of the day")
    waiting: list[QueuePlaceOut]
    called: list[QueueEntryOut] = Field(description="called, and not there yet")
    gone: list[QueueEntryOut] = Field(description="left, or did not come when called; the last first")


class QueueLinkOut(Schema):
    url: str = Field(description="for whoever waits; it names nobody, and ends when the outlet closes")


class MyPlaceOut(Schema):
    """What whoever waits sees: nobody else, and no name."""

    state: Literal["waiting", "called", "no_show", "left", "closed"]
    outlet: QueueNamedOut
    service: str
    number: int | None = Field(description="1 is the first; null when they do not wait any more")
    times: QueueTimesOut | None
