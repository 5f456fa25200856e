"""Kept cards: Stripe's customers and payment methods. Of a customer Stripe is told our user's id, and nothing else.

A card is kept while it is paid with on Stripe's page (`setup_future_usage`), and used with the customer present
(`off_session` false), so that their bank may ask them. An intent is opened first and confirmed afterwards: nothing is
taken before we know its id.
"""

from contextlib import suppress

from payments.errors import GatewayRefused
from payments.gateways.base import CardOrder, CardState, PaymentOrder
from payments.gateways.stripe.wire import Wire, asked, v1


def open_holder(user: str, key: str) -> str:
    """A customer at Stripe for one of our users (public id)."""
    return str(
        asked(lambda: v1().customers.create({"metadata": {"user": user}}, {"idempotency_key": key}))["id"]
    )


def open_intent(order: PaymentOrder) -> Wire:
    """An intent that waits for being confirmed."""
    return asked(
        lambda: v1().payment_intents.create(
            {
                "amount": order.amount,
                "currency": order.currency.lower(),
                "customer": order.holder,
                "payment_method": order.card,
                "payment_method_types": ["card"],
                "capture_method": "manual" if order.hold else "automatic",
                "metadata": {"payment": order.reference},
                "expand": ["latest_charge", "payment_method"],
            },
            {"idempotency_key": order.idempotency_key},
        )
    )


def confirm(order: CardOrder, intent: Wire) -> None:
    """Take the money, or ask the customer's bank. What is no longer to be confirmed is left as it is."""
    if intent["status"] != "requires_confirmation":
        return
    with suppress(GatewayRefused):  # declined, or confirmed at this very moment: asking says which
        asked(
            lambda: v1().payment_intents.confirm(
                intent["id"],
                {"return_url": order.return_url, "off_session": False},
                {"idempotency_key": order.idempotency_key},
            )
        )


def page_of(intent: Wire) -> str:
    """Where the customer's bank asks them; empty when it does not."""
    to = (intent.get("next_action") or {}).get("redirect_to_url") or {}
    return str(to.get("url") or "")


def kept_with(intent: Wire) -> CardState | None:
    """The card that an intent was paid with, where Stripe keeps it because of it."""
    method = intent.get("payment_method")
    if not intent.get("setup_future_usage") or not isinstance(method, dict) or not method.get("card"):
        return None
    card = method["card"]
    return CardState(
        token=method["id"],
        brand=card["brand"],
        last4=card["last4"],
        exp_month=card["exp_month"],
        exp_year=card["exp_year"],
    )


def forget_card(card: str) -> None:
    """Take a card from its customer. What Stripe does not know any more is forgotten."""
    with suppress(GatewayRefused):
        asked(lambda: v1().payment_methods.detach(card))


def forget_holder(holder: str) -> None:
    """Delete a customer, and their cards with them. Likewise."""
    with suppress(GatewayRefused):
        asked(lambda: v1().customers.delete(holder))
