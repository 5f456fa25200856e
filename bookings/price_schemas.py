"""The shapes of what changes a price, and of paying what is left."""

from typing import Literal

from ninja import Schema
from pydantic import Field

from bookings.schemas import PublicId, Strict, Text


class PriceChangeIn(Strict):
    """An extra of the catalogue (`option`), or `name` with an `amount` in minor units, VAT included; below zero it
    lowers the price, says why (`reason`), and counts at once. `item` is whose line it becomes, the first if none."""

    option: PublicId | None = None
    name: Text = Field("", max_length=120)
    amount: int = Field(0, ge=-(10**12), le=10**12)
    reason: Text = Field("", max_length=500)
    item: PublicId | None = None


class RestIn(Strict):
    """`amount` as it was shown, in minor units."""

    method: Literal["sandbox"]
    amount: int = Field(ge=1, le=10**15)


class PayLinkOut(Schema):
    url: str = Field(
        description="for a square on the shop's screen; opens what is left to pay, for half an hour"
    )
