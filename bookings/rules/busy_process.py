"""python -m bookings.rules.busy_process ZONE START END OWN: a calendar file in, a line of JSON and the bare file out.

A process of its own with little memory and time, which can write no file (common.filework): what a crafted rule does to
the libraries ends here. START and END are seconds since 1970.
"""

import json
import sys
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from common.filework.__main__ import bound
from common.spans import Span


def main() -> None:
    zone, start, end, own = sys.argv[1:5]
    bound()
    from bookings.rules.busy_file import NoCalendar, TooMuch, read

    head: dict[str, Any]
    bare = b""
    window = Span(*(datetime.fromtimestamp(float(each), UTC) for each in (start, end)))
    try:
        found = read(sys.stdin.buffer.read(), zone=ZoneInfo(zone), window=window, own=own)
    except NoCalendar:
        head = {"refused": "no_calendar"}
    except (TooMuch, MemoryError, RecursionError):
        head = {"refused": "too_much"}
    else:
        bare = found.bare
        head = {
            "spans": [[span.start.timestamp(), span.end.timestamp()] for span in found.spans],
            "events": found.events,
            "skipped": found.skipped,
            "unknown_zones": found.unknown_zones,
        }
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + bare)


if __name__ == "__main__":
    main()
