"""Taking seats in group sessions. They are given back by `bookings.services.core.free`, as all else is.

A session's row is locked for it (docs/locking.md), and counts by a conditional UPDATE; the check constraint
`seats_are_never_oversold` stands behind both.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from bookings.errors import SlotNotOffered, SlotTaken
from bookings.models import Booking, BookingItem, GroupSession
from bookings.rules import states
from bookings.services import expiry


@dataclass(frozen=True, slots=True)
class Seated:
    """Seats that were taken: in one session, or in all of a course's, in order of time."""

    sessions: tuple[GroupSession, ...]
    seats: int

    @property
    def starts_at(self) -> datetime:
        return self.sessions[0].starts_at

    @property
    def ends_at(self) -> datetime:
        return self.sessions[-1].ends_at


def lock_sessions(pks: Iterable[int]) -> dict[int, GroupSession]:
    """Lock these sessions, in pk order, until the transaction ends; by primary key."""
    rows = GroupSession.objects.filter(pk__in=list(pks)).order_by("pk")
    return {row.pk: row for row in rows.select_for_update(no_key=True, of=("self",)).select_related("course")}


def take(choices: Sequence[Sequence[GroupSession]], *, seats: int) -> Seated:
    """Take `seats` in the first of `choices` that has as many left: each is one session, or all of a course's.

    The sessions are locked first, then the holds in them whose time is over end; one that somebody else has locked
    (paying, extending) still counts. Raises SlotTaken when no choice has room, SlotNotOffered without one.
    """
    if not choices:
        raise SlotNotOffered
    locked = lock_sessions(session.pk for choice in choices for session in choice)
    expire_in(locked)
    for choice in choices:
        pks = [session.pk for session in choice]
        if _count_up(pks, seats):
            return Seated(tuple(locked[pk] for pk in pks), seats)
    raise SlotTaken


def expire_in(session_pks: Iterable[int]) -> None:
    """End the holds in these locked sessions whose time is over."""
    items = BookingItem.objects.filter(session__in=list(session_pks))
    expiry.expire_holds(among=Booking.objects.filter(pk__in=items.values("booking")))


def take_again(booking: Booking) -> None:
    """Take the seats of an expired booking anew, all of them or none. Raises SlotTaken."""
    items = list(booking.items.select_related("session").order_by("starts_at"))
    sessions = [item.session for item in items if item.session]
    if any(session.cancelled_at for session in sessions):
        raise SlotTaken
    take([sessions], seats=items[0].seats)


def _count_up(session_pks: Sequence[int], seats: int) -> bool:
    """Count `seats` more in each of the locked sessions; in none when one is cancelled or has not as many left."""
    room = GroupSession.objects.filter(
        pk__in=session_pks, cancelled_at__isnull=True, seats_taken__lte=F("capacity") - seats
    )
    if room.count() < len(session_pks):
        return False
    # Locked since they were counted: it finds them all. Did it not, the whole transaction would be undone.
    if room.update(seats_taken=F("seats_taken") + seats) < len(session_pks):
        raise SlotTaken
    return True


def count_of(session: GroupSession) -> int:
    """How many seats the items of live bookings have: what `seats_taken` must say."""
    items = BookingItem.objects.filter(session=session, booking__status__in=states.LIVE)
    return sum(items.values_list("seats", flat=True))
