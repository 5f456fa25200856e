"""The marketplace's share of what a provider earns, and the VAT on it. Pure; amounts are minor units, turnovers
hundredths of a unit, for a rate counts in every currency."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from common.money import percentage

# 5 %, in basis points: where no rate is set. Each payment keeps the share it was opened with.
COMMISSION_BP = 500
# No rate and no VAT goes beyond half: what is left of an amount is never below zero.
MOST_BP = 5000


@dataclass(frozen=True, slots=True)
class RateTier:
    """From a turnover of so much (hundredths of a unit) in the calendar month on, it included, another rate."""

    from_turnover: int
    rate_bp: int


@dataclass(frozen=True, slots=True)
class Rate:
    """What the marketplace asks, in basis points: `rate_bp`, less from a turnover on, or something else at first.

    `tiers` rise by their turnover; `intro_bp` counts up to and on the day `intro_until`, whatever the turnover. Raises
    ValueError for a rate outside 0 to MOST_BP, tiers that do not rise, and half an introduction.
    """

    rate_bp: int = COMMISSION_BP
    tiers: tuple[RateTier, ...] = ()
    intro_bp: int | None = None
    intro_until: date | None = None

    def __post_init__(self) -> None:
        rates = [self.rate_bp, self.intro_bp or 0, *(tier.rate_bp for tier in self.tiers)]
        if not all(0 <= rate <= MOST_BP for rate in rates):
            raise ValueError(f"a rate is 0 to {MOST_BP} basis points")
        steps = [0, *(tier.from_turnover for tier in self.tiers)]
        if any(later <= earlier for earlier, later in pairwise(steps)):
            raise ValueError("tiers rise by their turnover")
        if (self.intro_bp is None) != (self.intro_until is None):
            raise ValueError("an introductory rate has its last day")

    def is_intro(self, on: date) -> bool:
        """Whether the introductory rate counts on that day."""
        return self.intro_until is not None and on <= self.intro_until

    def at(self, *, turnover: int, on: date) -> int:
        """The rate (basis points) on a day of the provider's, after a turnover of so much (hundredths of a unit) in its
        month."""
        if self.intro_bp is not None and self.is_intro(on):
            return self.intro_bp
        return next((t.rate_bp for t in reversed(self.tiers) if turnover >= t.from_turnover), self.rate_bp)


STANDARD = Rate()


@dataclass(frozen=True, slots=True)
class Share:
    """What is agreed for one payment: commission and the VAT on it (basis points), and the country whose VAT it is."""

    commission_bp: int = COMMISSION_BP
    vat_bp: int = 0
    tax_country: str = ""


@dataclass(frozen=True, slots=True)
class Parts:
    """An amount shared out: what is the provider's, the commission, and the VAT on that."""

    earned: int
    commission: int
    vat: int


def commission(amount: int, basis_points: int) -> int:
    """The share of `amount` (minor units), rounded half up; `basis_points` are hundredths of a percent."""
    return percentage(amount, Decimal(basis_points) / 100)


def split(amount: int, share: Share) -> Parts:
    """Share out `amount`: the commission is rounded half up, then the VAT on it, and the rest is the provider's."""
    ours = commission(amount, share.commission_bp)
    vat = commission(ours, share.vat_bp)
    return Parts(earned=amount - ours - vat, commission=ours, vat=vat)


def mixed(parts: list[tuple[int, int]]) -> int | None:
    """The one rate of several things sold together, (amount, basis points) each: weighed by amount, rounded half up.

    None without any amount.
    """
    total = sum(amount for amount, _ in parts)
    return (sum(amount * rate for amount, rate in parts) * 2 + total) // (2 * total) if total else None
