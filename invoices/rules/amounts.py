"""What stands on an invoice: prices that include VAT, taken apart. Pure; amounts are minor units.

VAT is worked out once for each rate, from the sum of what is sold at it, and rounded half up there: the way EN 16931
checks it (BR-CO-17, BR-S-08). What a line is without VAT is its share of that sum, so that lines add up to it exactly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from bookings.rules.pricing import tax_within


@dataclass(frozen=True, slots=True)
class Sold:
    """Something sold at a price with VAT, whose rate is a percentage."""

    name: str
    gross: int
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Line:
    """The same without VAT and with it."""

    name: str
    net: int
    gross: int
    rate: Decimal


@dataclass(frozen=True, slots=True)
class RateSum:
    """All that is sold at one rate: without VAT, and the VAT."""

    rate: Decimal
    net: int
    tax: int


@dataclass(frozen=True, slots=True)
class Amounts:
    """The lines of a document and its sums by rate, the highest first."""

    lines: tuple[Line, ...]
    rates: tuple[RateSum, ...]

    @property
    def net(self) -> int:
        return sum(each.net for each in self.rates)

    @property
    def tax(self) -> int:
        return sum(each.tax for each in self.rates)

    @property
    def gross(self) -> int:
        return self.net + self.tax


def amounts(sold: Sequence[Sold]) -> Amounts:
    """Take the prices apart. Their order stays; the sum of all is exactly what was paid."""
    lines: dict[int, Line] = {}
    rates: list[RateSum] = []
    for rate in sorted({each.rate for each in sold}, reverse=True):
        at = [n for n, each in enumerate(sold) if each.rate == rate]
        gross = sum(sold[n].gross for n in at)
        tax = tax_within(gross, rate)
        rates.append(RateSum(rate, gross - tax, tax))
        for n, net in zip(at, shares(gross - tax, [sold[n].gross for n in at]), strict=True):
            lines[n] = Line(sold[n].name, net, sold[n].gross, rate)
    return Amounts(tuple(lines[n] for n in sorted(lines)), tuple(rates))


def of_amount(sold: Sequence[Sold], amount: int) -> list[Sold]:
    """The part of what is sold that an amount stands for: each thing in proportion to its price, none of zero.

    `sold` has a price. What was kept of a cancelled visit, or given back of one, is such a part.
    """
    parts = shares(amount, [each.gross for each in sold])
    return [Sold(each.name, part, each.rate) for each, part in zip(sold, parts, strict=True) if part]


def shares(amount: int, weights: Sequence[int]) -> list[int]:
    """Share out `amount` by weight in whole units: the largest remainders get what is left, the first of equals first.

    Weights are not negative; when all are zero the first gets everything.
    """
    total = sum(weights)
    if total == 0:
        return [amount, *([0] * (len(weights) - 1))]
    parts = [amount * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda n: (-(amount * weights[n] % total), n))
    for n in by_remainder[: amount - sum(parts)]:
        parts[n] += 1
    return parts
