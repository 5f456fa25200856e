"""The marketplace's share."""

from decimal import Decimal

from common.money import percentage

# 5 %, in basis points. Each payment keeps the share it was opened with.
COMMISSION_BP = 500


def commission(amount: int, basis_points: int) -> int:
    """The share of `amount` (minor units), rounded half up; `basis_points` are hundredths of a percent."""
    return percentage(amount, Decimal(basis_points) / 100)
