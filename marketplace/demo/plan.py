"""The demo's businesses and visits as plain values, before anything is written.

Amounts are euro cents with VAT, durations minutes, wall-clock times those of the outlet's zone.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time

from providers.rules.phases import ACTIVE, PROCESSING, Phase
from providers.rules.ratings import Stars


@dataclass(frozen=True, slots=True)
class Shift:
    """Work from `opens` to `closes` every `weekday` (0 is Monday); until `opens` or before is next day."""

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class OptionPlan:
    public_id: str
    name: str
    extra_min: int
    amount: int


@dataclass(frozen=True, slots=True)
class ServicePlan:
    """`needs` is the public id of the resource kind of which it takes one unit, or ""."""

    public_id: str
    category: str
    name: str
    description: str
    place: str
    duration_min: int
    before_min: int
    after_min: int
    amount: int
    needs: str = ""
    options: tuple[OptionPlan, ...] = ()
    # 0 when its bookings are confirmed at once.
    accepts_within_h: int = 0
    # Minutes of work, then minutes that it takes by itself; the rest is work again.
    takes: tuple[int, int] | None = None

    @property
    def phases(self) -> tuple[Phase, ...]:
        """Its parts; none when it is worked on throughout."""
        if self.takes is None:
            return ()
        first, takes = self.takes
        return (
            Phase(ACTIVE, first),
            Phase(PROCESSING, takes),
            Phase(ACTIVE, self.duration_min - first - takes),
        )


@dataclass(frozen=True, slots=True)
class StaffPlan:
    """`skills` maps a service's public id to a level; without `shifts` they work the outlet's hours."""

    public_id: str
    name: str
    title: str
    resume: str
    speaks: tuple[str, ...]
    working_since: int
    skills: dict[str, str]
    shifts: tuple[Shift, ...] = ()


@dataclass(frozen=True, slots=True)
class UnitPlan:
    public_id: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class MemberPlan:
    """`staff` is the public id of the StaffMember they are on the board, or ""."""

    email: str
    role: str
    staff: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A position (degrees, WGS 84) with its address, and opening hours if they are known (OSM's syntax)."""

    lat: float
    lng: float
    street_line: str
    postcode: str
    city: str = "Helsinki"
    country: str = "FI"
    timezone: str = "Europe/Helsinki"
    opening_hours: str = ""


@dataclass(frozen=True, slots=True)
class BusinessPlan:
    """One business with one outlet. `busy` is the share of its people's time that visits take, 0 to 1."""

    public_id: str
    outlet_id: str
    trade: str
    name: str
    description: str
    language: str
    status: str
    email: str
    phone: str
    place: Place
    main_category: str
    hours: tuple[Shift, ...]
    services: tuple[ServicePlan, ...]
    staff: tuple[StaffPlan, ...]
    kinds: dict[str, str] = field(default_factory=dict)
    units: tuple[UnitPlan, ...] = ()
    service_radius_m: int | None = None
    slot_step_min: int = 15
    notice_min: int = 60
    members: tuple[MemberPlan, ...] = ()
    busy: float = 0.05


@dataclass(frozen=True, slots=True)
class PersonPlan:
    """Someone who books. With a `user_id` they have an account, else they are a guest of one visit."""

    customer_id: str
    user_id: str
    name: str
    email: str
    phone: str
    language: str


@dataclass(frozen=True, slots=True)
class ReviewPlan:
    public_id: str
    stars: Stars
    text: str
    language: str
    reply: str
    at: datetime


@dataclass(frozen=True, slots=True)
class VisitPlan:
    """One visit of one item; instants are UTC. `status` is the booking's, `method` sandbox or counter.

    It took place when it is `completed` (the customer may still object) or `closed`.
    """

    ref: str
    business: BusinessPlan
    service: ServicePlan
    options: tuple[OptionPlan, ...]
    staff: StaffPlan
    unit: UnitPlan | None
    person: PersonPlan
    booked_at: datetime
    starts_at: datetime
    ends_at: datetime
    status: str
    method: str
    staff_was_chosen: bool
    code: str
    cancelled_at: datetime | None = None
    review: ReviewPlan | None = None
    # Home visits: where they go.
    visit_to: Place | None = None
    visit_note: str = ""

    @property
    def took_place(self) -> bool:
        return self.status in ("completed", "closed")

    @property
    def amount(self) -> int:
        return self.service.amount + sum(option.amount for option in self.options)

    @property
    def duration_min(self) -> int:
        return self.service.duration_min + sum(option.extra_min for option in self.options)


@dataclass(frozen=True, slots=True)
class AbsencePlan:
    """A day on which an outlet (or one of its people) is away, or has other hours (`opens`, `closes`)."""

    business: BusinessPlan
    day: date
    note: str
    staff: StaffPlan | None = None
    opens: time | None = None
    closes: time | None = None
