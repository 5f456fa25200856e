"""A calendar file of somebody else's program as the times that it takes (RFC 5545), within bounds.

Each series is read by itself, so that what is wrong with one costs no other. Nothing of what events say is kept: only
when they are. Nothing here knows Django; `bookings.services.busy_reading` runs it in a process of its own.
"""

import hashlib
import re
import signal
import time as clocks
import warnings
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from types import FrameType
from typing import Any
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar

from common.spans import Span, merge

MOST_EVENTS = 20_000  # in one file
MOST_SPANS = 5_000
# How often a series may come on one day; a meeting that comes more often is a mistake, or wants to hurt.
MOST_A_DAY = 48
SERIES_SECONDS, FILE_SECONDS = 1.0, 10.0
_KEPT = frozenset(
    "DTSTART DTEND DURATION RRULE RDATE EXDATE RECURRENCE-ID STATUS TRANSP SEQUENCE".split()  # noqa: SIM905
)
_PER_DAY = {"SECONDLY": 86_400, "MINUTELY": 1_440, "HOURLY": 24}
_DAY = timedelta(days=1)
_UNTIL_A_DAY = re.compile(r"(UNTIL=\d{8})(?=;|\s*$)", re.IGNORECASE)


class NoCalendar(Exception):
    """It is no calendar file."""


class TooMuch(Exception):
    """It has too many events, or takes too long to read."""


class _TooSlow(BaseException):
    """Not to be taken for an error of the series by whatever catches those."""


@dataclass(frozen=True, slots=True)
class BusyFile:
    """What a file takes: merged spans in UTC, from how many `events` they come, how many series could not be read
    (`skipped`), and the names of zones that nobody knows, whose times were read by the outlet's clock.

    `bare` is the file with the times alone, from which the same can be read again.
    """

    spans: list[Span]
    events: int
    skipped: int
    unknown_zones: list[str]
    bare: bytes


def read(content: bytes, *, zone: ZoneInfo, window: Span, own: str = "") -> BusyFile:
    """The times that `content` takes within `window`; what has no zone of its own is read in `zone`.

    Cancelled events and those that leave one free (TRANSP:TRANSPARENT) take nothing, an event of a day takes the local
    day. What has a UID of the host `own` is left out: our own visits come back through other calendars.
    Raises NoCalendar, TooMuch.
    """
    lines = list(_unfolded(content))
    if not any(line.strip().upper() == "BEGIN:VCALENDAR" for line in lines):
        raise NoCalendar
    zones = list(_blocks(lines, "VTIMEZONE"))
    for block in zones:
        _remember(block)
    series: dict[str, list[list[str]]] = defaultdict(list)
    count = 0
    events = [_bare(block, number) for number, block in enumerate(_blocks(lines, "VEVENT"))]
    events += [each for block in _blocks(lines, "VFREEBUSY") for each in _published(block)]
    for uid, bare in events:
        if own and uid.lower().endswith(f"@{own.lower()}"):
            continue
        count += 1
        if count > MOST_EVENTS:
            raise TooMuch
        series[uid].append(bare)
    series = {uid: blocks for uid, blocks in series.items() if not _over(blocks, window)}
    taken: list[Span] = []
    unknown: set[str] = set()
    skipped, until = 0, clocks.monotonic() + FILE_SECONDS
    for blocks in series.values():
        if clocks.monotonic() > until:
            raise TooMuch
        try:
            taken += _series(blocks, zone, window, unknown)
        except (Exception, _TooSlow):  # whatever the libraries make of it
            skipped += 1
    spans = merge(taken)
    if len(spans) > MOST_SPANS:
        raise TooMuch
    kept = [
        line for block in [*zones, *(each for blocks in series.values() for each in blocks)] for line in block
    ]
    return BusyFile(spans, len(taken), skipped, sorted(unknown)[:10], _file(kept))


def _over(blocks: Sequence[list[str]], window: Span) -> bool:
    """Whether these ended well before the window, by their digits: most of what an old calendar has."""
    last = ""
    for line in (line for block in blocks for line in block):
        name = line.replace(":", ";", 1).partition(";")[0].upper()
        if name in ("RRULE", "RDATE", "DURATION"):
            return False
        if name in ("DTSTART", "DTEND"):
            last = max(last, line.rpartition(":")[2].strip()[:8])
    return last.isdigit() and len(last) == 8 and last < f"{window.start - 3 * _DAY:%Y%m%d}"


def _series(blocks: Sequence[list[str]], zone: ZoneInfo, window: Span, unknown: set[str]) -> list[Span]:
    """When the events of one UID take time. Raises whatever is wrong with them."""
    found: list[Span] = []
    with _Alarm(SERIES_SECONDS), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a zone was found by the end of its name, and such
        calendar = Calendar.from_ical(_file([line for block in blocks for line in block]))
        for event in calendar.walk("VEVENT"):
            start = event.get("DTSTART")
            if start is None or any(name in ("DTSTART", "DTEND", "RRULE") for name, _why in event.errors):
                raise ValueError("no start, or a rule that cannot be read")
            unknown.update(_nameless(event))
            for rule in _listed(event.get("RRULE")):
                if _a_day(rule) > MOST_A_DAY:
                    raise ValueError("too often")
        around = window.start - 2 * _DAY, window.end + 2 * _DAY
        for event in recurring_ical_events.of(calendar, components=["VEVENT"]).between(*around):
            if str(event.get("STATUS", "")).upper() == "CANCELLED":
                continue
            if str(event.get("TRANSP", "")).upper() == "TRANSPARENT":
                continue
            span = Span(_instant(event.start, zone), _instant(event.end, zone))
            span = Span(max(span.start, window.start), min(span.end, window.end))
            if span.start < span.end:
                found.append(span)
    return found


def _instant(value: date | datetime, zone: ZoneInfo) -> datetime:
    if not isinstance(value, datetime):
        value = datetime.combine(value, time())
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)


def _nameless(event: Any) -> Iterator[str]:
    """Zones that its times name and nobody knows: the library reads such times as if they had none."""
    for name in ("DTSTART", "DTEND"):
        value = event.get(name)
        named = value.params.get("TZID") if value is not None else None
        if named and isinstance(value.dt, datetime) and value.dt.tzinfo is None:
            yield str(named)[:60]


def _listed(value: Any) -> list[Any]:
    return [] if value is None else list(value) if isinstance(value, list) else [value]


def _a_day(rule: Any) -> float:
    """How often a rule may come on a day of its own."""
    frequency = str((rule.get("FREQ") or ["DAILY"])[0]).upper()
    each = {"SECONDLY": 1, "MINUTELY": 60, "HOURLY": 3600}.get(frequency, 86_400)
    times = _PER_DAY.get(frequency, 1) / max(1, int((rule.get("INTERVAL") or [1])[0]))
    if times < 1:
        times = 1
    for part, seconds in (("BYHOUR", 86_400), ("BYMINUTE", 3600), ("BYSECOND", 60)):
        many = len(_listed(rule.get(part)))
        # Within a longer step each adds times; within a shorter one it only leaves some out.
        if many and each >= seconds:
            times *= many
    return times


def _unfolded(content: bytes) -> Iterator[str]:
    """The lines of a file, those that go on joined (RFC 5545, 3.1)."""
    text = content.decode("utf-8-sig", errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    line = ""
    for each in text.split("\n"):
        if each[:1] in (" ", "\t"):
            line += each[1:]
            continue
        if line:
            yield line
        line = each
    if line:
        yield line


def _blocks(lines: Sequence[str], name: str) -> Iterator[list[str]]:
    """The components of a name, each with its first and last line; one that never ends is none."""
    block: list[str] = []
    for line in lines:
        mark = line.strip().upper()
        if mark == f"BEGIN:{name}":
            block = [f"BEGIN:{name}"]
        elif mark == f"END:{name}" and block:
            yield [*block, f"END:{name}"]
            block = []
        elif block:
            block.append(line)


def _bare(block: Sequence[str], number: int) -> tuple[str, list[str]]:
    """An event's UID (one of its own when it has none), and the event with its times alone.

    The UID is kept as a hash: programs write names and addresses into it.
    """
    uid, kept, depth = "", [], 0
    for line in block[1:-1]:
        mark = line.strip().upper()
        if mark.startswith("BEGIN:"):
            depth += 1
        elif mark.startswith("END:"):
            depth -= 1
        elif not depth:
            name = line.replace(":", ";", 1).partition(";")[0].strip().upper()
            if name == "UID":
                uid = line.partition(":")[2].strip()
            elif name in _KEPT:
                kept.append(line)
    if any(line[:7].upper() == "DTSTART" and "T" in line.rpartition(":")[2] for line in kept):
        # A rule of times that ends with a day includes that day: so the programs mean it that write it.
        kept = [
            _UNTIL_A_DAY.sub(r"\1T235959", line) if line[:5].upper() == "RRULE" else line for line in kept
        ]
    uid = uid or f"event {number}"
    hidden = uid if uid.startswith("h-") else f"h-{hashlib.sha256(uid.encode()).hexdigest()[:24]}"
    return uid, ["BEGIN:VEVENT", f"UID:{hidden}", *kept, "END:VEVENT"]


def _published(block: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """The times of a free/busy component (RFC 5545, 3.6.4), which some servers give away instead of events."""
    for line in block:
        name, _, periods = line.partition(":")
        name, *parameters = name.upper().split(";")
        if name != "FREEBUSY" or "FBTYPE=FREE" in parameters:
            continue
        for period in periods.split(","):
            start, _, end = period.strip().partition("/")
            uid = f"h-{start}-{end}"
            until = f"DURATION:{end}" if end.startswith("P") else f"DTEND:{end}"
            yield uid, ["BEGIN:VEVENT", f"UID:{uid}", f"DTSTART:{start}", until, "END:VEVENT"]


def _remember(block: Sequence[str]) -> None:
    """Let the library know a zone that the file describes itself."""
    try:
        Calendar.from_ical(_file(block))
    except Exception:  # it is unknown then, and its times are read by the outlet's clock
        return


def _file(lines: Sequence[str]) -> bytes:
    return "\r\n".join(
        ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//bare//EN", *lines, "END:VCALENDAR", ""]
    ).encode()


class _Alarm:
    """Ends what takes longer than so many seconds by raising _TooSlow; in a process's main thread."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def __enter__(self) -> None:
        self._before = signal.signal(signal.SIGALRM, self._ring)
        signal.setitimer(signal.ITIMER_REAL, self._seconds)

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, self._before)

    @staticmethod
    def _ring(_number: int, _frame: FrameType | None) -> None:
        raise _TooSlow
