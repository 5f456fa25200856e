"""Web push (RFC 8030): a message is encrypted for one browser and handed to its push service. The only module that
knows pywebpush. Keys are a ring, as those of fields are (docs/operations.md)."""

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import urlsplit

import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from py_vapid import Vapid
from pywebpush import WebPushException, webpush

from notifications.models import Device
from notifications.rules.places import is_push_service

# A push service keeps a message for so long while the device is off.
KEEP_S = 12 * 3600
PATIENCE_S = 10
_GONE = frozenset({404, 410})
# The service does not take our key for this browser: it was asked for under another one.
_OTHER_KEY = frozenset({401, 403})


class DeviceGone(Exception):
    """The push service does not know this browser any more, or not under our key: nothing will ever arrive."""


class PushRefused(Exception):
    """It was not taken this time. Holds the status, never the answer's text."""


def is_on() -> bool:
    """Whether this installation has a key to push with."""
    return bool(settings.PUSH_KEYS)


def public_key() -> str:
    """The newest key as browsers are told it: an uncompressed point of P-256, base64url."""
    return _public(settings.PUSH_KEYS[0])


def key_id(public: str) -> str:
    """A short name of a public key, kept with each device that was asked for under it."""
    return hashlib.sha256(public.encode()).hexdigest()[:12]


@lru_cache(maxsize=8)
def _public(private: str) -> str:
    point = _vapid(private).public_key.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return base64.urlsafe_b64encode(point).decode().rstrip("=")


@lru_cache(maxsize=8)
def _vapid(private: str) -> Vapid:
    return Vapid.from_string(private)


def new_private_key() -> str:
    """A key for PUSH_KEYS: 32 bytes, base64url."""
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return base64.urlsafe_b64encode(number.to_bytes(32, "big")).decode().rstrip("=")


def send(device: Device, message: Mapping[str, str], *, urgent: bool) -> None:
    """Hand a message to the device's push service, over the network. Raises DeviceGone, PushRefused."""
    private = next((key for key in settings.PUSH_KEYS if key_id(_public(key)) == device.key), None)
    if private is None or not is_push_service(device.endpoint, settings.PUSH_SERVICES):
        raise DeviceGone
    try:
        with requests.Session() as session:
            session.max_redirects = 0  # a push service answers itself; nobody else gets the message
            webpush(
                {"endpoint": device.endpoint, "keys": {"p256dh": device.p256dh, "auth": device.auth}},
                data=json.dumps(message),
                vapid_private_key=_vapid(private),
                vapid_claims={"sub": settings.PUSH_CONTACT, "aud": _origin(device.endpoint)},
                ttl=KEEP_S,
                headers={"Urgency": "high" if urgent else "normal"},
                timeout=PATIENCE_S,
                requests_session=session,
            )
    except WebPushException as error:
        status = error.response.status_code if error.response is not None else 0
        if status in _GONE | _OTHER_KEY:
            raise DeviceGone from None
        raise PushRefused(f"HTTP {status}") from None
    except requests.RequestException as error:
        raise PushRefused(type(error).__name__) from None


def _origin(endpoint: str) -> str:
    url = urlsplit(endpoint)
    return f"{url.scheme}://{url.netloc}"
