"""The board's columns: a person while they are at it, a unit throughout, and nobody pushed off by somebody else."""

import pytest

from bookings.selectors.board import Column, board_of
from providers.models import Outlet
from tests.bookings.conftest import Shop
from tests.factories import make_bays, make_service, tomorrow_at

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
