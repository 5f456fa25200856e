"""How a business is paid by the gateway: the account that it keeps for it, as people read it."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from payments import gateways
from payments.enums import PayeeNeed, PayeeStatus, PayoutWay
from payments.models import PayeeAccount
from payments.rules.payouts import Terms
from payments.selectors.payees import payee_of, payees_gateway
from providers.models import Provider


@dataclass(frozen=True, slots=True)
class Payee:
    """What there is at the gateway in force, and what is to be done. `is_used`: payouts go there once it is ready;
    `is_needed`: it pays nobody without one."""

    name: str
    row: PayeeAccount | None
    is_used: bool
    is_needed: bool

    @property
    def status(self) -> str:
        """As PayeeStatus; empty while nothing was begun."""
        return self.row.status if self.row else ""

    @property
    def is_ready(self) -> bool:
        return self.status == PayeeStatus.ENABLED

    @property
    def is_turned_down(self) -> bool:
        return self.status == PayeeStatus.REJECTED

    @property
    def is_checked(self) -> bool:
        return self.status == PayeeStatus.REVIEW

    @property
    def needs(self) -> list[str | Promise]:
        """What is missing, in words."""
        return [PayeeNeed(need).label for need in self.row.needs] if self.row else []

    @property
    def due_by(self) -> datetime | None:
        return self.row.due_by if self.row else None

    @property
    def pays(self) -> bool:
        """Whether payouts go there, or need no account: a bank account is not missed."""
        return self.is_used and (self.is_ready or (self.row is None and not self.is_needed))

    @property
    def is_in_the_way(self) -> bool:
        """Whether payouts do not go there as they should."""
        return self.is_used and not self.is_ready and (self.is_needed or self.row is not None)


def payee_words(provider: Provider, terms: Terms) -> Payee | None:
    """None where no gateway in force keeps accounts. One query."""
    gateway = payees_gateway()
    if gateway is None:
        return None
    return Payee(
        name=gateways.title(gateway.name),
        row=payee_of(provider, gateway.name),
        is_used=terms.way == PayoutWay.GATEWAY,
        is_needed=gateway.needs_payees,
    )
