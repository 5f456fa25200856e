"""The shapes of series in the API. v1 only ever gains optional fields."""

from datetime import date, time

from ninja import Schema
from pydantic import AwareDatetime, Field

from bookings.schemas import (
    AddressIn,
    ContactIn,
    Instant,
    MoneyOut,
    OutletRef,
    PersonRef,
    PublicId,
    Strict,
    Text,
)
from bookings.schemas.asked import Day
from bookings.schemas.sessions import ServiceRef
from bookings.schemas.waitlist import WallTime


class SeriesIn(Strict):
    """What recurs. `rule` is a part of RFC 5545: FREQ=WEEKLY or MONTHLY, INTERVAL up to 12, BYDAY (with MONTHLY: 1 to 4
    or -1, and the day), and COUNT (2 to 26) or UNTIL (a day). `first_day` is its first date, `at` the outlet's wall
    clock."""

    outlet: PublicId
    service: PublicId
    options: list[PublicId] = Field(default_factory=list, max_length=50)
    staff: PublicId | None = None
    rule: Text = Field(max_length=80)
    first_day: Day
    at: WallTime
    address: AddressIn | None = None


class SeriesDateOut(Schema):
    day: date
    start: Instant | None = Field(description="None where the clocks skip that time")
    free: bool
    reason: str | None = Field(description="not_free, too_far or no_such_time")
    alternatives: list[Instant]


class SeriesDatesOut(Schema):
    """`prepayment`: what each visit's terms ask for first; a series is then booked by the business only."""

    timezone: str
    price: MoneyOut = Field(description="of one visit")
    prepayment: MoneyOut | None
    dates: list[SeriesDateOut]


class AgreedDate(Strict):
    """A day of the rule, and the start that was chosen for it: its own, or one of its alternatives."""

    day: Day
    start: AwareDatetime


class BookSeriesIn(SeriesIn):
    """`dates`: those that are to be booked, all or none. `customer`: whom a member books for."""

    dates: list[AgreedDate] = Field(min_length=1, max_length=26)
    customer: ContactIn | None = None


class SeriesVisitOut(Schema):
    day: date = Field(description="the rule's, which it may have been moved from")
    booking: str
    status: str
    start: Instant
    end: Instant


class SeriesOut(Schema):
    id: str
    outlet: OutletRef
    service: ServiceRef
    staff: PersonRef | None
    rule: str
    first_day: date
    at: time
    timezone: str
    visits: list[SeriesVisitOut]


class SeriesListOut(Schema):
    items: list[SeriesOut]


class VisitCostOut(Schema):
    """What cancelling or moving one visit would give back and keep; `version` goes along when it is done."""

    booking: str
    start: Instant
    refund: MoneyOut
    fee: MoneyOut
    version: str
    to: Instant | None = Field(None, description="of a move: where it would go")
    free: bool | None = Field(None, description="of a move: whether it can")
    alternatives: list[Instant] = Field(default_factory=list)


class SeriesPreviewOut(Schema):
    visits: list[VisitCostOut]


class VisitVersion(Strict):
    booking: PublicId
    version: Text = Field(max_length=80)


class CancelSeriesIn(Strict):
    visits: list[VisitVersion] = Field(min_length=1, max_length=26)


class VisitTo(VisitVersion):
    start: AwareDatetime


class MoveSeriesIn(Strict):
    visits: list[VisitTo] = Field(min_length=1, max_length=26)
