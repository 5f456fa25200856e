"""A feed of visits as a calendar file (RFC 5545), from plain values.

Times are written in UTC, which has no clock changes: every calendar shows them in its own zone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from icalendar import Calendar, Event

# How long a calendar may wait before it reads the feed again.
REFRESH = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. Its `uid` stays with the visit, `sequence` rises with the visit's events; instants are aware.

    `at` is when it changed last. One that is `cancelled` takes nobody's time and says so.
    """

    uid: str
    sequence: int
    at: datetime
    start: datetime
    end: datetime
    summary: str
    status: Literal["CONFIRMED", "TENTATIVE", "CANCELLED"] = "CONFIRMED"
    description: str = ""
    location: str = ""
    url: str = ""


def write(name: str, entries: Iterable[Entry], *, maker: str) -> bytes:
    """The file of a feed called `name`; `maker` is the program that writes it. The same entries, the same bytes."""
    calendar = Calendar()
    calendar.add("prodid", f"-//{maker}//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    # The name and how often to look: RFC 7986, and what programs knew before it.
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT30M")
    for entry in entries:
        event = Event()
        event.add("uid", entry.uid)
        event.add("sequence", entry.sequence)
        event.add("dtstamp", entry.at.astimezone(UTC).replace(microsecond=0))
        event.add("last-modified", entry.at.astimezone(UTC).replace(microsecond=0))
        event.add("dtstart", entry.start.astimezone(UTC))
        event.add("dtend", entry.end.astimezone(UTC))
        event.add("summary", entry.summary)
        event.add("status", entry.status)
        event.add("transp", "TRANSPARENT" if entry.status == "CANCELLED" else "OPAQUE")
        for key in ("description", "location", "url"):
            if value := getattr(entry, key):
                event.add(key, value)
        calendar.add_component(event)
    return calendar.to_ical()
