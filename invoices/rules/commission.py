"""What a document of commission says, from what was charged visit by visit. Pure; amounts are minor units.

The ledger rounds the VAT of each visit, a document is checked against that of the whole: EN 16931 leaves less than one
unit between them (BR-S-09). Within that the document says what was charged; else it says the VAT of the whole, and what
was charged besides as a rounding, so that its total is always the ledger's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from common.money import percentage


@dataclass(frozen=True, slots=True)
class Charged:
    """Commission at one rate of VAT (basis points), the VAT that is said, and what the ledger has besides."""

    vat_bp: int
    net: int
    tax: int
    rounding: int = 0

    @property
    def rate(self) -> str:
        """As a percentage, such as 25.50."""
        return f"{Decimal(self.vat_bp) / 100:.2f}"


@dataclass(frozen=True, slots=True)
class Document:
    """Sums by rate, the highest first."""

    rates: tuple[Charged, ...]

    @property
    def net(self) -> int:
        return sum(each.net for each in self.rates)

    @property
    def tax(self) -> int:
        return sum(each.tax for each in self.rates)

    @property
    def rounding(self) -> int:
        return sum(each.rounding for each in self.rates)

    @property
    def gross(self) -> int:
        return self.net + self.tax + self.rounding


def document(charged: Mapping[int, tuple[int, int]], *, unit: int) -> Document:
    """What (commission, VAT) by rate say on one document; `unit` is how many minor units a unit of the currency has."""
    rates = []
    for vat_bp, (net, tax) in sorted(charged.items(), reverse=True):
        exact = percentage(net, Decimal(vat_bp) / 100)
        said = tax if abs(tax - exact) < unit else exact
        rates.append(Charged(vat_bp, net, said, tax - said))
    return Document(tuple(rates))


def shared(
    back: Mapping[int, tuple[int, int]], rooms: Mapping[int, Mapping[int, tuple[int, int]]]
) -> dict[int, dict[int, tuple[int, int]]]:
    """Which documents (by key, in order) what is taken back corrects: of each as much at a rate as it still has there.

    Raises ValueError for what nobody was charged.
    """
    found: dict[int, dict[int, tuple[int, int]]] = {}
    for vat_bp, (net, tax) in back.items():
        for key, room in rooms.items():
            room_net, room_tax = room.get(vat_bp, (0, 0))
            part, vat = min(net, room_net), min(tax, room_tax)
            if part or vat:
                found.setdefault(key, {})[vat_bp] = (part, vat)
                net, tax = net - part, tax - vat
        if net or tax:
            raise ValueError("more is taken back than was charged")
    return found
