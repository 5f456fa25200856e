"""The shapes of the bookings API. v1 only ever gains optional fields."""

from datetime import date
from typing import Annotated, Literal

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, PlainSerializer

from common.clock import rfc3339

Instant = Annotated[AwareDatetime, PlainSerializer(rfc3339, return_type=str)]


class MoneyOut(Schema):
    """Integer minor units of an ISO 4217 currency."""

    amount: int
    currency: str


def _storable(text: str) -> str:
    if "\x00" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise ValueError("must not contain NUL characters or halves of characters")
    return text


Text = Annotated[str, AfterValidator(_storable)]
PublicId = Annotated[str, Field(max_length=40), AfterValidator(_storable)]


class Strict(Schema):
    model_config = ConfigDict(extra="forbid")


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


class SlotItemOut(Schema):
    staff: list[str]
    start: Instant | None = Field(None, description="when this service begins, and ends")
    end: Instant | None = None


class PeriodOut(Schema):
    start: Instant
    end: Instant


class CourseOut(Schema):
    """What is booked as one: all of the dates."""

    name: str
    dates: list[PeriodOut]


class SlotOut(Schema):
    start: Instant
    end: Instant
    staff: list[str] = Field(description="who is free then")
    items: list[SlotItemOut] | None = Field(None, description="in the order of what was asked")
    session: str | None = Field(None, description="of a group service: the session, or a course's first")
    seats_left: int | None = Field(None, description="in it, or on every date of its course")
    course: CourseOut | None = None


class SlotsOut(Schema):
    timezone: str = Field(description="the outlet's IANA zone")
    slots: list[SlotOut]
    travel_counted: bool | None = Field(
        None,
        description="whether ways before and after were counted; not for a home visit without address",
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


class StandardIn(Strict):
    """The places of the steps that are done, over all items: 0 is the first step. The others are not."""

    done: list[Annotated[int, Field(ge=0, le=1000)]] = Field(max_length=200)


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


class PaymentIn(Strict):
    method: Literal["sandbox", "stripe", "counter"]
    whole: bool = Field(
        False, description="online: the whole price, even where a deposit or a hold is enough"
    )
    wallet: bool = Field(
        False, description="take what is in the wallet first; the rest is paid with `method`"
    )
    card: PublicId | None = Field(
        None, description="a card of `GET /me/cards` that `method` keeps; in a session only, not with a token"
    )
    keep_card: bool = Field(
        False, description="have the card that is paid with kept for the next time; likewise"
    )


class PaymentOut(Schema):
    status: str
    redirect_url: str | None


class CounterPaymentIn(Strict):
    """`amount` as it was shown, in minor units."""

    amount: int = Field(ge=1, le=10**15)
    means: Literal["cash", "terminal"]
    note: Text = Field("", max_length=120)


class ReasonIn(Strict):
    reason: Text = Field(min_length=1, max_length=120)


class MessageIn(Strict):
    text: Text = Field(min_length=1, max_length=2000)


class MessageOut(Schema):
    id: str
    at: Instant
    text: str
    by: str = Field("provider", description="customer or provider")
    read_at: Instant | None = Field(None, description="when the other side saw it")


class MessagesOut(Schema):
    items: list[MessageOut]
    open: bool = Field(description="whether more may be written: until 30 days after the visit")


class CancelIn(Strict):
    version: str = Field(max_length=80)
    to_wallet: bool = Field(
        False, description="what comes back goes into the customer's wallet, at once, and not the way it came"
    )


class RescheduleIn(Strict):
    start: AwareDatetime
    staff: PublicId | None = None
    instead_of: PublicId | None = Field(
        None, description="of several people: whom `staff` comes in for; the others stay"
    )
    version: str = Field(max_length=80)


class ObjectIn(Strict):
    reason: Text = Field(min_length=1, max_length=2000)


class NotComeIn(Strict):
    text: Text = Field(min_length=1, max_length=2000, description="for the business and for operators")


class DecideIn(Strict):
    refund: int = Field(ge=0, le=10**12, description="of what is held, in minor units: 0 releases all of it")
    reason: Text = Field(min_length=1, max_length=2000, description="for both sides")
    missed: bool = Field(
        False,
        description="of not_come: nobody came; everything goes back, with what the terms promise besides",
    )


class DeclineIn(Strict):
    reason: Text = Field("", max_length=500, description="for the customer")


class CheckInIn(Strict):
    code: Text | None = Field(None, max_length=12)


class BookingsOut(Schema):
    items: list[BookingOut]
    next: str | None


class DayOut(Schema):
    timezone: str = Field(description="the outlet's IANA zone, in which the day is")
    items: list[BookingOut]


def money(amount: int, currency: str) -> MoneyOut:
    return MoneyOut(amount=amount, currency=currency)
