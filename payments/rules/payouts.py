"""How much of a provider's balance is paid out. Pure; amounts are minor units."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from common.money import minor_of

FEWEST_DAYS, MOST_DAYS = 1, 7


@dataclass(frozen=True, slots=True)
class Terms:
    """When and how a provider is paid: what it earned is payable `after_days` days later; less than `minimum` waits, in
    hundredths of a unit, for it counts in every currency; `way` as `payments.enums.PayoutWay`, `destination` the
    account that a gateway keeps for it. Raises ValueError."""

    after_days: int = 3
    minimum: int = 1000
    way: str = "file"
    destination: str = ""

    def __post_init__(self) -> None:
        if not FEWEST_DAYS <= self.after_days <= MOST_DAYS:
            raise ValueError("what is earned is payable after 1 to 7 days")
        if self.minimum < 0:
            raise ValueError("the minimum is not negative")

    def minimum_in(self, currency: str) -> int:
        """The least that is paid out in a currency, in its minor units."""
        return minor_of(self.minimum, currency)

    def earned_until(self, now: datetime) -> datetime:
        """What was earned up to that instant (it included) is payable now."""
        return now - timedelta(days=self.after_days)


@dataclass(frozen=True, slots=True)
class Due:
    """A provider's balance in a currency, and of it what was earned too lately to be paid."""

    balance: int
    young: int

    @property
    def payable(self) -> int:
        """What may be paid now: what the provider owes counts at once, what it earned only after its days."""
        return self.balance - self.young

    def amount(self, minimum: int) -> int:
        """What a run pays now: nothing below the minimum, or while the provider owes."""
        return self.payable if self.payable >= max(minimum, 1) else 0
