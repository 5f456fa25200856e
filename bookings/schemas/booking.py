"""A booking as it is told, and what happened to it."""

from ninja import Schema
from pydantic import Field

from bookings.schemas.base import Instant, MoneyOut


class LineOut(Schema):
    """One price line of an item: the service itself (option null) or a chosen option."""

    option: str | None
    name: str
    minutes: int
    amount: int


class StepOut(Schema):
    """One step of the service standard, in the reader's language; `done_at` once staff have ticked it."""

    text: str
    done_at: Instant | None


class PersonRef(Schema):
    id: str
    name: str


class ItemOut(Schema):
    """One service. `staff` does it, or leads the `team` of all who do it together."""

    id: str
    service: str
    staff: str
    start: Instant
    end: Instant
    price: MoneyOut
    name: str
    staff_name: str
    lines: list[LineOut]
    team: list[PersonRef] = Field(default_factory=list, description="all who do it, the leading person first")
    guest: int = 1
    session: str | None = Field(None, description="the group session that the seats are in")
    seats: int = 1
    standard: list[StepOut] = Field(default_factory=list)


class PolicyStepOut(Schema):
    """Cancelling or moving up to `until` (null: ever after) gives `refund` back and keeps `fee`. What is not kept when
    moving stays with the visit."""

    until: Instant | None
    refund: MoneyOut
    fee: MoneyOut


class PolicyOut(Schema):
    steps: list[PolicyStepOut] = Field(description="when the customer cancels")
    changes: list[PolicyStepOut] = Field(description="when the customer moves it")
    beforehand: MoneyOut = Field(
        description="to be paid online before it counts: nothing, a deposit, or all of it"
    )
    on_card: bool = Field(
        False, description="`beforehand` is only held on a card, and taken when the visit is done"
    )


class OutletRef(Schema):
    id: str
    name: str


class ContactOut(Schema):
    """Who it is for. Members of the provider see no e-mail, and no phone once the visit is over."""

    name: str
    email: str | None
    phone: str | None


class AddressOut(Schema):
    """Where a home visit goes; WGS 84."""

    line: str
    note: str
    lat: float
    lng: float


class ServedOut(Schema):
    """Whom it is for besides who booked. Phone and note are for those who serve, until it is over."""

    name: str
    phone: str
    note: str


class VehicleOut(Schema):
    plate: str
    about: str


class StatementOut(Schema):
    by: str = Field(description="customer or provider")
    text: str
    at: Instant


class ObjectionOut(Schema):
    """What one side holds against a visit. While `state` is open, nothing closes and no money moves."""

    id: str
    by: str = Field(description="customer or provider")
    state: str = Field(
        description="open, withdrawn, released, refunded, or missed: the business did not come"
    )
    opened_at: Instant
    statements: list[StatementOut] = Field(description="for both sides: who objects, and what the other says")
    ended_at: Instant | None
    refund: MoneyOut | None = Field(description="decided: what goes back of what was held")
    decision: str = Field(description="why it was decided so")
    kind: str = Field("visit", description="visit, or not_come: nobody of the business came")
    answer_by: Instant | None = Field(
        None, description="of not_come: until when the business may say otherwise; then it counts"
    )


class PriceChangeOut(Schema):
    """What the business proposes to add to the price; below zero it lowers it. Only an approved one counts."""

    id: str
    item: str
    option: str | None
    name: str
    reason: str = Field(description="for both sides")
    amount: MoneyOut
    before: MoneyOut = Field(description="the price of the visit until then")
    after: MoneyOut
    state: str = Field(description="open, approved, declined, withdrawn or expired")
    asked_at: Instant
    ended_at: Instant | None
    minutes: int = Field(0, description="what it takes of the calendar after the visit, once it is approved")


class BookingOut(Schema):
    ref: str
    status: str
    hold_expires_at: Instant | None
    start: Instant
    end: Instant
    items: list[ItemOut]
    price: MoneyOut
    policy: PolicyOut
    token: str | None = Field(None, description="a guest's bearer token, told once")
    outlet: OutletRef
    timezone: str
    place: str
    payment: str
    prepaid: MoneyOut = Field(description="paid online for it")
    due_at_counter: MoneyOut = Field(description="what is still to be paid there")
    hold_extended: bool
    cancel_asked_at: Instant | None = Field(
        None,
        description="given up on a page then: carried out 10 seconds later unless it is taken back there",
    )
    fee: MoneyOut
    actions: list[str] = Field(description="what the caller may do now")
    check_in_code: str | None = Field(None, description="for the customer only")
    arrived_at: Instant | None = Field(None, description="the customer said then that they are at the outlet")
    customer: ContactOut | None = None
    address: AddressOut | None = Field(
        None, description="of a home visit: for the customer, and for members until it is over"
    )
    served: ServedOut | None = Field(None, description="whom it is for, when that is not who booked")
    vehicle: VehicleOut | None = None
    accept_by: Instant | None = Field(
        None,
        description="of a request: until when the provider answers; while held, until when if it were asked now",
    )
    decline_reason: str = Field("", description="what the provider said when declining")
    objection: ObjectionOut | None = Field(None, description="the newest one")
    price_changes: list[PriceChangeOut] = Field(
        default_factory=list, description="since it was agreed, oldest first; for both sides"
    )


class EventOut(Schema):
    seq: int
    type: str
    at: Instant
    status: str


class EventsOut(Schema):
    items: list[EventOut]


class PreviewOut(Schema):
    refund: MoneyOut
    fee: MoneyOut
    version: str
    back_at_shop: MoneyOut | None = Field(
        None, description="paid at the counter, and handed back there: beside the refund"
    )
    let_go: MoneyOut | None = Field(
        None, description="only held on the card, and free again: nothing of it was taken"
    )
    compensation: MoneyOut | None = Field(
        None, description="the business cancels late: it gives this besides, into the customer's wallet"
    )


class BookingsOut(Schema):
    items: list[BookingOut]
    next: str | None


class DayOut(Schema):
    timezone: str = Field(description="the outlet's IANA zone, in which the day is")
    items: list[BookingOut]
