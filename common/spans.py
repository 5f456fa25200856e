"""Periods of time as plain values: half-open `[start, end)`, instants aware and in UTC."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple


class Span(NamedTuple):
    """From `start` up to but not including `end`. One that does not start before it ends is empty."""

    start: datetime
    end: datetime

    def overlaps(self, other: "Span") -> bool:
        """Whether they share an instant; touching ones do not."""
        return self.start < other.end and other.start < self.end

    def covers(self, other: "Span") -> bool:
        """Whether all of `other` lies within."""
        return self.start <= other.start and other.end <= self.end


def merge(spans: Iterable[Span]) -> list[Span]:
    """The same instants in order, without overlaps; touching spans join, empty ones vanish."""
    merged: list[Span] = []
    for span in sorted(span for span in spans if span.start < span.end):
        if merged and span.start <= merged[-1].end:
            if span.end > merged[-1].end:
                merged[-1] = Span(merged[-1].start, span.end)
        else:
            merged.append(span)
    return merged


def intersect(first: Iterable[Span], second: Iterable[Span]) -> list[Span]:
    """The instants that lie in both, in order."""
    return list(_common(merge(first), merge(second)))


def subtract(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """The instants of `spans` that do not lie in `taken`, in order."""
    left: list[Span] = []
    holes = merge(taken)
    at = 0
    for start, end in merge(spans):
        while at < len(holes) and holes[at].end <= start:
            at += 1
        for index in range(at, len(holes)):
            hole = holes[index]
            if hole.start >= end:
                break
            if start < hole.start:
                left.append(Span(start, hole.start))
            start = max(start, hole.end)
        if start < end:
            left.append(Span(start, end))
    return left


def _common(first: list[Span], second: list[Span]) -> Iterator[Span]:
    i = j = 0
    while i < len(first) and j < len(second):
        start, end = max(first[i].start, second[j].start), min(first[i].end, second[j].end)
        if start < end:
            yield Span(start, end)
        if first[i].end <= second[j].end:
            i += 1
        else:
            j += 1
