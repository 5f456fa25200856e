"""Ways between visits, against a reading that looks at the neighbours of every minute."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bookings.rules.availability import Person, Visit, fits
from bookings.rules.travel import Taken, widened
from common.spans import Span
from geo.rules.positions import Position

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
A, B, C, D = (Position(60 + n / 10, 25) for n in range(4))
# Minutes from one to another; there and back differ, and the way round is not always longer.
WAYS = {(A, B): 10, (B, A): 14, (A, C): 25, (C, A): 31, (B, C): 40, (C, B): 7, (A, D): 3, (D, A): 5}


def way(start: Position, end: Position, at: datetime) -> timedelta:
    return timedelta(minutes=0 if start == end else WAYS.get((start, end), 12))


def at(minute: int) -> datetime:
    return NOON + timedelta(minutes=minute)


def span(start: int, end: int) -> Span:
    return Span(at(start), at(end))


def free(taken: list[Taken], here: Position, start: int, minutes: int = 30) -> bool:
    """What the engine says of a visit when it is given the widened periods."""
    person = Person(1, [span(-600, 600)], widened(taken, here, way))
    return fits(Visit(minutes), [person], start=at(start)) is not None


def may_go(taken: list[Taken], here: Position, visit: Span) -> bool:
    """The reading: nothing overlaps, and the way from the last place before and to the first after is in time."""
    if any(each.span.overlaps(visit) for each in taken):
        return False
    before = [each for each in taken if each.place and each.span.end <= visit.start]
    after = [each for each in taken if each.place and each.span.start >= visit.end]
    last = max((each.span.end for each in before), default=None)
    first = min((each.span.start for each in after), default=None)
    return all(
        each.span.end + way(each.place, here, each.span.end) <= visit.start
        for each in before
        if each.place and each.span.end == last
    ) and all(
        visit.end + way(here, each.place, each.span.start) <= each.span.start
        for each in after
        if each.place and each.span.start == first
    )


spans = st.tuples(st.integers(-200, 200), st.integers(1, 60)).map(lambda pair: span(pair[0], sum(pair)))
takens = st.builds(Taken, spans, st.sampled_from([A, B, C, None]))


@given(st.lists(takens, max_size=8), st.sampled_from([A, B, C]), st.integers(-240, 240), st.integers(1, 90))
def test_widened_periods_say_what_the_neighbours_say(
    taken: list[Taken], here: Position, start: int, minutes: int
) -> None:
    assert free(taken, here, start, minutes) == may_go(taken, here, span(start, start + minutes))


def test_a_visit_waits_for_the_way_and_leaves_time_for_the_next() -> None:
    taken = [Taken(span(0, 60), A), Taken(span(120, 180), C)]

    assert [
        start for start in range(60, 91) if free(taken, B, start)
    ] == []  # 10 + 30 + 40 are more than the hour
    assert [start for start in range(60, 91) if free(taken, B, start, 10)] == [70]


def test_only_the_neighbour_counts() -> None:
    taken = [Taken(span(0, 60), C), Taken(span(60, 62), D)]

    assert free(taken, A, 67)  # from D it is five minutes; from C it would be until 91
    assert not free(taken, A, 66)


def test_within_one_place_there_is_no_way() -> None:
    taken = [Taken(span(0, 60), A), Taken(span(90, 120), A)]

    assert free(taken, A, 60)


def test_a_block_has_no_place_and_one_may_ride_in_it() -> None:
    taken = [Taken(span(0, 60), A), Taken(span(60, 65))]

    assert not free(taken, B, 65)
    assert free(taken, B, 70)
