"""The shapes of the reviews API. v1 only ever gains optional fields."""

from typing import Annotated, Literal

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, PlainSerializer

from common.clock import rfc3339
from reviews.rules import words

Instant = Annotated[AwareDatetime, PlainSerializer(rfc3339, return_type=str)]


def _storable(text: str) -> str:
    if "\x00" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise ValueError("must not contain NUL characters or halves of characters")
    return text


Text = Annotated[str, AfterValidator(_storable)]
PublicId = Annotated[str, Field(max_length=40), AfterValidator(_storable)]
Star = Annotated[int, Field(ge=1, le=5, strict=True)]


class Strict(Schema):
    model_config = ConfigDict(extra="forbid")


class StarsIn(Strict):
    """Each 1 to 5: the work itself, being on time, what it was worth."""

    service: Star
    punctuality: Star
    value: Star


class ReviewIn(Strict):
    stars: StarsIn
    text: Text = Field("", max_length=words.LONGEST_TEXT)


class ReplyIn(Strict):
    text: Text = Field(min_length=1, max_length=words.LONGEST_REPLY)


class ReportIn(Strict):
    reason: Literal["abuse", "private", "spam", "off_topic", "untrue", "conflict", "other"]
    text: Text = Field("", max_length=words.LONGEST_NOTE)


class StarsOut(Schema):
    """`overall` is the mean of the three to the nearest whole star."""

    overall: int
    service: int
    punctuality: int
    value: int


class ReplyOut(Schema):
    text: str
    at: Instant


class PhotoOut(Schema):
    """`url` is a path under this site; it answers while the review is shown."""

    id: str
    url: str
    width: int
    height: int


class ReviewOut(Schema):
    """A review as everybody reads it. `author` is a first name and an initial; "" when they gave none."""

    id: str
    author: str
    stars: StarsOut
    text: str
    language: str
    service: str = Field(description="what the visit was for")
    staff: str | None = Field(description="who did it")
    written_at: Instant
    changed_at: Instant | None
    reply: ReplyOut | None
    photos: list[PhotoOut] = Field(default_factory=list, description="up to four; none of a hidden review")


class OwnReviewOut(ReviewOut):
    """The same for those who may see the visit: whether it is hidden and why, and until when it can be changed."""

    hidden_at: Instant | None
    hidden_reason: str | None
    changeable_until: Instant


class BreakdownOut(Schema):
    rating: int
    count: int


class RatingOut(Schema):
    """Bayesian means (five imagined visits of 4 stars count in), 1 to 5 with one decimal; null without reviews."""

    overall: float | None
    service: float | None
    punctuality: float | None
    value: float | None
    count: int
    breakdown: list[BreakdownOut] = Field(description="reviews per overall star, 5 first")


class ReviewsOut(Schema):
    items: list[ReviewOut]
    next: str | None
    rating: RatingOut


class ReportOut(Schema):
    id: str
