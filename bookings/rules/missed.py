"""Nobody of the business came: from when that may be said, and until when it may say otherwise. Pure."""

from datetime import datetime, timedelta

# Nobody is late within this, whatever was agreed about latecomers.
LEAST_WAIT = timedelta(minutes=15)
# A fair chance to answer: a day, for the one who was to come may be asleep or on the road.
ANSWER = timedelta(hours=24)


def may_be_said_from(*, starts_at: datetime, grace_min: int) -> datetime:
    """The first instant at which the customer may say that nobody came: as long after the start as the customer
    themself may be late (`grace_min`, as agreed), and a quarter of an hour at least. Aware in, the same zone out."""
    return starts_at + max(LEAST_WAIT, timedelta(minutes=max(grace_min, 0)))


def answer_due(said_at: datetime) -> datetime:
    """Until when the business may say otherwise; after that it counts as not having come."""
    return said_at + ANSWER
