"""What a visit costs and how long it takes. Amounts are minor units and include VAT, times are minutes."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class ServicePrice:
    """A service as it is sold at one outlet; `tax_percent` is the VAT that `amount` includes."""

    name: str
    amount: int
    duration_min: int
    tax_percent: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class OptionPrice:
    """A chosen option: it adds minutes and money; its VAT is the service's."""

    id: str
    name: str
    amount: int
    extra_min: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the price: the service itself (`option` None) or an option."""

    option: str | None
    name: str
    minutes: int
    amount: int


@dataclass(frozen=True, slots=True)
class Quote:
    """The price in lines, its total and the VAT within it, and the visit's length without buffers."""

    lines: tuple[Line, ...]
    total: int
    tax_amount: int
    tax_percent: Decimal
    duration_min: int

    def as_json(self) -> list[dict[str, Any]]:
        """The lines for a booking item's snapshot."""
        return [
            {"option": line.option, "name": line.name, "minutes": line.minutes, "amount": line.amount}
            for line in self.lines
        ]


def price(service: ServicePrice, options: Sequence[OptionPrice] = (), *, seats: int = 1) -> Quote:
    """The quote for a service with chosen options, in their order; of `seats` each costs the same."""
    times = f"{seats} × " if seats > 1 else ""
    lines = (
        Line(None, times + service.name, service.duration_min, seats * service.amount),
        *(
            Line(option.id, times + option.name, option.extra_min, seats * option.amount)
            for option in options
        ),
    )
    total = sum(line.amount for line in lines)
    return Quote(
        lines=lines,
        total=total,
        tax_amount=tax_within(total, service.tax_percent),
        tax_percent=service.tax_percent,
        duration_min=sum(line.minutes for line in lines),
    )


def tax_within(amount: int, percent: Decimal) -> int:
    """The VAT of `percent` that `amount` includes, rounded half up to a whole minor unit."""
    return int((amount * percent / (100 + percent)).quantize(Decimal(1), rounding=ROUND_HALF_UP))
