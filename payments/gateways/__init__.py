"""The gateways there are, by name. To add one: a module here, a line below, its settings, its tests."""

from django.conf import settings

from common.errors import NotFound
from payments.errors import PaymentMethodUnavailable
from payments.gateways.base import Gateway
from payments.gateways.counter import CounterGateway
from payments.gateways.sandbox import SandboxGateway
from payments.gateways.stripe import StripeGateway

_gateways: dict[str, Gateway] = {}


def register(gateway: Gateway) -> None:
    """Make a gateway known under its name."""
    _gateways[gateway.name] = gateway


register(CounterGateway())
register(SandboxGateway())
register(StripeGateway())


def _usable(name: str) -> bool:
    # The sandbox gives services away for nothing: it exists in demonstrations only. Stripe needs its key.
    there = {SandboxGateway.name: settings.DEMO, StripeGateway.name: bool(settings.STRIPE_SECRET_KEY)}
    return name in _gateways and there.get(name, True)


def get(name: str) -> Gateway:
    """The gateway of this name. Raises NotFound."""
    if not _usable(name):
        raise NotFound
    return _gateways[name]


def title(name: str) -> str:
    """What people call a gateway, in force or not."""
    return str(_gateways[name].title) if name in _gateways else name


def for_method(method: str) -> Gateway:
    """The gateway that carries out a payment method. Today each gateway is a method of its own name.

    Raises PaymentMethodUnavailable.
    """
    if not _usable(method):
        raise PaymentMethodUnavailable(method=method)
    return _gateways[method]


def methods() -> list[str]:
    """The payment methods that can be offered, those paid online first."""
    return sorted(filter(_usable, _gateways), key=lambda name: not _gateways[name].remote)


def paying_out() -> str:
    """The name of the gateway that holds customers' money and so pays providers; "" when there is none here."""
    return next((name for name in methods() if _gateways[name].remote), "")


def remote() -> list[Gateway]:
    """The gateways through which money passes."""
    return [_gateways[name] for name in _gateways if _usable(name) and _gateways[name].remote]
