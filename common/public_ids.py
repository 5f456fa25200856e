"""Identifiers that may be shown: unguessable, never the primary key."""

import secrets
from typing import TYPE_CHECKING, Any

from django.db import models

# Crockford's base 32: no I, L, O or U, so that a person can read one out on the phone.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def random_text(length: int) -> str:
    """`length` random characters of Crockford's alphabet, 5 bits each."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def new_public_id(prefix: str) -> str:
    """A new opaque id such as `out_7k3m92qx5tbw0hzd` (80 random bits)."""
    return f"{prefix}_{random_text(16).lower()}"


def new_booking_ref() -> str:
    """A booking's public reference, such as `HA-7K3M9-2QX5T` (50 random bits, and never enough alone)."""
    return f"HA-{random_text(5)}-{random_text(5)}"


if TYPE_CHECKING:
    _Text = models.CharField[str, str]
else:
    _Text = models.CharField  # takes no parameters when it runs


class PublicIdField(_Text):
    """A unique random id with a prefix that tells people and logs what it names."""

    def __init__(self, *args: Any, prefix: str = "", **kwargs: Any) -> None:
        self.prefix = prefix
        kwargs.setdefault("max_length", 24)
        kwargs.setdefault("unique", True)
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def get_default(self) -> str:
        return new_public_id(self.prefix)

    def has_default(self) -> bool:
        return True

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs["prefix"] = self.prefix
        return name, path, args, kwargs
