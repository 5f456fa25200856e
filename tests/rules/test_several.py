"""Visits of several services are laid out as a plain trial of every minute, person and order would."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations, permutations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.rules.availability import Person, Pool, Visit
from bookings.rules.several import Layout, Part, Visits, taken_of_people, taken_of_units
from common.spans import Span
from providers.rules.phases import Phase
from tests.rules.brute import instant, minute, minutes

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at(minutes_later: int) -> datetime:
    return NOON + timedelta(minutes=minutes_later)


def span(start: int, end: int) -> Span:
    return Span(at(start), at(end))


def person(id: int, *busy: Span, works: tuple[Span, ...] = (span(0, 480),)) -> Person:
    return Person(id, works, busy)


def starts(layout: Layout | None) -> list[tuple[int, int]] | None:
    """(minutes after noon, person) of each part."""
    if layout is None:
        return None
    return [((put.start - NOON) // timedelta(minutes=1), put.staff) for put in layout.placed]


def shapes_of(visits: Visits) -> list[Visit]:
    return [part.visit for part in visits.parts]


CUT, COLOUR = Visit(30), Visit(60)


def test_one_after_the_other_by_two_people() -> None:
    visits = Visits([Part(CUT, [person(1)]), Part(COLOUR, [person(2)])])

    layout = visits.at(NOON)

    assert starts(layout) == [(0, 1), (30, 2)]
    assert layout is not None
    assert (layout.start, layout.end, layout.waiting) == (NOON, at(90), timedelta(0))


def test_the_next_service_waits_for_who_does_it_but_not_too_long() -> None:
    parts = [Part(CUT, [person(1)]), Part(COLOUR, [person(2, span(20, 45))])]

    assert starts(Visits(parts, max_wait=timedelta(minutes=15)).at(NOON)) == [(0, 1), (45, 2)]
    assert Visits(parts, max_wait=timedelta(minutes=14)).at(NOON) is None


def test_in_any_order_it_waits_least() -> None:
    parts = [Part(CUT, [person(1, span(30, 60))]), Part(COLOUR, [person(2, span(90, 200))])]

    assert starts(Visits(parts, max_wait=HOUR).at(at(30))) is None
    assert starts(Visits(parts, any_order=True, max_wait=HOUR).at(at(30))) == [(90, 1), (30, 2)]


def test_the_same_person_goes_on_if_they_can() -> None:
    able = [person(1), person(2)]
    visits = Visits([Part(CUT, [person(2)]), Part(COLOUR, able)])

    assert starts(visits.at(NOON)) == [(0, 2), (30, 2)]


def test_two_guests_side_by_side_need_two_people() -> None:
    alone = Visits([Part(CUT, [person(1)]), Part(CUT, [person(1)], guest=2)])
    together = Visits([Part(CUT, [person(1), person(2)]), Part(CUT, [person(1), person(2)], guest=2)])

    assert alone.at(NOON) is None
    assert starts(together.at(NOON)) == [(0, 1), (0, 2)]


def test_two_do_it_together_when_both_are_free_and_who_is_named_is_one_of_them() -> None:
    together = Visit(60, team=2)
    able = [person(1), person(2, span(0, 90)), person(3, span(0, 60))]
    visits = Visits([Part(together, able)])

    assert visits.at(at(59)) is None
    layout = visits.at(at(60))
    assert layout is not None and layout.placed[0].team == (1, 3)
    assert taken_of_people(shapes_of(visits), layout) == {1: [span(60, 120)], 3: [span(60, 120)]}
    named = Visits([Part(together, [person(1), replace(able[1], must=True), able[2]])])
    assert named.at(at(60)) is None
    layout = named.at(at(90))
    assert layout is not None and layout.placed[0].team == (2, 1)


def test_two_guests_with_two_people_each_need_four() -> None:
    massage = Visit(60, team=2)
    people = [person(n) for n in (1, 2, 3, 4)]

    def parts(able: list[Person]) -> list[Part]:
        return [Part(massage, able), Part(massage, able, guest=2)]

    assert Visits(parts(people[:3])).at(NOON) is None
    layout = Visits(parts(people)).at(NOON)
    assert layout is not None and [put.team for put in layout.placed] == [(1, 2), (3, 4)]


def test_while_a_colour_by_two_takes_both_are_free() -> None:
    colour = Visit(90, phases=(Phase("active", 30), Phase("processing", 40), Phase("active", 20)), team=2)
    able = [person(1, span(30, 70)), person(2)]
    visits = Visits([Part(colour, able)])

    layout = visits.at(NOON)

    assert layout is not None
    assert taken_of_people(shapes_of(visits), layout) == {n: [span(0, 30), span(70, 90)] for n in (1, 2)}
    assert visits.at(at(1)) is None


def test_the_second_guest_is_served_while_the_colour_of_the_first_takes() -> None:
    colour = Visit(90, phases=(Phase("active", 30), Phase("processing", 40), Phase("active", 20)))
    visits = Visits([Part(colour, [person(1)]), Part(CUT, [person(1)], guest=2)], max_wait=HOUR)

    layout = visits.at(NOON)

    assert starts(layout) == [(0, 1), (30, 1)]
    assert layout is not None
    assert taken_of_people(shapes_of(visits), layout) == {1: [span(0, 60), span(70, 90)]}


def test_two_guests_need_a_chair_each() -> None:
    chairs = Pool(kind=1, quantity=1, units={7: (), 8: (span(0, 30),)})
    able = [person(1), person(2)]
    visits = Visits([Part(CUT, able, [chairs]), Part(CUT, able, [chairs], guest=2)])

    assert visits.at(NOON) is None
    layout = visits.at(at(30))
    assert layout is not None
    assert taken_of_units(shapes_of(visits), layout) == {7: [span(30, 60)], 8: [span(30, 60)]}


def test_buffers_do_not_count_within_a_visit_but_towards_others() -> None:
    tidy = Visit(30, buffer_before_min=10, buffer_after_min=15)
    visits = Visits([Part(tidy, [person(1, span(60, 90))]), Part(tidy, [person(1, span(60, 90))])])

    assert visits.at(NOON) is None  # the second would leave no time to tidy up
    layout = visits.at(at(100))
    assert layout is not None
    assert taken_of_people(shapes_of(visits), layout) == {1: [span(90, 175)]}
    assert visits.at(at(99)) is None


phases = st.sampled_from(
    [
        (),
        (),
        (Phase("active", 10), Phase("processing", 10), Phase("active", 10)),
        (Phase("processing", 20), Phase("active", 10)),
    ]
)
shapes = st.builds(
    lambda length, before, after, parts, team: Visit(
        30 if parts else length, before, after, phases=parts, team=team
    ),
    st.sampled_from([10, 20, 30]),
    st.sampled_from([0, 0, 10]),
    st.sampled_from([0, 0, 5]),
    phases,
    st.sampled_from([1, 1, 2]),
)
taken = st.lists(
    st.tuples(st.integers(0, 22), st.integers(1, 6)).map(lambda n: span(n[0] * 5, (n[0] + n[1]) * 5)),
    max_size=3,
)
works = st.sampled_from([(span(0, 120),), (span(0, 60), span(60, 100)), (span(0, 55), span(65, 120))])


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_one_guests_visit_waits_as_little_as_any_trial_finds(data: st.DataObject) -> None:
    people = [Person(n, data.draw(works), data.draw(taken)) for n in (1, 2)]
    chairs = Pool(1, 1, {n: data.draw(taken) for n in (7, 8)})
    parts = []
    for _ in range(data.draw(st.integers(1, 3))):
        able = data.draw(st.sampled_from([people, people[:1], people[1:]]))
        parts.append(Part(data.draw(shapes), able, data.draw(st.sampled_from([(), (chairs,)]))))
    any_order, wait = data.draw(st.booleans()), data.draw(st.sampled_from([0, 5, 20]))
    start = at(data.draw(st.integers(0, 12)) * 5)

    found = Visits(parts, any_order=any_order, max_wait=timedelta(minutes=wait)).at(start)
    least = least_waiting(parts, start, any_order=any_order, max_wait=wait)

    assert (found and found.waiting // timedelta(minutes=1)) == least
    if found:
        assert_possible(parts, found)


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_two_guests_visits_are_possible_and_found_when_nobody_has_to_wait(data: st.DataObject) -> None:
    people = [Person(n, data.draw(works), data.draw(taken)) for n in (1, 2, 3)]
    parts = [
        Part(data.draw(shapes), data.draw(st.sampled_from([people, people[:2], people[1:]])), guest=guest)
        for guest in (1, 2)
        for _ in range(data.draw(st.integers(1, 2)))
    ]
    wait = data.draw(st.sampled_from([0, 10]))
    start = at(data.draw(st.integers(0, 12)) * 5)

    found = Visits(parts, max_wait=timedelta(minutes=wait)).at(start)

    if found:
        assert_possible(parts, found)
    elif side_by_side(parts, start):
        raise AssertionError("a visit without any waiting was missed")


def free(part: Part, who: Person, start: int) -> bool:
    """A minute-by-minute reading, other visits considered."""
    open_ = {m for each in who.working for m in minutes(each)}
    busy = {m for each in who.busy for m in minutes(each)}
    during = set(range(start, start + part.visit.duration_min))
    return during <= open_ and not at_it(part, start, buffers=True) & busy


def at_it(part: Part, start: int, *, buffers: bool) -> set[int]:
    found: set[int] = set()
    moment = start
    for phase in part.visit.phases or (Phase("active", part.visit.duration_min),):
        if phase.kind == "active":
            found |= set(range(moment, moment + phase.minutes))
        moment += phase.minutes
    if buffers:
        found |= set(range(start - part.visit.buffer_before_min, start))
        found |= set(range(moment, moment + part.visit.buffer_after_min))
    return found


def units_free(part: Part, start: int) -> bool:
    around = set(minutes(part.visit.taken(instant(start))))
    return all(
        sum(not {m for each in busy for m in minutes(each)} & around for busy in pool.units.values())
        >= pool.quantity
        for pool in part.pools
    )


def least_waiting(parts: list[Part], start: datetime, *, any_order: bool, max_wait: int) -> int | None:
    """One guest: for each order, each service as soon as anybody can."""
    best: int | None = None
    for order in permutations(parts) if any_order else [tuple(parts)]:
        moment, waited = minute(start), 0
        for number, part in enumerate(order):
            patience = max_wait if number else 0
            waits = (
                wait
                for wait in range(patience + 1)
                if units_free(part, moment + wait)
                and sum(free(part, who, moment + wait) for who in part.people) >= part.visit.team
            )
            wait = next(waits, None)
            if wait is None:
                break
            waited += wait
            moment += wait + part.visit.duration_min
        else:
            best = waited if best is None else min(best, waited)
    return best


def side_by_side(parts: list[Part], start: datetime) -> bool:
    """Whether some choice of people does it without waiting; no units are needed."""
    begins: dict[int, int] = {}
    when = []
    for part in parts:
        begin = begins.get(part.guest, minute(start))
        when.append(begin)
        begins[part.guest] = begin + part.visit.duration_min
    for chosen in product(*(combinations(part.people, part.visit.team) for part in parts)):
        each = [
            (part, who, begin) for part, team, begin in zip(parts, chosen, when, strict=True) for who in team
        ]
        if not all(free(part, who, begin) for part, who, begin in each):
            continue
        busy: dict[int, set[int]] = {}
        for part, who, begin in each:
            mine = at_it(part, begin, buffers=False)
            if busy.setdefault(who.id, set()) & mine:
                break
            busy[who.id] |= mine
        else:
            return True
    return False


def assert_possible(parts: list[Part], layout: Layout) -> None:
    """Everybody is free, nobody and nothing is in two places, and each guest has one service at a time."""
    busy: dict[int, set[int]] = {}
    guests: dict[int, set[int]] = {}
    units: dict[int, set[int]] = {}
    for part, put in zip(parts, layout.placed, strict=True):
        begin = minute(put.start)
        team = [each for each in part.people if each.id in put.team]
        assert len(team) == len(put.team) == part.visit.team
        for who in team:
            assert free(part, who, begin)
            mine = at_it(part, begin, buffers=False)
            assert not busy.setdefault(who.id, set()) & mine
            busy[who.id] |= mine
        during = set(range(begin, begin + part.visit.duration_min))
        assert not guests.setdefault(part.guest, set()) & during
        guests[part.guest] |= during
        assert len(put.units) == sum(pool.quantity for pool in part.pools)
        for unit in put.units:
            taken_then = next(pool.units[unit] for pool in part.pools if unit in pool.units)
            assert not any(each.overlaps(part.visit.taken(put.start)) for each in taken_then)
            assert not units.setdefault(unit, set()) & during
            units[unit] |= during
