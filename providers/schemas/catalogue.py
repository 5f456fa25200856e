"""People and services."""

from decimal import Decimal
from typing import Literal

from ninja import Schema
from pydantic import Field

from geo.enums import TravelMode
from providers.schemas.base import Level, MoneyOut, OptionOut, Place, PublicId, Strict, Text, Whole


class SkillIn(Strict):
    service: PublicId
    level: Level = "skilled"


class StaffIn(Strict):
    """`outlets` are the ids of where they work, `skills` what they can do; `travel_mode` null: as the outlet says."""

    name: Text
    title: Text = ""
    resume: Text = ""
    language: Text = "en"
    speaks: list[Text] = Field(default_factory=list, max_length=20)
    working_since: Whole | None = None
    travel_mode: TravelMode | None = None
    outlets: list[PublicId] = Field(default_factory=list, max_length=500)
    skills: list[SkillIn] = Field(default_factory=list, max_length=500)


class StaffChanges(Strict):
    """Only what is given changes; outlets and skills replace all that were there."""

    name: Text | None = None
    title: Text | None = None
    resume: Text | None = None
    language: Text | None = None
    speaks: list[Text] | None = Field(None, max_length=20)
    working_since: Whole | None = None
    travel_mode: TravelMode | None = None
    outlets: list[PublicId] | None = Field(None, max_length=500)
    skills: list[SkillIn] | None = Field(None, max_length=500)


class SkillOut(Schema):
    service: str
    level: str


class StaffOut(Schema):
    id: str
    name: str
    title: str
    resume: str
    language: str
    speaks: list[str]
    working_since: int | None
    outlets: list[str]
    skills: list[SkillOut]
    archived: bool
    photo: str | None = Field(None, description="where their picture is, under this site")
    served: int = Field(0, description="how many visits they have done")
    travel_mode: TravelMode | None = Field(
        None, description="how they get from one visit to the next; null: as the outlet says"
    )


class StaffListOut(Schema):
    items: list[StaffOut]
    next: str | None


class NeedIn(Strict):
    kind: PublicId
    quantity: Whole = 1


class NeedOut(Schema):
    kind: str
    quantity: int


class PhaseIO(Strict):
    """One part of a service: `active` while its person is at it, `processing` while they may serve somebody else."""

    kind: Literal["active", "processing"]
    minutes: int = Field(ge=1, le=1440)


class ServiceIn(Strict):
    """`outlets` are the ids of where it is sold at `price_amount`; all of them use `currency`."""

    category: PublicId
    name: Text
    duration_min: Whole
    price_amount: int
    currency: Text
    description: Text = ""
    language: Text = "en"
    place: Place = "outlet"
    buffer_before_min: Whole = 0
    buffer_after_min: Whole = 0
    phases: list[PhaseIO] = Field(
        default_factory=list, max_length=9, description="together as long as it; none: active throughout"
    )
    tax_percent: Decimal = Decimal(0)
    capacity: Whole = Field(1, description="above 1: seats are sold, in sessions on the calendar")
    team_size: Whole = Field(1, description="so many people do it together (1 to 8); 1 with seats")
    needs_acceptance: bool = False
    acceptance_hours: Whole = 24
    position: Whole = 0
    outlets: list[PublicId] = Field(default_factory=list, max_length=500)
    needs: list[NeedIn] = Field(default_factory=list, max_length=20)


class ServiceChanges(Strict):
    """Only what is given changes; needs replace all that were there."""

    category: PublicId | None = None
    name: Text | None = None
    duration_min: Whole | None = None
    price_amount: int | None = None
    description: Text | None = None
    language: Text | None = None
    place: Place | None = None
    buffer_before_min: Whole | None = None
    buffer_after_min: Whole | None = None
    phases: list[PhaseIO] | None = Field(None, max_length=9)
    tax_percent: Decimal | None = None
    capacity: Whole | None = None
    team_size: Whole | None = None
    needs_acceptance: bool | None = None
    acceptance_hours: Whole | None = None
    position: Whole | None = None
    needs: list[NeedIn] | None = Field(None, max_length=20)


class OfferIn(Strict):
    """Without a price it is the service's own."""

    price_amount: int | None = None


class OfferOut(Schema):
    outlet: str
    price: MoneyOut
    live: bool


class OptionIn(Strict):
    name: Text
    language: Text = "en"
    extra_min: Whole = 0
    price_amount: int = 0
    position: Whole = 0


class OptionChanges(Strict):
    name: Text | None = None
    language: Text | None = None
    extra_min: Whole | None = None
    price_amount: int | None = None
    position: Whole | None = None


class ServiceOut(Schema):
    id: str
    name: str
    description: str
    language: str
    category: str
    place: str
    duration_min: int
    buffer_before_min: int
    buffer_after_min: int
    phases: list[PhaseIO]
    price: MoneyOut
    tax_percent: str
    capacity: int = Field(1, description="above 1: seats are sold, in sessions on the calendar")
    team_size: int = Field(1, description="so many people do it together")
    needs_acceptance: bool = Field(description="bookings wait for the provider's yes")
    acceptance_hours: int = Field(description="how long, at most")
    position: int
    options: list[OptionOut]
    offers: list[OfferOut]
    needs: list[NeedOut]
    archived: bool


class ServicesOut(Schema):
    items: list[ServiceOut]
    next: str | None
