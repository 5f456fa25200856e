"""Money: integer minor units with an ISO 4217 currency."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from babel.numbers import format_currency, get_currency_precision


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (cents) of a currency (ISO 4217 code)."""

    amount: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount - self._same(other), self.currency)

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up")
        return other.amount

    def major(self) -> Decimal:
        """The amount in major units (euros)."""
        return Decimal(self.amount).scaleb(-get_currency_precision(self.currency))

    def format(self, locale: str) -> str:
        """The amount as people of `locale` (BCP 47 or POSIX) write it, such as `€58.00`."""
        tag = locale.replace("-", "_")
        tag = "zh_Hans_CN" if tag.lower().startswith("zh") else tag
        return str(format_currency(self.major(), self.currency, locale=tag))


def minor_of(hundredths: int, currency: str) -> int:
    """Hundredths of a unit, as amounts that count in any currency are kept, in the minor units of one: 1000 are €10.00,
    ¥10 and KD 10.000. Rounded half up."""
    exact = Decimal(hundredths).scaleb(get_currency_precision(currency) - 2)
    return int(exact.to_integral_value(rounding=ROUND_HALF_UP))


def hundredths_of(amount: int, currency: str) -> int:
    """Minor units of a currency in hundredths of its unit, rounded down."""
    return int(Decimal(amount).scaleb(2 - get_currency_precision(currency)) // 1)


def percentage(amount: int, percent: int | Decimal) -> int:
    """`percent` of `amount` (minor units), rounded half up to a whole minor unit."""
    return int((Decimal(amount) * Decimal(percent) / 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def shares(amount: int, weights: Sequence[int]) -> list[int]:
    """`amount` (minor units) parted in proportion to `weights` (not negative, and some positive unless the amount is
    zero): whole units that add up to it; what rounding leaves goes to the largest remainders, the first first."""
    whole = sum(weights)
    if not whole:
        if amount:
            raise ValueError("nobody to share it")
        return [0] * len(weights)
    parts = [amount * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda n: -(amount * weights[n] % whole))
    for n in by_remainder[: amount - sum(parts)]:
        parts[n] += 1
    return parts
