"""Stripe: its words in, ours out."""

from payments.gateways.stripe.gateway import StripeGateway

__all__ = ["StripeGateway"]
