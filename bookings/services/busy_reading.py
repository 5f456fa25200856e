"""Has a calendar file read by a process of its own (bookings.rules.busy_process)."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings

from bookings.rules.busy_file import BusyFile
from common import clock
from common.apart import Ended, run_apart
from common.spans import Span
from providers.models import StaffMember

# So far ahead times are worked out; nothing can be booked later. And a day back, for what is under way.
AHEAD, BACK = timedelta(days=400), timedelta(days=1)
SECONDS = 30  # of the clock: the process is nice to the site


class Unreadable(Exception):
    """`code`: `no_calendar` or `too_much`."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def zone_of(person: StaffMember) -> str:
    """Whose clock reads times without a zone, and days: that of the first outlet in use where they work."""
    shops = person.outlets.filter(archived_at__isnull=True).order_by("name", "pk")
    return shops.values_list("timezone", flat=True).first() or "UTC"


def read_file(content: bytes, *, zone: str) -> BusyFile:
    """What a calendar file takes in the next 400 days; `zone` reads what has none. Call it outside a transaction.

    Our own visits, which come back through other calendars, are left out. Raises Unreadable.
    """
    window = Span(clock.now() - BACK, clock.now() + AHEAD)
    bounds = [str(each.timestamp()) for each in window]
    own = urlsplit(settings.SITE_URL).hostname or ""
    try:
        head, bare = run_apart(
            "bookings.rules.busy_process", zone, *bounds, own, content=content, seconds=SECONDS
        )
    except Ended:
        raise Unreadable("too_much") from None
    if code := head.get("refused"):
        raise Unreadable(code)
    spans = [Span(*(datetime.fromtimestamp(each, UTC) for each in pair)) for pair in head["spans"]]
    return BusyFile(spans, head["events"], head["skipped"], head["unknown_zones"], bare)
