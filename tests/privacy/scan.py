"""Looking for words wherever something may be kept: every column of every table, opened where it is sealed."""

import json
import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

from common import crypto


def tables() -> list[str]:
    """Every table of the database, the queue's and the cache's too."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name != 'spatial_ref_sys'"
        )
        return [name for (name,) in cursor.fetchall()]


def rows(table: str) -> Iterator[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
        names = [column.name for column in cursor.description or ()]
        yield from (dict(zip(names, row, strict=True)) for row in cursor.fetchall())


def words(table: str, column: str, value: Any) -> str:
    """All that `value` says, unsealed: encrypted columns, mails, sessions, JSON."""
    if isinstance(value, bytes | memoryview):
        return _of_bytes(bytes(value))
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    if table == "django_session" and column == "session_data":
        return json.dumps(SessionStore().decode(value))
    return str(value)


def _of_bytes(raw: bytes) -> str:
    try:
        return crypto.decrypt(raw)
    except ValueError:
        pass
    if re.match(rb"[\w-]+: ", raw):
        mail = message_from_bytes(raw, policy=policy.default)
        parts = [part.get_content() for part in mail.walk() if not part.is_multipart()]
        return f"{mail.items()} " + " ".join(
            part if isinstance(part, str) else bytes(part).decode("utf-8", "replace") for part in parts
        )
    return raw.decode("utf-8", "replace")


def found(canaries: dict[str, str]) -> dict[str, set[str]]:
    """Where each canary (name → text) still stands: `table.column`, or a file's name."""
    places: dict[str, set[str]] = {}
    for table in tables():
        for row in rows(table):
            for column, value in row.items():
                if value is None:
                    continue
                said = words(table, column, value).lower()
                for name, text in canaries.items():
                    if text.lower() in said:
                        places.setdefault(name, set()).add(f"{table}.{column}")
    for path in Path(settings.MEDIA_ROOT).rglob("*"):
        if path.is_file():
            said = _of_bytes(path.read_bytes()).lower()
            for name, text in canaries.items():
                if text.lower() in said or text.lower() in path.name.lower():
                    places.setdefault(name, set()).add(f"file {path.suffix}")
    return places
