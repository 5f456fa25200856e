"""What is asked for: slots, a booking, a visit that staff add, what is filled in."""

from datetime import date
from typing import Annotated, Literal

from ninja import Schema
from pydantic import AwareDatetime, ConfigDict, Field

from bookings.schemas.base import PublicId, Strict, Text


class AddressIn(Strict):
    """Where a home visit goes; WGS 84. Without lat and lng the line is looked up."""

    line: Text = Field(min_length=1, max_length=200)
    lat: float | None = Field(None, ge=-90, le=90)
    lng: float | None = Field(None, ge=-180, le=180)
    note: Text = Field("", max_length=500)


class ContactIn(Strict):
    name: Text = Field("", max_length=120)
    email: Text | None = Field(None, max_length=254)
    phone: Text | None = Field(None, max_length=32)


class ServedIn(Strict):
    """Whom it is for, when that is not who books; `note` is what who serves should know, such as an allergy. Say beside
    the note that it may be about health, and is shown to who serves."""

    name: Text = Field("", max_length=120)
    phone: Text = Field("", max_length=32)
    note: Text = Field("", max_length=500)


class VehicleIn(Strict):
    """What is worked on; an empty plate takes it away."""

    plate: Text = Field("", max_length=16)
    about: Text = Field("", max_length=200, description="make, model, size")


class ItemIn(Strict):
    service: PublicId
    options: list[PublicId] = Field(default_factory=list, max_length=20)
    staff: PublicId | None = None
    guest: int = Field(
        1, ge=1, le=8, description="for which guest: those of different guests may run side by side"
    )


class SlotsIn(Schema):
    """`from` and `to` are instants at most 62 days apart; starts in [from, to) are listed."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    outlet: PublicId
    items: list[ItemIn] = Field(min_length=1, max_length=10)
    address: AddressIn | None = None
    from_: AwareDatetime = Field(alias="from")
    to: AwareDatetime
    seats: int | None = Field(None, ge=1, le=1000)
    any_order: bool = Field(
        False, description="a guest's services may come in any order, the least waiting first"
    )


class BookingIn(Strict):
    """One service directly, or `items`. No staff means anyone able."""

    outlet: PublicId
    start: AwareDatetime
    service: PublicId | None = None
    staff: PublicId | None = None
    options: list[PublicId] = Field(default_factory=list, max_length=20)
    items: list[ItemIn] | None = Field(None, min_length=1, max_length=10)
    any_order: bool = False
    seats: int | None = Field(
        None, ge=1, le=1000, description="of a group service: in the session at `start`"
    )
    session: PublicId | None = Field(None, description="names the session where two start then")
    address: AddressIn | None = None
    customer: ContactIn | None = None


class VisitIn(Strict):
    """A walk-in or a call: one service; no staff means anyone able, or the caller who is staff."""

    service: PublicId
    start: AwareDatetime
    source: Literal["walk_in", "phone"]
    customer: ContactIn
    staff: PublicId | None = None
    options: list[PublicId] = Field(default_factory=list, max_length=20)
    address: AddressIn | None = None
    seats: int = Field(1, ge=1, le=1000)


# Arithmetic with days fails near the ends of the calendar.


Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2199, 12, 31))]


class ItemDetailsIn(Strict):
    id: PublicId
    options: list[PublicId] = Field(max_length=20)


class DetailsIn(Strict):
    """`options` are those of the first item; of several, `items` names each that changes."""

    customer: ContactIn | None = None
    options: list[PublicId] | None = Field(None, max_length=20)
    items: list[ItemDetailsIn] | None = Field(None, max_length=10)
    address: AddressIn | None = None
    served: ServedIn | None = None
    vehicle: VehicleIn | None = None
