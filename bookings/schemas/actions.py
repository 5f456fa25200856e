"""What is done with a booking: paying, writing, moving, cancelling, objecting."""

from typing import Annotated, Literal

from ninja import Schema
from pydantic import AwareDatetime, Field

from bookings.enums import MessageReason
from bookings.schemas.base import Instant, PublicId, Strict, Text


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
    hidden: bool = Field(
        False, description="operators hid its text from both sides: `text` is empty, `notice` says why"
    )
    notice: str = ""


class ReportMessageIn(Strict):
    """`text` is for the operators only."""

    reason: MessageReason
    text: Text = Field("", max_length=1000)


class MessageReportOut(Schema):
    id: str
    message: str
    reason: MessageReason


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


class StandardIn(Strict):
    """The places of the steps that are done, over all items: 0 is the first step. The others are not."""

    done: list[Annotated[int, Field(ge=0, le=1000)]] = Field(max_length=200)
