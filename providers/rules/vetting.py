"""How a business's status may move, and what time does to its papers. docs/vetting.md shows the table.

Who: `owner` (of the business), `operator`, `system` (the worker).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Who = Literal["owner", "operator", "system"]

DRAFT = "draft"
SUBMITTED = "submitted"
REVISION = "revision"
APPROVED = "approved"
REJECTED = "rejected"
SUSPENDED = "suspended"
CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the table: `action` by one of `who` takes a business from `source` to `target`."""

    action: str
    source: str
    target: str
    who: frozenset[Who]
    event: str


def _move(action: str, source: str, target: str, who: str, event: str) -> Move:
    return Move(action, source, target, frozenset(who.split()), event)  # type: ignore[arg-type]


TABLE: tuple[Move, ...] = (
    # The owner sends it: for the first time, with what was asked for, or anew after a rejection.
    _move("submit", DRAFT, SUBMITTED, "owner", "provider.submitted"),
    _move("submit", REVISION, SUBMITTED, "owner", "provider.submitted"),
    _move("submit", REJECTED, SUBMITTED, "owner", "provider.submitted"),
    # One operator decides.
    _move("approve", SUBMITTED, APPROVED, "operator", "provider.approved"),
    _move("ask_for_revision", SUBMITTED, REVISION, "operator", "provider.revision_asked"),
    _move("reject", SUBMITTED, REJECTED, "operator", "provider.rejected"),
    # Out of the public's sight and back; a required paper that ran out suspends by itself.
    _move("suspend", APPROVED, SUSPENDED, "operator system", "provider.suspended"),
    _move("reinstate", SUSPENDED, APPROVED, "operator system", "provider.reinstated"),
    # An appeal against a rejection was granted: it is looked at again.
    _move("reopen", REJECTED, SUBMITTED, "operator", "provider.reopened"),
    # For good, once nothing is promised and nothing owed: by its owner, or when its last owner is erased. What is
    # being looked at is decided first.
    _move("close", DRAFT, CLOSED, "owner system", "provider.closed"),
    _move("close", REVISION, CLOSED, "owner system", "provider.closed"),
    _move("close", APPROVED, CLOSED, "owner system", "provider.closed"),
    _move("close", REJECTED, CLOSED, "owner system", "provider.closed"),
    _move("close", SUSPENDED, CLOSED, "owner system", "provider.closed"),
)

STATUSES = frozenset({move.source for move in TABLE} | {move.target for move in TABLE})

# What its members may send, or send again.
OPEN_TO_SUBMIT = frozenset({move.source for move in TABLE if move.action == "submit"})


def find_move(*, action: str, source: str, who: Who) -> Move | None:
    """The table's row for `action` by `who` from `source`; None if there is none."""
    for move in TABLE:
        if move.action == action and move.source == source and who in move.who:
            return move
    return None


# The steps of an application, in the order in which one thing needs the other: what papers are needed follows
# from what is sold and by whom.
STEPS = ("business", "outlets", "hours", "services", "staff", "documents")

# How a paper's status may move: whoever writes, the database lets it move along these only.
DOCUMENT_MOVES = (
    ("accepted", "expired"),
    ("accepted", "replaced"),
    ("expired", "replaced"),
    ("refused", "replaced"),
    ("submitted", "accepted"),
    ("submitted", "refused"),
    ("submitted", "replaced"),
)

# Days before its last one on which the business is reminded of a paper.
REMIND_DAYS = (30, 7, 1)
# Days after the last one of a required paper before the business is suspended for want of it.
GRACE_DAYS = 14
# Days from the one on which operators ask for a paper to the one from which it binds who is listed already.
TERM_DAYS = 30


def reminder_due(*, valid_until: date, today: date, reminded: int | None) -> int | None:
    """Which of REMIND_DAYS is due for a paper that runs out; None when none is, or the last was `reminded`.

    A worker that slept over one reminder sends the nearest only.
    """
    left = (valid_until - today).days
    if left < 0:
        return None
    passed = [days for days in REMIND_DAYS if left <= days]
    if not passed:
        return None
    nearest = min(passed)
    return nearest if reminded is None or nearest < reminded else None


def has_expired(valid_until: date | None, today: date) -> bool:
    """Whether a paper's last day has passed; one without an end does not run out."""
    return valid_until is not None and valid_until < today


def grace_ends(day: date) -> date:
    """The last day of grace for a required paper whose last one was `day`."""
    return day + timedelta(days=GRACE_DAYS)


def points_by_step(points: Sequence[dict[str, str]]) -> dict[str, list[str]]:
    """The notes of a revision under the steps that they name, in order."""
    found: dict[str, list[str]] = {}
    for point in points:
        found.setdefault(point["step"], []).append(point["note"])
    return found
