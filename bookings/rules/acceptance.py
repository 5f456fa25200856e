"""Until when a provider answers a request. Pure; instants are aware UTC."""

from datetime import datetime, timedelta

# Nobody should learn on the doorstep that a visit is not to be: the answer comes this long before its start.
LEAD = timedelta(hours=2)


def answer_due(*, asked_at: datetime, starts_at: datetime, hours: int) -> datetime:
    """The instant at which a request that was not answered counts as declined.

    `hours` after it was asked, and at the latest two hours before the start; asked less than four hours before
    the start, when half of the time until then has passed. Never after the start.
    """
    left = starts_at - asked_at
    return min(asked_at + timedelta(hours=hours), starts_at - min(LEAD, left / 2), starts_at)
