"""How the sandbox signs its webhooks: HMAC-SHA256 over "timestamp.body", as several payment companies do.

`Sandbox-Signature: t=1764000000,v1=<hex>`; t is in Unix seconds. Both ends use these two functions, as both
ends of a real one would implement the same paragraph of its manual.
"""

import hashlib
import hmac

HEADER = "Sandbox-Signature"
TOLERANCE_S = 300


def sign(*, secret: str, body: bytes, timestamp: int) -> str:
    """The header's value for a body sent at `timestamp`."""
    return f"t={timestamp},v1={_mac(secret, body, str(timestamp))}"


def is_valid(*, secret: str, body: bytes, header: str, now: int) -> bool:
    """Whether the header fits the body and was made within five minutes of `now` (Unix seconds)."""
    parts = dict(part.split("=", 1) for part in header.split(",") if "=" in part)
    timestamp, given = parts.get("t", ""), parts.get("v1", "")
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12):
        return False
    fits = hmac.compare_digest(_mac(secret, body, timestamp).encode(), given.encode())
    return fits and abs(now - int(timestamp)) <= TOLERANCE_S


def _mac(secret: str, body: bytes, timestamp: str) -> str:
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
