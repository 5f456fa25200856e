"""How long reviews are open, and what is shown of who wrote one. Pure."""

from datetime import datetime, timedelta

# From the visit's booked end.
WRITTEN_WITHIN = timedelta(days=60)
# From the first writing.
CHANGED_WITHIN = timedelta(days=7)
LONGEST_TEXT = 4000
LONGEST_REPLY = 2000
LONGEST_NOTE = 1000
MOST_PHOTOS = 4


def written_until(visit_end: datetime) -> datetime:
    """The last instant at which a visit that ended at `visit_end` can be reviewed."""
    return visit_end + WRITTEN_WITHIN


def changed_until(written_at: datetime) -> datetime:
    """The last instant at which a review can be changed."""
    return written_at + CHANGED_WITHIN


def signed(name: str) -> str:
    """A first name and an initial: what is shown of who wrote a review; "" for nobody."""
    first, *rest = name.split() or [""]
    return (f"{first} {rest[-1][0]}." if rest else first)[:80]
