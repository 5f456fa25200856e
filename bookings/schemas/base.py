"""The words that the shapes share."""

from typing import Annotated

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, PlainSerializer

from common.api import storable
from common.clock import rfc3339

Instant = Annotated[AwareDatetime, PlainSerializer(rfc3339, return_type=str)]


class MoneyOut(Schema):
    """Integer minor units of an ISO 4217 currency."""

    amount: int
    currency: str


Text = Annotated[str, AfterValidator(storable)]


PublicId = Annotated[str, Field(max_length=40), AfterValidator(storable)]


class Strict(Schema):
    model_config = ConfigDict(extra="forbid")


def money(amount: int, currency: str) -> MoneyOut:
    return MoneyOut(amount=amount, currency=currency)
