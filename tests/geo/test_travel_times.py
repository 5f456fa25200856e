"""How long a way is estimated to take: the documented table, by mode and hour."""

from datetime import datetime

import pytest

from geo.enums import TravelMode
from geo.rules.positions import Position, distance
from geo.rules.travel import PACES, SLOWER, coarse, leg_minutes, ride_seconds

KALLIO, TOOLO, ESPOO = Position(60.1841, 24.9497), Position(60.1776, 24.9222), Position(60.2055, 24.6559)
MONDAY, SATURDAY = "2026-03-02", "2026-03-07"


def at(day: str, hour: int) -> datetime:
    return datetime.fromisoformat(f"{day}T{hour:02}:30")


@pytest.mark.parametrize(
    ("mode", "day", "hour", "minutes"),
    [
        ("car", MONDAY, 3, 9),  # 1.7 km as the crow flies, 2.2 km of street: 4.5 minutes and 4 beside
        ("car", MONDAY, 8, 11),
        ("car", SATURDAY, 8, 9),
        ("bicycle", MONDAY, 8, 11),
        ("foot", MONDAY, 8, 26),
        ("transit", MONDAY, 11, 15),
        ("transit", MONDAY, 23, 19),
    ],
)
def test_a_way_across_the_town(mode: str, day: str, hour: int, minutes: int) -> None:
    chosen = TravelMode(mode)

    assert leg_minutes(ride_seconds(KALLIO, TOOLO, chosen), chosen, at(day, hour)) == minutes


def test_beyond_the_town_a_car_goes_faster() -> None:
    way_m = distance(KALLIO, ESPOO) * 1.35

    assert way_m > 12_000
    assert ride_seconds(KALLIO, ESPOO, TravelMode.CAR) == pytest.approx(
        12 / 30 * 3600 + (way_m / 1000 - 12) / 70 * 3600
    )


def test_parts_of_a_minute_count_as_one() -> None:
    assert leg_minutes(600, TravelMode.FOOT, at(MONDAY, 12)) == 10
    assert leg_minutes(600.5, TravelMode.FOOT, at(MONDAY, 12)) == 11
    assert leg_minutes(600, TravelMode.CAR, at(MONDAY, 12)) == 12 + 4  # 11.5 rounded up, and the car's own


def test_every_mode_has_its_pace_and_its_hours() -> None:
    assert set(PACES) == set(SLOWER) == set(TravelMode)
    for hours in SLOWER.values():
        assert all(0 <= hour < 24 and slower >= 1 for day in hours for hour, slower in day.items())


def test_places_are_told_apart_to_eleven_metres() -> None:
    assert (
        coarse(Position(60.18412, 24.94968))
        == coarse(Position(60.18409, 24.94972))
        == Position(60.1841, 24.9497)
    )
