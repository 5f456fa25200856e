"""The words that the shapes share."""

from datetime import date, time
from typing import Annotated, Literal

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, PlainSerializer

from common.api import storable
from common.clock import rfc3339

Instant = Annotated[AwareDatetime, PlainSerializer(rfc3339, return_type=str)]
# HH:MM: hours are whole minutes.
WallTime = Annotated[time, PlainSerializer(lambda value: value.strftime("%H:%M"), return_type=str)]


Text = Annotated[str, Field(max_length=8000), AfterValidator(storable)]
PublicId = Annotated[str, Field(max_length=40), AfterValidator(storable)]
Whole = Annotated[int, Field(ge=-(2**31), le=2**31 - 1)]
Role = Literal["owner", "manager", "staff"]
Place = Literal["outlet", "customer"]
Level = Literal["learning", "skilled", "expert"]


class Strict(Schema):
    """A request: an unknown field is refused rather than ignored."""

    model_config = ConfigDict(extra="forbid")


class MoneyOut(Schema):
    """Integer minor units of an ISO 4217 currency."""

    amount: int
    currency: str


class Ref(Schema):
    """Something else, by its id, with its name to show."""

    id: str
    name: str


class PictureSizeOut(Schema):
    """The same picture `width` pixels wide; both are paths under this site."""

    width: int
    avif: str
    webp: str


class PictureOut(Schema):
    """A picture of an outlet; `url` is a path under this site to a JPEG of `width` by `height` pixels."""

    id: str
    url: str
    alt: str = Field(description="what can be seen, in the outlet's language; may be empty")
    width: int
    height: int
    sizes: list[PictureSizeOut] = Field(description="smaller ones; none until they are made, a moment after")


class WeeklyTime(Strict):
    """Open every `weekday` (0 is Monday); `closes` at or before `opens` is on the next day.

    With `every_weeks` above 1 (at most 8): in the week of `valid_from`, and every so many after.
    """

    weekday: Whole
    opens: WallTime
    closes: WallTime
    valid_from: date | None = None
    valid_until: date | None = None
    every_weeks: Whole = 1


class DayTime(Strict):
    opens: WallTime
    closes: WallTime


class OverrideOut(Schema):
    """What holds on one date instead of the week's rules; no periods: closed."""

    date: date
    periods: list[DayTime]
    note: str


class OptionOut(Schema):
    id: str
    name: str
    extra_min: int
    price: MoneyOut
