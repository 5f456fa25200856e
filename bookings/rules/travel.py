"""The way to a visit and on from it, as a change of what people are busy with.

A way is never part of what a visit takes. When somebody asks for a visit at a place, whatever else a person has is
**widened** for this question: what comes before it ends later by the way to the asked place, what comes after begins
earlier by the way from there. The engine (bookings/rules/availability.py) is given the widened periods and needs to
know nothing of places. Only neighbours matter: a period is widened no further than where the next one, with a place
of its own, decides. What has no place, such as a block, neither needs a way nor shortens one: people are on their way
in it, if they like.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from common.spans import Span
from geo.rules.positions import Position

# How long the way from one place to another is, ridden around an instant; nothing within one place.
Way = Callable[[Position, Position, datetime], timedelta]


@dataclass(frozen=True, slots=True)
class Taken:
    """What takes somebody, buffers included, and where it is; None when nobody knows."""

    span: Span
    place: Position | None = None


def places(taken: Iterable[Taken]) -> set[Position]:
    """Where somebody is to be."""
    return {each.place for each in taken if each.place is not None}


def widened(taken: Iterable[Taken], here: Position, way: Way) -> list[Span]:
    """What a person is busy with for a visit at `here`, in any order."""
    everything = list(taken)
    placed = [(each.span, each.place) for each in everything if each.place is not None]
    starts = sorted(span.start for span, _ in placed)
    ends = sorted(span.end for span, _ in placed)
    found = [each.span for each in everything if each.place is None]
    for span, place in placed:
        since = span.start - way(here, place, span.start)
        until = span.end + way(place, here, span.end)
        # Whoever comes later to a start after another's end comes from there.
        at = bisect_right(ends, span.end)
        if at < len(ends):
            until = min(until, ends[at])
        at = bisect_left(starts, span.start)
        if at > 0:
            since = max(since, starts[at - 1])
        found.append(Span(since, until))
    return found
