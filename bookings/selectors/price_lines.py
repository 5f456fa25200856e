"""The price of a visit in lines, with the VAT that it includes, as pages, receipts and mails show it."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from bookings.models import Booking
from bookings.rules.pricing import tax_within
from common.money import Money


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One line; `language` is that of its words (BCP 47)."""

    name: str
    language: str
    amount: Money


@dataclass(frozen=True, slots=True)
class TaxLine:
    """How much VAT of a rate the price includes."""

    percent: Decimal
    amount: Money


def price_lines(booking: Booking) -> list[PriceLine]:
    """Every line of the booking (with its items), in order. Later dates of a course cost nothing and have none."""
    return [
        PriceLine(line["name"], item.language, Money(line["amount"], item.currency))
        for item in booking.items.all()
        for line in item.lines
        if line["amount"] or not item.position
    ]


def tax_lines(booking: Booking) -> list[TaxLine]:
    """The VAT within the price, by rate; of each rate it is reckoned once, on the sum."""
    sums: dict[Decimal, int] = defaultdict(int)
    for item in booking.items.all():
        sums[item.tax_percent] += item.price_amount
    return [
        TaxLine(percent.normalize(), Money(tax_within(amount, percent), booking.currency))
        for percent, amount in sorted(sums.items())
        if amount and percent
    ]
