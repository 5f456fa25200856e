"""Slot lists that are told again as long as they are what would be worked out: docs/availability.md.

Each process remembers the lists it worked out last. With one goes the snapshot of the database in which its reading
began: what that does not see, came later. So the statement that says what an outlet sells, which is asked anyway, also
tells whether a change of the outlet came since (`SlotChange`). Nothing is locked and no process tells another.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Generic, TypeVar

from cachetools import TTLCache

from common import clock

# Nothing is remembered for longer; changes are (bookings.services.keeping).
LONGEST = timedelta(minutes=10)

# To be joined: whether slots of an outlet `o` changed since an earlier `snapshot` (null: they did).
CHANGED = """
LATERAL (SELECT %(snapshot)s::text IS NULL OR EXISTS (
    SELECT FROM bookings_slotchange c
     WHERE c.outlet_id = o.id AND c.xid >= pg_snapshot_xmin(%(snapshot)s::text::pg_snapshot)
       AND NOT pg_visible_in_snapshot(c.xid, %(snapshot)s::text::pg_snapshot)) AS slots) changed"""
# To be selected: this statement's snapshot; whether the transaction has written something, which others may never come
# to see; whether slots changed, and if so when the first hold of who works there ends by the clock alone, wherever.
LOOK = """
    pg_current_snapshot()::text, pg_current_xact_id_if_assigned() IS NOT NULL, changed.slots,
    CASE WHEN changed.slots THEN (
        SELECT min(b.hold_expires_at) FROM bookings_booking b
         WHERE b.status = 'held' AND b.hold_expires_at > statement_timestamp()
           AND (b.outlet_id = o.id OR b.outlet_id IN (
               SELECT also.outlet_id FROM providers_staffassignment a
                 JOIN providers_staffassignment also ON also.staff_id = a.staff_id WHERE a.outlet_id = o.id))) END"""

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Look:
    """What a statement that joins `CHANGED` and selects `LOOK` found."""

    snapshot: str
    writing: bool
    changed: bool
    hold_ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Remembered(Generic[Found]):
    """What was found, the snapshot in which its reading began, and the instant at which time alone may change it."""

    found: Found
    snapshot: str
    until: datetime

    def holds(self, look: Look) -> bool:
        """Whether it is what would be found now, after a look that asked since its own snapshot."""
        return not look.changed and not look.writing


class Memory(Generic[Found]):
    """What a process found last, by what was asked. Threads share it.

    `room` is how much there is of what `size` counts.
    """

    def __init__(self, room: int, size: Callable[[Found], int]) -> None:
        self._room = room
        self._size = size
        self._kept: TTLCache[Hashable, Remembered[Found]] = TTLCache(
            room, LONGEST.total_seconds(), getsizeof=lambda each: size(each.found)
        )
        self._lock = Lock()

    def recall(self, asked: Hashable) -> Remembered[Found] | None:
        """What was remembered of it, unless time has changed it; whether it holds, a look tells."""
        with self._lock:
            found = self._kept.get(asked)
        return found if found and clock.now() < found.until else None

    def remember(self, asked: Hashable, found: Found, look: Look, *, until: datetime) -> None:
        """Keep what was read after `look`; time alone changes it at `until` (aware), or when a hold ends."""
        if look.writing or self._size(found) > self._room:
            return
        until = min(until, look.hold_ends_at or until)
        with self._lock:
            self._kept[asked] = Remembered(found, look.snapshot, until)
