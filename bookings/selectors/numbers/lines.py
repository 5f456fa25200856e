"""What the numbers of a business are, as plain values."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from bookings.rules.weeks import Days
from providers.models import Outlet, Service, StaffMember


@dataclass(slots=True)
class Revenue:
    """Minor units of one currency. `online`, `kept` and `other` are the statement's: what customers paid online for
    visits, what commission and VAT on it took (negative), and what else moved but for payouts. What was taken at the
    `counter` never was in the marketplace's hands: the ledger has its commission only."""

    online: int = 0
    counter: int = 0
    kept: int = 0
    other: int = 0

    @property
    def total(self) -> int:
        """What customers paid."""
        return self.online + self.counter

    @property
    def yours(self) -> int:
        """What it did to the balance, payouts apart."""
        return self.online + self.kept + self.other

    def add(self, other: "Revenue") -> None:
        self.online += other.online
        self.counter += other.counter
        self.kept += other.kept
        self.other += other.other


@dataclass(slots=True)
class Line:
    """One week, person or service, or all of it. Rates are parts of 1; None where there is nothing to divide by."""

    # Visits that took place (begun counts), and those to which nobody came.
    visits: int = 0
    no_shows: int = 0
    # Whom the visits were of, each once, and who of them had been at the business before that.
    customers: int = 0
    returning: int = 0
    # Half of the visits were booked at least so long before they began, in minutes. Walk-ins do not count.
    lead_min: int | None = None
    # People's hours, and what is taken of them, buffers included, in minutes.
    open_min: int = 0
    booked_min: int = 0
    money: dict[str, Revenue] = field(default_factory=lambda: defaultdict(Revenue))

    @property
    def utilisation(self) -> float | None:
        return _part(self.booked_min, self.open_min)

    @property
    def repeat(self) -> float | None:
        return _part(self.returning, self.customers)

    @property
    def no_show(self) -> float | None:
        return _part(self.no_shows, self.visits + self.no_shows)

    @property
    def is_empty(self) -> bool:
        """Nobody came or was to come, and no money moved."""
        return not (self.visits or self.no_shows or any(any(_amounts(each)) for each in self.money.values()))


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of `days`, at `outlet` or at all (None). People and services are those with something to say, the
    most revenue first; money that is of no visit is nobody's and in `total` and `weeks` only."""

    days: Days
    outlet: Outlet | None
    currencies: list[str]
    total: Line
    weeks: list[tuple[Days, Line]]
    people: list[tuple[StaffMember, Line]]
    services: list[tuple[Service, Line]]


@dataclass(slots=True)
class Sums:
    """Where the parts put what they read: weeks by their Monday, people and services by primary key."""

    total: Line = field(default_factory=Line)
    weeks: dict[date, Line] = field(default_factory=lambda: defaultdict(Line))
    people: dict[int, Line] = field(default_factory=lambda: defaultdict(Line))
    services: dict[int, Line] = field(default_factory=lambda: defaultdict(Line))


def _part(some: int, of: int) -> float | None:
    return some / of if of else None


def _amounts(money: Revenue) -> tuple[int, ...]:
    return money.online, money.counter, money.kept, money.other
