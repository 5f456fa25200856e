"""Half-open periods: touching ones join, and none of an empty one is left."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from common.spans import Span, intersect, merge, subtract

ORIGIN = datetime(2026, 1, 1, tzinfo=UTC)


def span(start: int, end: int) -> Span:
    return Span(ORIGIN + timedelta(minutes=start), ORIGIN + timedelta(minutes=end))


spans = st.lists(st.builds(span, st.integers(0, 30), st.integers(0, 30)), max_size=6)


def minutes(found: list[Span]) -> set[int]:
    return {
        m
        for one in found
        for m in range(
            int((one.start - ORIGIN).total_seconds() // 60), int((one.end - ORIGIN).total_seconds() // 60)
        )
    }


def is_tidy(found: list[Span]) -> bool:
    return all(one.start < one.end for one in found) and all(
        one.end < two.start for one, two in pairwise(found)
    )


@given(spans, spans)
def test_periods_are_sets_of_instants(first: list[Span], second: list[Span]) -> None:
    assert minutes(merge(first)) == minutes(first)
    assert minutes(intersect(first, second)) == minutes(first) & minutes(second)
    assert minutes(subtract(first, second)) == minutes(first) - minutes(second)
    assert is_tidy(merge(first)) and is_tidy(intersect(first, second)) and is_tidy(subtract(first, second))


def test_touching_periods_join_and_do_not_overlap() -> None:
    assert merge([span(10, 20), span(0, 10)]) == [span(0, 20)]
    assert not span(0, 10).overlaps(span(10, 20))
    assert span(0, 10).covers(span(0, 10))
    assert not span(0, 10).covers(span(5, 11))
