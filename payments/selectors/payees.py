"""Reading where gateways pay providers."""

from payments import gateways
from payments.enums import PayeeStatus
from payments.gateways.base import Gateway
from payments.models import PayeeAccount
from providers.models import Provider


def payees_gateway() -> Gateway | None:
    """The gateway in force that keeps accounts for providers, if there is one here."""
    name = gateways.paying_out()
    gateway = gateways.get(name) if name else None
    return gateway if gateway and gateway.keeps_payees else None


def payee_of(provider: Provider, gateway: str) -> PayeeAccount | None:
    """The account that a gateway keeps for a provider; None while there is none. One query."""
    return PayeeAccount.objects.filter(provider=provider, gateway=gateway).first()


def pays_to(provider: Provider, gateway: Gateway) -> str | None:
    """To which account a gateway pays a provider; "" where it needs none and there is none, None when it cannot (yet).

    An account that is not ready is not gone around, also where none is needed.
    """
    found = payee_of(provider, gateway.name) if gateway.keeps_payees else None
    if found is None:
        return None if gateway.needs_payees else ""
    return found.account if found.status == PayeeStatus.ENABLED else None
