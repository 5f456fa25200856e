"""Documents as the API answers them. Amounts are minor units of `currency`, dates the outlet's."""

from datetime import date
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from providers.schemas.base import Instant, Strict, Text

Filled = Annotated[Text, Field(min_length=1)]


class InvoiceOut(Schema):
    """An invoice, or a credit note that `corrects` one (its number)."""

    id: str
    number: str
    kind: Literal["invoice", "credit_note"]
    corrects: str | None
    booking: str = Field(description="the visit's reference")
    issued_at: Instant
    issued_on: date
    supplied_on: date
    currency: str
    net: int
    tax: int
    gross: int


class BookingInvoicesOut(Schema):
    items: list[InvoiceOut]


class InvoicesOut(Schema):
    items: list[InvoiceOut]
    next: str | None


class SellerShape(Strict):
    """Who a business is on its documents: an address, and a VAT number or one of a register."""

    name: Annotated[Filled, Field(max_length=120)]
    street_line: Annotated[Filled, Field(max_length=200)]
    postcode: Annotated[Filled, Field(max_length=16)]
    city: Annotated[Filled, Field(max_length=80)]
    country: str = Field(pattern="^[A-Z]{2}$", description="ISO 3166-1 alpha-2")
    company_id: Annotated[Text, Field(max_length=30)] = ""
    tax_id: Annotated[Text, Field(max_length=30)] = Field(
        "", description="the VAT number, its country in front; without one no VAT is charged"
    )


class BuyerShape(Strict):
    """The business that a visit is for; without a `company` its documents are made out to the customer."""

    company: Annotated[Text, Field(max_length=120)] = ""
    tax_id: Annotated[Text, Field(max_length=30, description="the VAT number, its country in front")] = ""
    address: Annotated[Text, Field(max_length=200)] = ""


class CommissionDocumentOut(Schema):
    """What the marketplace invoiced for a month's commission, or took back in it. `net` is commission, `tax` the VAT on
    it, `rounding` what rounding visit by visit makes of that; `gross` is all of it."""

    id: str
    number: str
    kind: Literal["invoice", "credit_note"]
    corrects: str | None
    month: str = Field(description="such as 2026-11, by the clock of the business")
    issued_on: date
    currency: str
    net: int
    tax: int
    rounding: int
    gross: int


class CommissionDocumentsOut(Schema):
    items: list[CommissionDocumentOut]
    next: str | None
