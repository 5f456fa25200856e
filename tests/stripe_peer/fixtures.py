"""The peer for a test: conftests import it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from tests.stripe_peer.server import CONNECT_SECRET, KEY, SECRET, Peer


@pytest.fixture
def peer(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Peer]:
    """A Stripe of our own that this installation pays by; the SDK waits for nothing between its tries."""
    peer = Peer().start()
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = KEY, SECRET
    settings.STRIPE_CONNECT_SECRET = CONNECT_SECRET
    settings.STRIPE_API_URL = peer.url
    monkeypatch.setattr("stripe._http_client.HTTPClient._sleep_time_seconds", lambda self, tries: 0)
    yield peer
    peer.stop()


def post(body: bytes, signature: str) -> int:
    """A webhook to our endpoint; answers the status."""
    answer = Client(enforce_csrf_checks=True).post(
        "/webhooks/stripe",
        data=body,
        content_type="application/json",
        headers={"Stripe-Signature": signature},
    )
    return int(answer.status_code)


def told(peer: Peer, *, copies: int = 1) -> list[int]:
    """Send what Stripe has to tell to our endpoint, signed; answers the statuses."""
    return [post(*peer.signed(event)) for event in peer.unsent() for _ in range(copies)]
