"""What a document says, whoever makes it for whom: as plain values, for the page and for the data in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from invoices.enums import DocumentKind
from invoices.models import CommissionDocument, Invoice


@dataclass(frozen=True, slots=True)
class Party:
    """Who a document is from, or for. Without a country of its own the buyer's is where the visit was."""

    name: str
    country: str
    street_line: str = ""
    postcode: str = ""
    city: str = ""
    company_id: str = ""
    tax_id: str = ""

    @classmethod
    def of(cls, said: Mapping[str, str]) -> "Party":
        """As a document keeps it."""
        return cls(**{name: said.get(name, "") for name in cls.__dataclass_fields__})


@dataclass(frozen=True, slots=True)
class Line:
    """Something sold; minor units. `rate` is a percentage as text."""

    name: str
    net: int
    gross: int
    rate: str


@dataclass(frozen=True, slots=True)
class RateSum:
    """All that is sold at one rate."""

    rate: str
    net: int
    tax: int


@dataclass(frozen=True, slots=True)
class Paper:
    """An invoice or a credit note. `reference` is the visit's, `supplied_on` its day; else `period` says for when, its
    first and last day. `corrects` is the number and the day of what a credit note takes back."""

    written: str
    kind: str
    issued_on: date
    currency: str
    seller: Party
    buyer: Party
    lines: tuple[Line, ...]
    rates: tuple[RateSum, ...]
    net: int
    tax: int
    gross: int
    # The language of the lines' names: the shop's; "" for our own words.
    language: str = ""
    reference: str = ""
    supplied_on: date | None = None
    period: tuple[date, date] | None = None
    corrects: tuple[str, date] | None = None
    rounding: int = 0
    # Made by us in somebody's name.
    on_behalf: bool = False
    file_name: str = field(default="")

    def category(self, rate: str) -> str:
        """UNTDID 5305: standard rate, exempt (a small business), reverse charge (a business of another country accounts
        for it), or zero rate."""
        if not self.seller.tax_id:
            return "E"
        if Decimal(rate):
            return "S"
        is_abroad = self.buyer.country != self.seller.country
        return "AE" if self.buyer.tax_id and is_abroad and not self.on_behalf else "Z"


def of_invoice(invoice: Invoice) -> Paper:
    """An invoice or credit note of a business for a visit."""
    return Paper(
        written=invoice.written,
        kind=invoice.kind,
        issued_on=invoice.issued_on,
        currency=invoice.currency,
        seller=Party.of(invoice.seller),
        buyer=Party(
            name=invoice.buyer or _("Customer"),
            # Where the visit was, for want of another address of the customer.
            country=invoice.booking.outlet.country,
            street_line=invoice.buyer_address,
            tax_id=invoice.buyer_tax_id,
        ),
        lines=tuple(
            Line(*(line[name] for name in ("name", "net", "gross", "rate"))) for line in invoice.lines
        ),
        rates=_rates(invoice.rates),
        net=invoice.net_amount,
        tax=invoice.tax_amount,
        gross=invoice.gross_amount,
        language=invoice.language,
        reference=invoice.booking.ref,
        supplied_on=invoice.supplied_on,
        corrects=(invoice.corrects.written, invoice.corrects.issued_on) if invoice.corrects else None,
        on_behalf=True,
        file_name=invoice.file_name,
    )


def of_commission(document: CommissionDocument) -> Paper:
    """A document of the marketplace's own, for a month's commission, in the active language."""
    first = document.month.month
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    words = (
        _("Commission taken back: visits given back or changed")
        if document.kind == DocumentKind.CREDIT_NOTE
        else _("Commission on visits")
    )
    return Paper(
        written=document.written,
        kind=document.kind,
        issued_on=document.issued_on,
        currency=document.currency,
        seller=Party.of(document.seller),
        buyer=Party.of(document.buyer),
        lines=tuple(
            Line(words, each["net"], each["net"] + each["tax"], each["rate"]) for each in document.rates
        ),
        rates=_rates(document.rates),
        net=document.net_amount,
        tax=document.tax_amount,
        gross=document.gross_amount,
        period=(first, last),
        corrects=(document.corrects.written, document.corrects.issued_on) if document.corrects else None,
        rounding=document.rounding,
        file_name=document.file_name,
    )


def _rates(said: list[dict[str, Any]]) -> tuple[RateSum, ...]:
    return tuple(RateSum(each["rate"], each["net"], each["tax"]) for each in said)
