"""Chance that repeats itself: everything random in the demo is named by the seed and what it is for."""

import hashlib
import uuid
from random import Random

from common.public_ids import ALPHABET

# Finland reserves no telephone numbers for fiction; Sweden does (PTS), and these ring nowhere.
FICTIONAL_PHONES = (
    *(f"+46701740{n}" for n in range(605, 700)),
    *(f"+468465004{n:02}" for n in range(100)),
    *(f"+463139006{n:02}" for n in range(100)),
    *(f"+464062804{n:02}" for n in range(100)),
)


def chance(*name: object) -> Random:
    """A random generator of its own for `name` (seed first), the same on every machine."""
    return Random(_key(name))  # noqa: S311 - invented people need no cryptography


def public_id(prefix: str, *name: object) -> str:
    """The public id of the demo's thing called `name`, in the form of common.public_ids."""
    return f"{prefix}_{_text(16, prefix, *name).lower()}"


def booking_ref(*name: object) -> str:
    """The reference of the demo's booking called `name`, in the form of common.public_ids."""
    text = _text(10, "booking", *name)
    return f"HA-{text[:5]}-{text[5:]}"


def event_uid(*name: object) -> uuid.UUID:
    """The uid of the demo's event called `name`."""
    return uuid.uuid5(uuid.NAMESPACE_URL, _key(("hereabouts-demo", *name)))


def _text(length: int, *name: object) -> str:
    number = int.from_bytes(hashlib.blake2b(_key(name).encode(), digest_size=16).digest(), "big")
    return "".join(ALPHABET[number >> 5 * n & 31] for n in range(length))


def _key(name: tuple[object, ...]) -> str:
    return "\x1f".join(map(str, name))
