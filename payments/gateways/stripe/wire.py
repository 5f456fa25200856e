"""Asking Stripe by its own SDK: plain values out, its kinds of error in our words."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any

import stripe
from django.conf import settings

from payments.errors import GatewayRefused, GatewayUnavailable

# Who waits for a page waits no longer; the same key asks again.
TIMEOUT_S = 10.0
RETRIES = 1

Wire = dict[str, Any]


@cache
def client(key: str, url: str) -> stripe.StripeClient:
    """One client for a key and an address of the API."""
    stripe.enable_telemetry = False
    return stripe.StripeClient(
        key,
        base_addresses={"api": url},
        max_network_retries=RETRIES,
        http_client=stripe.RequestsClient(timeout=TIMEOUT_S),
    )


def v1() -> Any:
    """The API of the account that is set up here."""
    return client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_URL).v1


def asked(call: Callable[[], Any]) -> Wire:
    """What Stripe answers, as plain values. Raises GatewayRefused, GatewayUnavailable."""
    with _in_our_words():
        answer: Wire = call().to_dict()
        return answer


def listed(call: Callable[[], Any]) -> list[Wire]:
    """Every entry of a list, page by page. Raises as `asked`."""
    with _in_our_words():
        return [each.to_dict() for each in call().auto_paging_iter()]


def instant(seconds: int | None) -> datetime | None:
    """Unix seconds as an aware instant."""
    return datetime.fromtimestamp(seconds, tz=UTC) if seconds else None


@contextmanager
def _in_our_words() -> Iterator[None]:
    """What Stripe refuses is GatewayRefused, what it may still answer GatewayUnavailable."""
    try:
        yield
    except (stripe.CardError, stripe.InvalidRequestError) as error:
        raise GatewayRefused(reason=error.code or "invalid_request") from error
    except stripe.IdempotencyError as error:
        raise GatewayRefused(reason="idempotency_key_reused") from error
    except stripe.PermissionError as error:
        # An account of somebody's that is no longer connected to ours, or never was; else the key may too little.
        if error.code == "account_invalid":
            raise GatewayRefused(reason=error.code) from error
        raise GatewayUnavailable from error
    except stripe.StripeError as error:
        # No answer, a 5xx, too many requests; or a key that does not work, which somebody has to mend first.
        raise GatewayUnavailable from error
