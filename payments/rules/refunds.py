"""What a refund takes from whom. Pure; amounts are minor units."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar

K = TypeVar("K")

# Where operators have set no limit: 200 of the currency's major units, as its minor units are counted.
DEFAULT_LIMIT_MAJOR = 200


def taken_back(amount: int, earned: Mapping[K, int], last: K) -> dict[K, int]:
    """Share `amount` among those who earned something, as they earned it: rounded half up, and `last` bears the rest.

    Taking back all of it takes from each just what they have. Raises ValueError when less was earned, or `last` is none
    of them.
    """
    total = sum(earned.values())
    if not 0 < amount <= total or last not in earned:
        raise ValueError("no more is taken back than was earned")
    parts = {
        who: int((Decimal(has) * amount / total).quantize(Decimal(1), rounding=ROUND_HALF_UP))
        for who, has in earned.items()
        if who != last
    }
    parts[last] = amount - sum(parts.values())
    return parts
