"""From when on a visit may be marked. Pure; docs/states.md says the same in words.

Who is there, on the way or being served is so on the day of the visit: from the first instant of the local day on
which it starts, in the outlet's zone, and at any rate from two hours before its start, so that the way to a visit
shortly after midnight begins the evening before. Done is what was begun: from the same instant, since customers
come early. Not come is who did not come by the start, and the minutes of grace that were agreed.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bookings.rules.grid import midnight

# So long before its start a visit may be marked, whatever the day.
AHEAD = timedelta(hours=2)

ON_THE_DAY = frozenset({"check_in", "on_the_way", "start", "complete"})
MARKS = ON_THE_DAY | {"no_show"}


def marked_from(action: str, *, starts_at: datetime, zone: ZoneInfo, grace_min: int) -> datetime | None:
    """The first instant (UTC) at which a visit that starts at `starts_at` may be marked by `action`.

    `zone` is the outlet's, `grace_min` the agreed minutes before a no-show. None: the action is no mark. A day
    without a midnight, or with two, begins with its first instant.
    """
    if action in ON_THE_DAY:
        day = starts_at.astimezone(zone).date()
        return min(midnight(zone, day), starts_at.astimezone(UTC) - AHEAD)
    if action == "no_show":
        return starts_at.astimezone(UTC) + timedelta(minutes=max(grace_min, 0))
    return None
