"""What everybody may see."""

from ninja import Schema
from pydantic import Field

from providers.schemas.base import Instant, MoneyOut, OptionOut, OverrideOut, PictureOut, Ref, WeeklyTime


class CategoryOut(Schema):
    """A category in the reader's language; `id` is what search takes as `category`."""

    id: str
    name: str
    description: str
    children: list["CategoryOut"]
    standard: list[str] = Field(default_factory=list, description="the steps that a visit consists of")


class CategoriesOut(Schema):
    items: list[CategoryOut]


class PublicServiceOut(Schema):
    """A service as an outlet sells it, at the outlet's price."""

    id: str
    name: str
    description: str
    language: str
    category: str
    place: str
    duration_min: int
    price: MoneyOut
    options: list[OptionOut]
    capacity: int = Field(1, description="above 1: seats are sold, in sessions")
    team_size: int = Field(1, description="so many people do it together")
    needs_acceptance: bool = Field(description="a booking waits for the provider's yes")
    acceptance_hours: int = Field(description="how long it waits at most, when it does")


class PublicServicesOut(Schema):
    items: list[PublicServiceOut]


class PublicStaffOut(Schema):
    id: str
    name: str
    title: str
    resume: str
    language: str
    speaks: list[str]
    rating: float | None
    services: list[str] = Field(description="the ids of what they can do")
    photo: str | None = Field(None, description="where their picture is, under this site")
    working_since: int | None = None
    served: int = Field(0, description="how many visits they have done here")
    rating_count: int = 0
    passed: list[str] = Field(default_factory=list, description="the categories whose quiz they have passed")
    certificates: list[str] = Field(
        default_factory=list, description="the kinds of their certificates that we have checked and that hold"
    )


class PublicClosureOut(Schema):
    start: Instant
    end: Instant
    reason: str


class PublicOutletOut(Schema):
    """All that the public may know of an outlet. Overrides and closures are those of the next 30 days."""

    id: str
    name: str
    description: str
    language: str
    provider: Ref
    lat: float
    lng: float
    address: str
    phone: str
    timezone: str
    currency: str
    rating: float | None
    reviews: int
    service_radius_m: int | None
    services: list[PublicServiceOut]
    staff: list[PublicStaffOut]
    week: list[WeeklyTime]
    overrides: list[OverrideOut]
    closures: list[PublicClosureOut]
    pictures: list[PictureOut] = Field(default_factory=list, description="the first is the cover")
