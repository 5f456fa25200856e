"""The numbers of a business, as the API answers them. Rates are left to whoever asks: what they are made of is here."""

from datetime import date

from ninja import Schema
from pydantic import Field


class RevenueOut(Schema):
    """Minor units. `online` + `counter` = `total`, what customers paid; `online` + `commission_and_vat` + `other` =
    `yours`, what it did to the balance but for payouts, as the statement of the same days says."""

    currency: str
    total: int
    online: int
    counter: int
    commission_and_vat: int
    other: int
    yours: int


class FiguresOut(Schema):
    """Visits count where they take place, money when the ledger has it. Of a person or a service it is their share of
    what the visit brought; a service has no hours."""

    visits: int = Field(description="that took place, or have begun")
    no_shows: int
    customers: int = Field(description="whose visits these were, each once")
    returning: int = Field(description="of these, who had been at the business before that visit")
    lead_min: int | None = Field(description="the median from booking to visit, in minutes; without walk-ins")
    open_min: int = Field(description="people's hours, in minutes")
    booked_min: int = Field(description="of these what visits took, buffers included")
    revenue: list[RevenueOut]


class WeekFiguresOut(FiguresOut):
    """A week from Monday to Sunday, or what of it lies within the days asked for."""

    first: date
    last: date


class FiguresOfOut(FiguresOut):
    """A person or a service."""

    id: str
    name: str


class NumbersOut(Schema):
    first: date
    last: date
    timezone: str
    outlet: str | None
    total: FiguresOut
    weeks: list[WeekFiguresOut]
    people: list[FiguresOfOut]
    services: list[FiguresOfOut]
