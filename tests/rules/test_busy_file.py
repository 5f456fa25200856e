"""Calendar files as programs write them, and the exact times that each takes by a clock in Helsinki."""

from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from zoneinfo import ZoneInfo

import pytest

from bookings.rules import busy_file
from bookings.rules.busy_file import NoCalendar, TooMuch, read
from common.spans import Span

FILES = Path(__file__).parent / "calendars"
HELSINKI = ZoneInfo("Europe/Helsinki")
WINDOW = Span(datetime(2026, 10, 1, tzinfo=UTC), datetime(2027, 10, 1, tzinfo=UTC))

# File → the times it takes in UTC ("day start-end"), series that cannot be read, zones that nobody knows.
EXPECTED: dict[str, tuple[list[str], int, list[str]]] = {
    # Weekly, one date left out, one moved; what is transparent takes nothing.
    "google": (["02T07:00 02T08:00", "16T11:00 16T12:30", "23T07:00 23T08:00"], 0, []),
    "outlook": (["02T06:30 02T07:00", "03T06:30 03T07:00", "04T06:30 04T07:00"], 0, []),
    "outlook-without-vtimezone": (["02T08:00 02T09:00"], 0, []),
    # At 10 in Berlin on both sides of the change; two local days.
    "apple": (
        [
            *("2026-10-24T08:00 2026-10-24T09:00", "2026-10-25T09:00 2026-10-25T10:00"),
            *("2026-10-26T09:00 2026-10-26T10:00", "06T22:00 08T22:00"),
        ],
        0,
        [],
    ),
    # More dates by RDATE; cancelled.
    "fastmail": (["02T14:00 02T15:30", "05T14:00 05T15:30", "06T15:00 06T16:30"], 0, []),
    # The second Wednesday of the series was cancelled.
    "nextcloud": (["04T07:00 04T07:30"], 0, []),
    # A weekly series by Windows' name of its zone: one date left out, one moved to another day; a whole day off.
    "exchange": (["02T08:00 02T08:30", "17T13:00 17T13:30", "19T22:00 20T22:00"], 0, []),
    # By a clock in India; a day that takes nothing.
    "zoho": (["02T09:00 02T10:00", "2026-12-02T09:00 2026-12-02T10:00"], 0, []),
    # Zones by names that are unique in the world, described in the file and not.
    "thunderbird": (["03T16:00 03T17:30", "17T16:00 17T17:30"], 0, []),
    "evolution": (["04T06:00 04T06:45"], 0, []),
    # From the third on an hour later.
    "apple-this-and-future": (
        ["03T06:30 03T07:00", "04T06:30 04T07:00", "05T07:30 05T08:00", "06T07:30 06T08:00"],
        0,
        [],
    ),
    # Until a day instead of an instant; one date of a series that is not in the file.
    "yahoo": (["06T10:00 06T10:45", "09T08:00 09T09:00", "2026-12-04T10:00 2026-12-04T10:45"], 0, []),
    # Periods instead of events; what is free takes nothing.
    "free-busy": (["02T08:00 02T09:00", "03T10:00 03T11:30", "04T12:00 04T13:00"], 0, []),
    # Periods as further dates: each with a length of its own.
    "periods": (["02T08:00 02T09:00", "04T08:00 04T09:30", "06T08:00 06T08:30"], 0, []),
    # A day on which the clock goes back has 25 hours; an instant takes nothing.
    "floating": (["2026-10-24T21:00 2026-10-25T22:00", "02T07:00 02T08:00"], 0, []),
    "custom-zone": (["02T07:00 02T08:00"], 0, []),
    "unknown-zone": (["02T07:00 02T08:00"], 0, ["Middle-earth/Shire"]),
    "broken": (["04T09:00 04T10:00"], 3, []),
    "bomb": (["04T09:00 04T10:00"], 3, []),
    "our-own": (["04T09:00 04T10:00"], 0, []),
}


def spans(lines: list[str]) -> list[Span]:
    def instant(text: str) -> datetime:
        return datetime.fromisoformat(text if len(text) > 8 else f"2026-11-{text}").replace(tzinfo=UTC)

    return [Span(*map(instant, line.split())) for line in lines]


@pytest.mark.parametrize("name", EXPECTED)
def test_a_file_takes_exactly_its_times(name: str) -> None:
    times, skipped, unknown = EXPECTED[name]

    found = read((FILES / f"{name}.ics").read_bytes(), zone=HELSINKI, window=WINDOW, own="hereabouts.example")

    assert found.spans == spans(times)
    assert (found.skipped, found.unknown_zones) == (skipped, unknown)
    # What is kept of it says the same, and nothing of what the events say.
    again = read(found.bare, zone=HELSINKI, window=WINDOW)
    assert (again.spans, again.events, again.skipped) == (found.spans, found.events, found.skipped)
    for word in (b"SUMMARY", b"DESCRIPTION", b"google.com", b"VALARM"):
        assert word not in found.bare


def test_every_file_is_expected_something_of() -> None:
    assert {path.stem for path in FILES.glob("*.ics")} == set(EXPECTED)


def test_times_that_touch_are_one_and_the_window_bounds_them() -> None:
    lines = ["DTSTART:20260930T220000Z", "DTEND:20261001T010000Z"]
    event = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\n{}\n{}\nEND:VEVENT\nEND:VCALENDAR".format(*lines)

    (span,) = read(event.encode(), zone=HELSINKI, window=WINDOW).spans

    assert span == Span(WINDOW.start, datetime(2026, 10, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("content", [b"", b"<html>Sign in</html>", b"\x00\xff", b"BEGIN:VEVENT\nEND:VEVENT"])
def test_what_is_no_calendar_is_refused(content: bytes) -> None:
    with pytest.raises(NoCalendar):
        read(content, zone=HELSINKI, window=WINDOW)


def test_too_many_events_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(busy_file, "MOST_EVENTS", 3)
    event = "BEGIN:VEVENT\nUID:{}\nDTSTART:20261102T090000Z\nDURATION:PT1H\nEND:VEVENT\n"
    many = "BEGIN:VCALENDAR\n" + "".join(event.format(n) for n in range(4)) + "END:VCALENDAR\n"

    with pytest.raises(TooMuch):
        read(many.encode(), zone=HELSINKI, window=WINDOW)


def test_a_bomb_ends_soon() -> None:
    begun = monotonic()
    read((FILES / "bomb.ics").read_bytes(), zone=HELSINKI, window=WINDOW)
    assert monotonic() - begun < 10
