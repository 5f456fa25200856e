"""The form in which a trade's services are listed."""

from dataclasses import dataclass

AT_OUTLET, AT_CUSTOMER = "outlet", "customer"


@dataclass(frozen=True, slots=True)
class Template:
    """A service before its price is drawn: euros from `low` to `high`; options are (name, minutes, euros)."""

    category: str
    name: str
    minutes: int
    low: int
    high: int
    description: str = ""
    options: tuple[tuple[str, int, int], ...] = ()
    before: int = 0
    after: int = 0
    place: str = AT_OUTLET
    needs: str = ""
    # The hours in which the provider accepts a booking; 0 when it is confirmed at once.
    accepts_within: int = 0
    # Minutes of work, then minutes that it takes by itself; the rest is work again.
    takes: tuple[int, int] | None = None
