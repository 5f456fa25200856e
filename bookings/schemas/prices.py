"""The shapes of what changes a price, and of paying what is left."""

from typing import Literal

from ninja import Schema
from pydantic import Field

from bookings.schemas import Instant, MoneyOut, PublicId, Strict, Text


class PriceChangeIn(Strict):
    """An extra of the catalogue (`option`), or `name` with an `amount` in minor units, VAT included; below zero it
    lowers the price, says why (`reason`), and counts at once. `item` is whose line it becomes, the first if none."""

    option: PublicId | None = None
    name: Text = Field("", max_length=120)
    amount: int = Field(0, ge=-(10**12), le=10**12)
    reason: Text = Field("", max_length=500)
    item: PublicId | None = None
    minutes: int | None = Field(
        None,
        ge=0,
        le=480,
        description="what it takes of the calendar after the visit; 0 is no extra time, none what the extra takes",
    )


class RestIn(Strict):
    """`amount` as it was shown, in minor units."""

    method: Literal["sandbox", "stripe"]
    amount: int = Field(ge=1, le=10**15)


class PayLinkOut(Schema):
    url: str = Field(
        description="for a square on the shop's screen; opens what is left to pay, for half an hour"
    )


class RefundPreviewOut(Schema):
    """What giving `amount` back would mean: of it `held` was not released yet, `provider` comes from the provider's
    balance, and `commission` and `vat` are given up by the marketplace."""

    amount: MoneyOut
    held: MoneyOut
    provider: MoneyOut
    commission: MoneyOut
    vat: MoneyOut
    refundable: MoneyOut = Field(description="all that could be given back")
    needs_second: bool = Field(description="another person has to agree")
    version: str


class RefundIn(Strict):
    """`amount` in minor units, or `items` by id; of neither, all. `version` is the preview's."""

    amount: int = Field(0, ge=0, le=10**12)
    items: list[PublicId] = Field(default_factory=list, max_length=40)
    reason: Text = Field(min_length=1, max_length=500, description="for both sides")
    version: str = Field(max_length=80)


class RefundOut(Schema):
    id: str
    booking: str
    amount: MoneyOut
    items: list[str]
    reason: str
    state: str = Field(description="waiting (for a second person), done or refused")
    asked_at: Instant
    decided_at: Instant | None


class RefundsOut(Schema):
    items: list[RefundOut]
