"""Encryption at rest with a ring of keys (Fernet: AES-128-CBC with HMAC-SHA256).

The first key of FIELD_KEYS encrypts, all of them decrypt: to rotate, put a new key first, re-encrypt with
`manage.py rotate_keys`, then drop the old one.
"""

import hashlib
import hmac
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


@lru_cache(maxsize=4)
def _ring(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(text: str) -> bytes:
    """`text` encrypted with the ring's first key."""
    return encrypt_bytes(text.encode())


def decrypt(token: bytes) -> str:
    """The text of a token of any key in the ring. Raises ValueError when none fits."""
    return decrypt_bytes(token).decode()


def encrypt_bytes(content: bytes) -> bytes:
    """`content` encrypted with the ring's first key; a third longer."""
    return _ring(tuple(settings.FIELD_KEYS)).encrypt(content)


def decrypt_bytes(token: bytes) -> bytes:
    """The content of a token of any key in the ring. Raises ValueError when none fits."""
    try:
        return _ring(tuple(settings.FIELD_KEYS)).decrypt(bytes(token))
    except InvalidToken as error:
        raise ValueError("no key of the ring decrypts this") from error


def rotate(token: bytes) -> bytes:
    """The same content, encrypted with the ring's first key."""
    return _ring(tuple(settings.FIELD_KEYS)).rotate(bytes(token))


def token_hash(token: str) -> str:
    """What is stored of a bearer token: its SHA-256. Tokens are random, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def keyed_hash(purpose: str, text: str) -> str:
    """HMAC-SHA256 of `text` for one purpose: for finding a row by a value that is not stored."""
    return hmac.new(f"{purpose}:{settings.SECRET_KEY}".encode(), text.encode(), hashlib.sha256).hexdigest()


class EncryptedTextField(models.TextField):
    """Text that is encrypted in the database (bytea). It cannot be searched; empty text stays empty."""

    def get_internal_type(self) -> str:
        return "BinaryField"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str:
        return decrypt(value) if value else ""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None or isinstance(value, bytes | memoryview):
            return value
        return encrypt(str(value)) if value else b""


if TYPE_CHECKING:
    _Binary = models.BinaryField[bytes | None, bytes | None]
else:
    _Binary = models.BinaryField  # takes no parameters when it runs


class EncryptedBytesField(_Binary):
    """Bytes that are encrypted in the database: for what is large and personal, such as a ZIP."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> bytes | None:
        return decrypt_bytes(value) if value else None

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return encrypt_bytes(bytes(value)) if value else None
