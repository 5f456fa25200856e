"""Who acts, as events, audit and ledger name them: by id, never by name or address."""

SYSTEM = "system"
GUEST = "guest"


def user_actor(public_id: str) -> str:
    """The actor string of a signed-in user."""
    return f"user:{public_id}"


def gateway_actor(name: str) -> str:
    """The actor string of a payment gateway."""
    return f"gateway:{name}"
