"""The board's columns: a person while they are at it, a unit throughout, and nobody pushed off by somebody else."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from bookings.selectors.board import Column, board_of, boards_of
from bookings.services.holds import Address
from providers.models import Outlet
from tests.bookings.conftest import Shop
from tests.factories import make_bays, make_home_service, make_service, take_elsewhere, tomorrow_at

pytestmark = pytest.mark.django_db

COLOUR = [
    {"kind": "active", "minutes": 30},
    {"kind": "processing", "minutes": 40},
    {"kind": "active", "minutes": 20},
]


def shown(column: Column, outlet: Outlet) -> list[tuple[str, str]]:
    return sorted(
        (
            f"{block.span.start.astimezone(outlet.zone):%H:%M}–{block.span.end.astimezone(outlet.zone):%H:%M}",
            block.item.name,
        )
        for block in column.blocks
    )


def test_who_serves_somebody_while_a_colour_takes_has_both_on_the_board(shop: Shop) -> None:
    colour = make_service(shop.outlet, staff=[shop.person], name="Colour", duration_min=90, phases=COLOUR)
    fringe = make_service(shop.outlet, staff=[shop.person], name="Fringe", duration_min=30)
    make_bays(shop.outlet, colour)
    shop.hold(tomorrow_at(10), service=colour)
    shop.hold(tomorrow_at(10, 30), service=fringe)

    board = board_of(shop.outlet, tomorrow_at(10).astimezone(shop.outlet.zone).date())

    [person], [chair] = board.people, board.units
    assert shown(person, shop.outlet) == [
        ("10:00–10:30", "Colour"),
        ("10:30–11:00", "Fringe"),
        ("11:10–11:30", "Colour"),
    ]
    assert shown(chair, shop.outlet) == [("10:00–11:30", "Colour")]
    assert board.count == 2


def besides(column: Column, outlet: Outlet) -> list[tuple[str, str]]:
    return sorted(
        (
            each.kind,
            f"{each.span.start.astimezone(outlet.zone):%H:%M}–{each.span.end.astimezone(outlet.zone):%H:%M}",
        )
        for each in column.besides
    )


def test_what_another_calendar_takes_is_shown_and_is_not_free(shop: Shop) -> None:
    shop.hold(tomorrow_at(11))
    take_elsewhere(shop.person, tomorrow_at(10), tomorrow_at(12))
    take_elsewhere(shop.person, tomorrow_at(11), tomorrow_at(13))
    take_elsewhere(shop.person, tomorrow_at(9, days=2), tomorrow_at(17, days=2))

    board = board_of(shop.outlet, tomorrow_at(10).astimezone(shop.outlet.zone).date())

    [person] = board.people
    assert [(each.start, each.end) for each in person.elsewhere] == [(tomorrow_at(10), tomorrow_at(13))]
    assert shown(person, shop.outlet) == [("11:00–12:00", "Cut")]
    assert [(each.start, each.end) for each in person.free] == [
        (tomorrow_at(9), tomorrow_at(10)),
        (tomorrow_at(13), tomorrow_at(17)),
    ]


def test_buffers_and_what_takes_while_its_person_is_free_lie_beside_the_visit(shop: Shop) -> None:
    colour = make_service(
        shop.outlet,
        staff=[shop.person],
        name="Colour",
        duration_min=90,
        phases=COLOUR,
        buffer_before_min=10,
        buffer_after_min=15,
    )
    make_bays(shop.outlet, colour)
    shop.hold(tomorrow_at(10), service=colour)

    board = board_of(shop.outlet, tomorrow_at(10).astimezone(shop.outlet.zone).date())

    [person], [chair] = board.people, board.units
    assert besides(person, shop.outlet) == [
        ("buffer", "09:50–10:00"),
        ("buffer", "11:30–11:45"),
        ("processing", "10:30–11:10"),
    ]
    assert besides(chair, shop.outlet) == [("buffer", "09:50–10:00"), ("buffer", "11:30–11:45")]
    free = [f"{span.start.astimezone(shop.outlet.zone):%H:%M}" for span in person.free]
    assert free == ["09:00", "10:30", "11:45"]


def test_the_way_between_two_homes_lies_before_the_second(shop: Shop) -> None:
    cleaning = make_home_service(shop.outlet, staff=[shop.person], duration_min=60)
    for hour, (lat, lng) in ((10, (60.170, 24.940)), (13, (60.190, 24.960))):
        access = shop.hold(
            tomorrow_at(hour),
            service=cleaning,
            address=Address("Somewhere 1", lat, lng),
        )
    board = board_of(shop.outlet, tomorrow_at(10).astimezone(shop.outlet.zone).date())

    [way] = [each for each in board.people[0].besides if each.kind == "way"]
    assert way.booking == access.booking
    assert way.span.end == access.booking.starts_at - timedelta(
        minutes=access.booking.items.get().buffer_before_min
    )
    assert way.way
    assert way.span.end - way.span.start == timedelta(minutes=way.way.minutes)
    assert not way.way.is_short
    assert not any(span.overlaps(way.span) for span in board.people[0].free)


def test_a_week_has_each_day_between_the_same_hours_in_as_many_queries(
    shop: Shop, django_assert_max_num_queries: Any
) -> None:
    monday = tomorrow_at(10).astimezone(shop.outlet.zone).date()
    shop.hold(tomorrow_at(10))
    shop.hold(tomorrow_at(11, days=3))
    with django_assert_max_num_queries(22):
        boards = boards_of(shop.outlet, monday, days=7)
    assert [each.day for each in boards] == [monday + timedelta(days=n) for n in range(7)]
    assert [each.count for each in boards] == [1, 0, 1, 0, 0, 0, 0]
    frames = {
        (
            each.span.start.astimezone(shop.outlet.zone).time(),
            each.span.end - each.span.start,
        )
        for each in boards
    }
    assert len(frames) == 1
    single = board_of(shop.outlet, monday)
    assert [shown(column, shop.outlet) for column in single.people] == [
        shown(column, shop.outlet) for column in boards[0].people
    ]


def test_a_night_on_which_the_clocks_change_begins_and_ends_at_the_same_hours_of_the_clock(
    shop: Shop,
) -> None:
    for day in (date(2027, 3, 28), date(2026, 10, 25)):
        boards = boards_of(shop.outlet, day - timedelta(days=2), days=4)
        assert len({each.span.start.astimezone(shop.outlet.zone).hour for each in boards}) == 1


def test_work_through_the_night_stands_in_one_column_each_and_a_late_shop_ends_late(shop: Shop) -> None:
    day = tomorrow_at(10).astimezone(shop.outlet.zone).date()

    def hours(opens: time, closes: time) -> list[tuple[float, float]]:
        shop.outlet.hours_rules.update(opens=opens, closes=closes)
        return [
            (
                (board.span.start.astimezone(shop.outlet.zone) - midnight(board.day)).total_seconds() / 3600,
                (board.span.end - board.span.start).total_seconds() / 3600,
            )
            for board in boards_of(shop.outlet, day, days=2)
        ]

    def midnight(of: date) -> datetime:
        return datetime.combine(of, time(), tzinfo=shop.outlet.zone)

    assert hours(time(0), time(0)) == [(0, 24), (0, 24)]
    assert hours(time(18), time(2)) == [(0, 26), (0, 26)]
    assert hours(time(18), time(7)) == [(0, 24), (0, 24)]
