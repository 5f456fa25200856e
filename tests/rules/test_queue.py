"""Estimates of a queue, against a reading minute by minute: nothing is promised that is not open, and who came first is
first."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.rules.availability import Person, Pool, Visit, fits
from bookings.rules.grid import Grid
from bookings.rules.queue import Waiting, estimates
from bookings.rules.several import Layout, Part, Visits, taken_of_people, taken_of_units
from common.spans import Span

NOON = datetime(2030, 3, 4, 12, tzinfo=UTC)
CLOSES = NOON + timedelta(hours=6)
GRID = Grid(ZoneInfo("UTC"), 5)
MINUTE = timedelta(minutes=1)


def at(minute: int) -> datetime:
    return NOON + minute * MINUTE


def span(start: int, length: int) -> Span:
    return Span(at(start), at(start + length))


def person(pk: int, busy: Sequence[Span] = ()) -> Person:
    return Person(pk, [Span(NOON - timedelta(hours=3), CLOSES)], busy)


def waiting(part: Part, party: int = 1) -> Waiting:
    parts = tuple(Part(part.visit, part.people, part.pools, guest) for guest in range(1, party + 1))
    return Waiting(parts, lambda given: Visits(given, max_wait=timedelta(minutes=30)))


def told(
    queue: Sequence[Waiting], now: datetime = NOON, **more: object
) -> list[tuple[int | None, int | None]]:
    """The estimates in minutes after noon."""

    def minute(layout: Layout | None) -> int | None:
        return None if layout is None else int((layout.start - NOON) / MINUTE)

    found = estimates(queue, now=now, until=CLOSES, grid=GRID, **more)  # type: ignore[arg-type]
    return [(minute(each.first), minute(each.last)) for each in found]


def test_who_comes_to_a_free_chair_is_served_now_and_the_next_after_them() -> None:
    half_an_hour = Part(Visit(30), [person(1)])

    assert told([waiting(half_an_hour)] * 3) == [(0, 0), (30, 40), (60, 80)]


def test_who_wants_one_person_keeps_nobody_from_another() -> None:
    aino, juho = person(1, [span(0, 60)]), person(2)

    queue = [waiting(Part(Visit(30), [aino])), waiting(Part(Visit(30), [aino, juho]))]

    assert told(queue) == [(60, 75), (0, 0)]


def test_a_booking_ahead_is_not_delayed_by_the_queue() -> None:
    booked = [span(20, 60)]

    assert told([waiting(Part(Visit(30), [person(1, booked)]))]) == [(80, 80)]


def test_a_visit_that_should_be_over_keeps_its_person() -> None:
    assert told([waiting(Part(Visit(30), [person(1)]))], overdue=frozenset({1})) == [(5, 15)]


def test_nothing_is_promised_beyond_closing() -> None:
    all_day = [span(0, 300)]

    queue = [waiting(Part(Visit(30), [person(1, all_day)]))] * 3

    # The visit that goes on may take a quarter longer, and then nobody has time before the day ends.
    assert told(queue) == [(300, None), (330, None), (None, None)]


def test_a_party_begins_as_soon_as_one_of_them_can_and_the_others_wait_for_little() -> None:
    cut = Part(Visit(30), [person(1), person(2, [span(0, 30)])])

    assert told([waiting(cut, party=2), waiting(cut)]) == [(0, 0), (30, 40)]


def test_units_are_waited_for_too() -> None:
    one_chair = Pool(1, 1, {7: [span(0, 45)]})
    cut = Part(Visit(30), [person(1), person(2)], [one_chair])

    assert told([waiting(cut)] * 2) == [(45, 60), (75, 100)]


BUSY = st.lists(
    st.tuples(st.integers(-30, 330), st.sampled_from([10, 15, 30, 45, 60])).map(lambda each: span(*each)),
    max_size=4,
)


@st.composite
def queues(draw: st.DrawFn) -> tuple[list[Person], list[Pool], list[tuple[int, tuple[int, ...], int]], int]:
    """People and chairs with what they are busy with, who waits (minutes, whom they accept, how many), and when."""
    people = [person(pk, draw(BUSY)) for pk in range(1, draw(st.integers(1, 3)) + 1)]
    pools = []
    if draw(st.booleans()):
        pools = [Pool(1, 1, {10 + n: draw(BUSY) for n in range(draw(st.integers(1, 2)))})]
    everybody = tuple(each.id for each in people)
    who = st.one_of(st.just(everybody), st.sampled_from(everybody).map(lambda pk: (pk,)))
    line = st.tuples(st.sampled_from([20, 30, 45, 60]), who, st.integers(1, 2))
    return people, pools, draw(st.lists(line, min_size=1, max_size=5)), draw(st.integers(0, 200))


def overlaps(spans: Sequence[Span], others: Sequence[Span]) -> bool:
    return any(one.overlaps(other) for one in spans for other in others)


@settings(max_examples=150, deadline=None)
@given(queues())
def test_no_estimate_promises_a_time_that_is_not_open_and_the_order_is_kept(
    drawn: tuple[list[Person], list[Pool], list[tuple[int, tuple[int, ...], int]], int],
) -> None:
    people, pools, line, minute = drawn
    now = at(minute)
    queue = [
        waiting(Part(Visit(minutes), [each for each in people if each.id in able], pools), party)
        for minutes, able, party in line
    ]

    found = estimates(queue, now=now, until=CLOSES, grid=GRID)

    taken: dict[tuple[str, int], list[Span]] = {}
    for each, (minutes, able, party) in zip(found, line, strict=True):
        for layout in (each.first, each.last):
            if layout is None:
                continue
            # It is open as it stands: every part by somebody who is free for it, at a start not past.
            assert now <= layout.start and layout.end <= CLOSES
            assert layout.start == now or layout.start.minute % 5 == 0
            assert len(layout.placed) == party
            for put in layout.placed:
                assert set(put.team) <= set(able)
                mine = [one for one in people if one.id in put.team]
                assert fits(Visit(minutes), mine, pools, start=put.start)
        assert each.last is None or (each.first is not None and each.last.start >= each.first.start)
        if each.first is None:
            continue
        # Nobody takes what somebody before them was told.
        visits = [Visit(minutes)] * party
        for kind, of in (("person", taken_of_people), ("unit", taken_of_units)):
            for pk, spans in of(visits, each.first).items():
                assert not overlaps(spans, taken.get((kind, pk), []))
                taken.setdefault((kind, pk), []).extend(spans)
    # Of two who want the same, whoever came first is not told a later time.
    for at_, each in enumerate(found):
        for other, later in zip(line[at_ + 1 :], found[at_ + 1 :], strict=True):
            if other == line[at_] and line[at_][2] == 1 and later.first is not None:
                assert each.first is not None
                assert each.first.start <= later.first.start


@settings(max_examples=100, deadline=None)
@given(queues(), st.integers(0, 4))
def test_who_leaves_never_makes_the_first_in_line_wait_longer(
    drawn: tuple[list[Person], list[Pool], list[tuple[int, tuple[int, ...], int]], int], gone: int
) -> None:
    people, pools, line, minute = drawn
    queue = [
        waiting(Part(Visit(minutes), [each for each in people if each.id in able], pools), party)
        for minutes, able, party in line
    ]
    before = estimates(queue, now=at(minute), until=CLOSES, grid=GRID)
    gone = min(gone, len(queue) - 1)

    after = estimates(queue[:gone] + queue[gone + 1 :], now=at(minute), until=CLOSES, grid=GRID)

    # Those before whoever left are told the same as ever.
    assert after[:gone] == before[:gone]
