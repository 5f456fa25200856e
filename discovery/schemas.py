"""The shapes of the search API. v1 only ever gains optional fields."""

from typing import Annotated, Literal

from ninja import Schema
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer

from common.api import DEFAULT_LIMIT, MAX_LIMIT
from common.clock import rfc3339

Instant = Annotated[AwareDatetime, PlainSerializer(rfc3339, return_type=str)]


class SearchIn(Schema):
    """What to search for; all of it is optional. Degrees are WGS 84, lengths metres, instants RFC 3339."""

    category: str | None = Field(None, max_length=60, description="slug; includes the categories below it")
    q: str | None = Field(None, description="words, each in a name of service, outlet, business or category")
    lat: float | None = Field(None, description="the caller's place; with place=customer that of the visit")
    lng: float | None = None
    radius_m: float | None = Field(None, description="at most 100 km; 20 km without a map area")
    bbox: str | None = Field(
        None, max_length=100, description="west,south,east,north; west > east crosses the date line"
    )
    free_from: AwareDatetime | None = Field(None, description="free = a start in [free_from, free_to)")
    free_to: AwareDatetime | None = None
    place: Literal["outlet", "customer"] | None = None
    sort: Literal["distance", "rating", "price", "soonest"] | None = Field(
        None, description="distance where there is a place to count from, else rating"
    )
    max_price: int | None = Field(None, ge=0, lt=2**53, description="minor units of the outlet's currency")
    min_rating: float | None = Field(
        None, ge=1, le=5, description="as it is shown; those without reviews are not"
    )
    speaks: str | None = Field(
        None, max_length=12, description="BCP 47: of somebody who does the service there"
    )
    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)
    cursor: str | None = Field(None, max_length=400, description="`next` of the page before, same search")


class Out(BaseModel):
    """An answer's part, read from the selector's result of the same shape.

    Not ninja's Schema, which looks at every field as if it might be a queryset: a third of a search's time.
    """

    model_config = ConfigDict(from_attributes=True)


class PriceOut(Out):
    """Integer minor units of an ISO 4217 currency, VAT included."""

    amount: int
    currency: str


class FoundOutletOut(Out):
    id: str
    name: str
    lat: float
    lng: float
    distance_m: int | None = Field(description="null when the search has no lat and lng")
    rating: float | None = Field(
        description="Bayesian mean (five imagined visits of 4 stars count in), 1 to 5 with one decimal; "
        "null without reviews"
    )
    timezone: str = Field(description="IANA zone")
    rating_count: int
    street_line: str
    city: str


class FoundServiceOut(Out):
    id: str
    name: str
    duration_min: int
    price: PriceOut
    place: str
    category: str = Field(description="slug")


class FoundSlotOut(Out):
    start: Instant
    end: Instant


class SearchItemOut(Out):
    """One outlet with its cheapest matching service and its next free slots."""

    outlet: FoundOutletOut
    service: FoundServiceOut
    next_slots: list[FoundSlotOut]


class SearchOut(Out):
    """A page may hold fewer items than asked for and still have a next one; null means the end."""

    items: list[SearchItemOut]
    next: str | None
