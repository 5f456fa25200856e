"""The audit trail: one append-only table, written in the transaction of the change.

Acts of operators, and decisions over people and businesses, are chained besides: at commit the database gives each a
link that holds the hash of its content and of the link before (`common.models.AuditLink`). `check` finds the first one
that does not fit. Only chained acts take the chain's lock, and only while they commit.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import connection

from common.models import CANONICAL_ENTRY, AuditEntry

START = "0" * 64
BATCH = 1000

# Whether the actor of a new entry is the operator who is at work now; interfaces set it.
_is_operators: ContextVar[Callable[[str], bool] | None] = ContextVar("is_operators", default=None)


@contextmanager
def acting(is_operators: Callable[[str], bool]) -> Iterator[None]:
    """Within the block, what an actor records for whom `is_operators` answers true is chained."""
    token = _is_operators.set(is_operators)
    try:
        yield
    finally:
        _is_operators.reset(token)


def record(
    *, actor: str, action: str, object_type: str, object_id: str, chained: bool = False, **data: Any
) -> None:
    """Write that `actor` did `action`. `data` is JSON without personal data.

    `chained` for decisions that must be chained whoever takes them; operators' acts are by themselves.
    """
    asked = _is_operators.get()
    AuditEntry.objects.create(
        actor=actor,
        action=action,
        object_type=object_type,
        object_id=object_id,
        data=data,
        chained=chained or bool(asked and asked(actor)),
    )


def name_actor(actor: str) -> None:
    """Let rows that the database itself adds to the trail name `actor`, until the open transaction ends.

    Without it they name the person whose second factor it is (docs/permissions.md).
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('hereabouts.actor', %s, true)", [actor])


@dataclass(frozen=True)
class Head:
    """The newest link: whoever keeps it elsewhere notices when the chain is cut behind, or written anew."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


@dataclass(frozen=True)
class Break:
    """The first place where the chain does not hold: the link's number, the entry's id, and why."""

    seq: int
    entry_id: int | None
    why: str


# What the link says, and what the entry is now; the text is made by the database as it was when the link was.
_LINKS = f"""
    SELECT l.seq, l.entry_id, l.previous, l.hash, e.id, e.chained, {CANONICAL_ENTRY.format(row="e")}
    FROM common_auditlink l LEFT JOIN common_auditentry e ON e.id = l.entry_id
    WHERE l.seq > %s ORDER BY l.seq LIMIT {BATCH}
"""  # noqa: S608  # no text from outside
_UNLINKED = """
    SELECT e.id FROM common_auditentry e LEFT JOIN common_auditlink l ON l.entry_id = e.id
    WHERE e.chained AND l.seq IS NULL ORDER BY e.id LIMIT 1
"""


def check(expected: Head | None = None) -> tuple[Head, Break | None]:
    """Walk the whole chain; answers its head and the first break, if any.

    `expected` is a head from before: it must still be a part of the chain.
    """
    seq, before, found = 0, START, expected is None
    while rows := _rows(seq):
        for number, entry_id, previous, given, entry, chained, text in rows:
            why = ""
            if number != seq + 1:
                number, why = seq + 1, "the link is gone"
            elif previous != before:
                why = "it does not continue the link before"
            elif entry is None:
                why = "its entry is gone"
            elif not chained:
                why = "its entry says that it is not chained"
            elif hashlib.sha256(f"{previous}{text}".encode()).hexdigest() != given:
                why = "its entry is not as it was"
            if why:
                return Head(seq, before), Break(number, entry_id, why)
            seq, before = number, given
            found = found or Head(seq, before) == expected
    head = Head(seq, before)
    with connection.cursor() as cursor:
        cursor.execute(_UNLINKED)
        if (unlinked := cursor.fetchone()) is not None:
            return head, Break(seq + 1, unlinked[0], "the entry has no link")
    if not found:
        return head, Break(
            expected.seq if expected else 0, None, "the link that was kept elsewhere is not in it"
        )
    return head, None


def _rows(after: int) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_LINKS, [after])
        return list(cursor.fetchall())
