"""Businesses, members, outlets, resources."""

from datetime import date

from ninja import Schema
from pydantic import Field

from geo.enums import TravelMode
from providers.enums import GridAlign, StaffChoice
from providers.schemas.base import PublicId, Role, Strict, Text, Whole


class ProviderIn(Strict):
    """`language` (BCP 47) is that of the name and description; `phone` with its country code."""

    name: Text
    description: Text = ""
    language: Text = "en"
    email: Text = ""
    phone: Text = ""


class ProviderChanges(Strict):
    name: Text | None = None
    description: Text | None = None
    language: Text | None = None
    email: Text | None = None
    phone: Text | None = None


class ProviderOut(Schema):
    id: str
    name: str
    description: str
    language: str
    email: str
    phone: str
    status: str
    role: str = Field(description="the caller's own")


class ProvidersOut(Schema):
    items: list[ProviderOut]
    next: str | None


class InvitationIn(Strict):
    """`staff` is the id of who they are going to be on the board, if they perform services."""

    email: Text
    role: Role
    staff: PublicId | None = None


class InvitationOut(Schema):
    """An open invitation as the business sees it: the address is the one it gave."""

    id: str
    email: str
    role: str
    staff: str | None
    expires_at: str


class InvitationsOut(Schema):
    items: list[InvitationOut]
    next: str | None


class OwnInvitationOut(Schema):
    """An open invitation to the caller."""

    id: str
    business: str = Field(description="its name")
    role: str
    expires_at: str


class OwnInvitationsOut(Schema):
    items: list[OwnInvitationOut]
    next: str | None


class MemberChanges(Strict):
    """What is not named stays; `staff` null says that they are nobody on the board."""

    role: Role | None = None
    staff: PublicId | None = None


class MemberOut(Schema):
    """A member; `id` is the user's."""

    id: str
    name: str
    email: str | None
    role: str
    staff: str | None


class MembersOut(Schema):
    items: list[MemberOut]
    next: str | None


class Pin(Strict):
    """Degrees, WGS 84."""

    lat: float = Field(ge=-90, le=90, allow_inf_nan=False)
    lng: float = Field(ge=-180, le=180, allow_inf_nan=False)


class OutletIn(Strict):
    """Without a pin the address is looked up. Home visits go within `service_radius_m` metres of the pin, or within an
    area whose corners are given in order: one of the two, or neither."""

    name: Text
    street_line: Text
    city: Text
    country: Text
    timezone: Text
    currency: Text
    postcode: Text = ""
    description: Text = ""
    language: Text = "en"
    category: PublicId | None = None
    pin: Pin | None = None
    phone: Text = ""
    slot_step_min: Whole = 15
    notice_min: Whole = 0
    window_days: Whole = 60
    grid_align: GridAlign = GridAlign.CLOCK
    grid_offset_min: Whole = 0
    window_until: date | None = None
    buffers_in_hours: bool = False
    staff_choice: StaffChoice = StaffChoice.FAIR_SHARE
    max_wait_min: Whole = 30
    keeps_holidays: bool = False
    holiday_region: Text = ""
    service_radius_m: Whole | None = None
    service_corners: list[Pin] | None = Field(None, max_length=200)
    travel_mode: TravelMode = TravelMode.CAR


class OutletChanges(Strict):
    """Only what is given changes. `pin: null` looks the address up anew. A radius replaces corners, and they it."""

    name: Text | None = None
    street_line: Text | None = None
    city: Text | None = None
    country: Text | None = None
    timezone: Text | None = None
    currency: Text | None = None
    postcode: Text | None = None
    description: Text | None = None
    language: Text | None = None
    category: PublicId | None = None
    pin: Pin | None = None
    phone: Text | None = None
    slot_step_min: Whole | None = None
    notice_min: Whole | None = None
    window_days: Whole | None = None
    grid_align: GridAlign | None = None
    grid_offset_min: Whole | None = None
    window_until: date | None = None
    buffers_in_hours: bool | None = None
    staff_choice: StaffChoice | None = None
    max_wait_min: Whole | None = None
    keeps_holidays: bool | None = None
    holiday_region: Text | None = None
    service_radius_m: Whole | None = None
    service_corners: list[Pin] | None = Field(None, max_length=200)
    travel_mode: TravelMode | None = None


class OutletOut(Schema):
    id: str
    name: str
    description: str
    language: str
    category: str | None
    street_line: str
    postcode: str
    city: str
    country: str
    lat: float
    lng: float
    timezone: str
    currency: str
    phone: str
    slot_step_min: int
    notice_min: int
    window_days: int
    grid_align: GridAlign
    grid_offset_min: int
    window_until: date | None
    buffers_in_hours: bool
    staff_choice: StaffChoice
    max_wait_min: int = Field(description="longest wait between the services of one visit")
    keeps_holidays: bool
    holiday_region: str
    service_radius_m: int | None
    archived: bool
    service_corners: list[Pin] | None = Field(None, description="where home visits go, when it was drawn")
    travel_mode: TravelMode | None = Field(
        None, description="how its people get from one visit to the next, unless a person says otherwise"
    )


class OutletsOut(Schema):
    items: list[OutletOut]
    next: str | None


class NameIn(Strict):
    name: Text


class ResourceIn(Strict):
    kind: PublicId
    outlet: PublicId
    name: Text
    position: Whole = 0


class ResourceChanges(Strict):
    name: Text
    position: Whole = 0


class ResourceKindOut(Schema):
    id: str
    name: str


class ResourceKindsOut(Schema):
    items: list[ResourceKindOut]
    next: str | None


class ResourceOut(Schema):
    id: str
    name: str
    kind: str
    outlet: str
    position: int


class ResourcesOut(Schema):
    items: list[ResourceOut]
    next: str | None
